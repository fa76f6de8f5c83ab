INSERT INTO rated_without_name (id) VALUES ($1) ON CONFLICT (id) DO NOTHING
