SELECT COUNT(*) FROM devices WHERE short_id = $1
