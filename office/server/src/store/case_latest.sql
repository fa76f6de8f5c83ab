SELECT id, digest, device_id, receipt_number, item_id, resident_masked, case_number, state, received_at
FROM cases
ORDER BY number DESC
LIMIT $1
