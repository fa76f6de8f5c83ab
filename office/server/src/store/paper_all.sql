SELECT p.case_id, p.submission, p.path, p.digest, p.bytes, p.media_type, COALESCE(a.complete_at, '') AS complete_at
FROM case_papers p
LEFT JOIN attachments a ON a.submission = p.submission AND a.digest = p.digest
ORDER BY p.submission, p.place
