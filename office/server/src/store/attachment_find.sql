SELECT a.device_id, a.total, a.complete_at,
       CAST(COALESCE((SELECT SUM(c.length) FROM attachment_chunks c
                      WHERE c.submission = a.submission AND c.digest = a.digest), 0) AS BIGINT) AS held
FROM attachments a
WHERE a.submission = $1 AND a.digest = $2
