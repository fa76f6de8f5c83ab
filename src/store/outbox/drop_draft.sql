DELETE FROM submission WHERE id = ?1 AND state = 'draft'
