SELECT device_id, short_id, name, public_key, state FROM devices WHERE device_id = $1
