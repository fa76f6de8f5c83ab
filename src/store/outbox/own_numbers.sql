SELECT sequence, id, state, confirmed_at, reason IS NOT NULL FROM submission INDEXED BY submission_own
WHERE imported = 0 AND sequence >= ?1
