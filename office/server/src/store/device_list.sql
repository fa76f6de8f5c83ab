SELECT device_id, short_id, name, public_key, state, enrolled_at FROM devices ORDER BY enrolled_at, device_id
