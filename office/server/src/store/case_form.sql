SELECT v.json FROM cases c
LEFT JOIN corrections k ON k.case_id = c.id AND k.place = (SELECT MAX(place) FROM corrections WHERE case_id = c.id)
JOIN item_versions v ON v.id = c.item_id AND v.version = COALESCE(k.item_version, c.item_version)
WHERE c.case_number = $1
