INSERT INTO catalogue_manifest (version, body, parts, active) VALUES (?1, ?2, ?3, 1)
ON CONFLICT (version) DO UPDATE SET body = excluded.body, parts = excluded.parts, active = 1
