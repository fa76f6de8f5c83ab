INSERT INTO case_papers (submission, place, case_id, path, digest, bytes, media_type)
VALUES ($1, $2, $3, $4, $5, $6, $7)
