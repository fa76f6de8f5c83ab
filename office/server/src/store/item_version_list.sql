SELECT id, version, json, replaced_at FROM item_versions
