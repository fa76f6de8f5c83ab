UPDATE devices SET state = 'revoked' WHERE device_id = $1 AND state = 'active'
