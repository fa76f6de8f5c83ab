INSERT INTO case_events (id, place, state, at, note) VALUES ($1, $2, $3, $4, $5)
