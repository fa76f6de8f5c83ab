SELECT v.json FROM cases c JOIN item_versions v ON v.id = c.item_id AND v.version = c.item_version
WHERE c.case_number = $1
