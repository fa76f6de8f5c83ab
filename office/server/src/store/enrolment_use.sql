UPDATE enrolments SET state = 'used', device_id = $2 WHERE code_hash = $1 AND state = 'open'
