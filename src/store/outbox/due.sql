-- A due time further away than any pause we make comes from a clock that has jumped: it counts as due.
SELECT submission.id, attempts, digest, sealed FROM submission INDEXED BY submission_queue
JOIN payload ON payload.id = submission.id
WHERE state = 'queued' AND (due_at <= ?1 OR due_at > ?2)
    AND NOT EXISTS (SELECT 1 FROM attachment WHERE letter = submission.id AND complete = 0)
ORDER BY sequence LIMIT ?3
