INSERT INTO ratings (id, stars, tags, rated_at) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING
