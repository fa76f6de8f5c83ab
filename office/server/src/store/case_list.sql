SELECT id, digest, device_id, receipt_number, item_id, resident_masked, case_number, state, received_at
FROM cases
WHERE number > $1
ORDER BY number
LIMIT $2
