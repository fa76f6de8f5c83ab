UPDATE submission SET reason = 'missing-at-office' WHERE id = ?1 AND state = 'purged'
