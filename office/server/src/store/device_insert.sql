INSERT INTO devices (device_id, short_id, name, public_key, state, enrolled_at) VALUES ($1, $2, $3, $4, 'active', $5)
