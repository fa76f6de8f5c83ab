UPDATE submission SET state = 'purged', bytes = 0, purged_at = ?2 WHERE id = ?1 AND state = 'confirmed'
