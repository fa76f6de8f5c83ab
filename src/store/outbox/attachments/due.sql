-- The one that was tried least goes first, so that none that is stuck is before all others for ever.
SELECT letter, attachment.digest, attachment.attempts FROM attachment
JOIN submission ON submission.id = letter
WHERE complete = 0 AND state IN ('queued', 'confirmed') AND (attachment.due_at <= ?1 OR attachment.due_at > ?2)
ORDER BY attachment.attempts, sequence, place LIMIT 1
