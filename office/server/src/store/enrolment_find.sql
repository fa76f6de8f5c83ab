SELECT name, expires_at, state, device_id FROM enrolments WHERE code_hash = $1
