UPDATE attachment SET complete = 0, held = 0, attempts = 0, due_at = 0 WHERE letter = ?1
