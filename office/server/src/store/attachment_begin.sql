INSERT INTO attachments (submission, digest, device_id, total, complete_at) VALUES ($1, $2, $3, $4, '')
ON CONFLICT (submission, digest) DO NOTHING
