UPDATE attachment SET due_at = ?1 WHERE complete = 0 AND due_at < ?1
