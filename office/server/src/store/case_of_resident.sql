SELECT c.id, c.receipt_number, c.item_id, c.case_number, c.state, c.received_at, c.promised_days,
       (SELECT COUNT(*) FROM ratings r WHERE r.id = c.id)
       + (SELECT COUNT(*) FROM rated_without_name n WHERE n.id = c.id) AS ratings
FROM cases c
WHERE c.resident_key = $1
ORDER BY c.number DESC
LIMIT $2
