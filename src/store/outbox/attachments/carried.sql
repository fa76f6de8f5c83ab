-- `held` is the most the office ever said: who loses and takes the same bytes again and again makes no progress.
UPDATE attachment SET attempts = CASE WHEN ?3 > held THEN 0 ELSE attempts END + ?5, held = MAX(held, MIN(?3, total)),
    complete = ?4, due_at = ?6
WHERE letter = ?1 AND digest = ?2 AND complete = 0
