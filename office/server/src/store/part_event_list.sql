SELECT state, at, note, fields FROM part_events WHERE case_number = $1 ORDER BY place
