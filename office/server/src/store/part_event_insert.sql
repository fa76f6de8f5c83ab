INSERT INTO part_events (case_number, place, state, at, note) VALUES ($1, $2, $3, $4, $5)
