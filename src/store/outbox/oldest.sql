SELECT MIN(at) FROM (
    SELECT (SELECT created_at FROM submission WHERE state = 'queued' ORDER BY sequence LIMIT 1) AS at
    UNION ALL
    SELECT (SELECT created_at FROM submission WHERE state = 'sending' ORDER BY sequence LIMIT 1))
