INSERT INTO case_events (id, place, state, at, note)
SELECT $1, MAX(place) + 1, $2, $3, $4 FROM case_events WHERE id = $1
