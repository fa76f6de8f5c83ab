SELECT submission.sequence, sealed FROM submission JOIN payload ON payload.id = submission.id
WHERE state IN ('queued', 'sending', 'parked') AND sequence > ?1 ORDER BY sequence LIMIT ?2
