SELECT a.id FROM announced a
WHERE a.device_id = $1
  AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = a.id)
  AND NOT EXISTS (SELECT 1 FROM corrections k WHERE k.id = a.id)
ORDER BY a.device_sequence
LIMIT $2
