INSERT INTO part_events (case_number, place, state, at, note, fields)
SELECT $1, MAX(place) + 1, $2, $3, $4, $5 FROM part_events WHERE case_number = $1
