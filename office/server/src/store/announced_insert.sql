INSERT INTO announced (id, device_id, digest, bytes, device_sequence, announced_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO NOTHING
