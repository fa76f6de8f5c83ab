INSERT INTO anonymous_ratings (id, item_id, stars, tags, rated_in) VALUES ($1, $2, $3, $4, $5)
