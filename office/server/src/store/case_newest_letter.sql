SELECT c.id, c.state, COALESCE(k.device_id, c.device_id) AS device_id, COALESCE(k.sealed, c.sealed) AS sealed
FROM cases c
LEFT JOIN corrections k ON k.case_id = c.id AND k.place = (SELECT MAX(place) FROM corrections WHERE case_id = c.id)
WHERE c.case_number = $1 AND c.resident_key = $2
