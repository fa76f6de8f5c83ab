INSERT INTO item_versions (id, version, json, replaced_at) VALUES ($1, $2, $3, '')
ON CONFLICT (id, version) DO UPDATE SET json = excluded.json, replaced_at = ''
WHERE item_versions.json <> excluded.json OR item_versions.replaced_at <> ''
