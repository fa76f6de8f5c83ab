SELECT COUNT(*) FROM item_versions WHERE id = $1
