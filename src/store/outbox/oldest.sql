SELECT MIN(created_at) FROM (
    SELECT created_at FROM submission WHERE state IN ('queued', 'sending') ORDER BY sequence LIMIT 20)
