INSERT INTO case_events (id, place, state, at, note, fields)
SELECT $1, MAX(place) + 1, $2, $3, $4, $5 FROM case_events WHERE id = $1
