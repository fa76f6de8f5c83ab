UPDATE submission SET state = ?2, reason = ?3, due_at = ?4, attempts = attempts + ?5 WHERE id = ?1
