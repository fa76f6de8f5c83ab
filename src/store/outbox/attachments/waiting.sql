SELECT COUNT(*) FROM attachment JOIN submission ON submission.id = letter
WHERE state IN ('queued', 'sending', 'parked')
