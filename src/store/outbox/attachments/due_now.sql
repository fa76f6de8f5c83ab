UPDATE attachment SET due_at = 0 WHERE complete = 0
