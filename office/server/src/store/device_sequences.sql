SELECT device_sequence FROM cases WHERE device_id = $1 AND device_sequence BETWEEN $2 AND $3
UNION ALL
SELECT device_sequence FROM corrections WHERE device_id = $1 AND device_sequence BETWEEN $2 AND $3
ORDER BY device_sequence
