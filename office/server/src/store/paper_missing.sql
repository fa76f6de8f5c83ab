SELECT COUNT(*) FROM case_papers p
WHERE p.submission = $1 AND NOT EXISTS (
    SELECT 1 FROM attachments a WHERE a.submission = p.submission AND a.digest = p.digest AND a.complete_at <> ''
)
