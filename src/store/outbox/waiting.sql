SELECT sealed FROM submission JOIN payload ON payload.id = submission.id
WHERE state IN ('queued', 'sending', 'parked') ORDER BY submission.rowid
