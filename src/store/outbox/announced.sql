-- The length of the letter itself; `bytes` counts its attachments too.
SELECT id, digest, (SELECT length(sealed) FROM payload WHERE payload.id = submission.id), sequence FROM submission
WHERE state IN ('queued', 'confirmed') ORDER BY sequence LIMIT ?1
