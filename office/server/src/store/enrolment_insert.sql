INSERT INTO enrolments (code_hash, name, expires_at, wrong_tries, state, device_id) VALUES ($1, $2, $3, 0, 'open', '')
