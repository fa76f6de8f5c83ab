SELECT COUNT(*) FROM rated_without_name WHERE id = $1
