SELECT state, at, note FROM part_events WHERE case_number = $1 ORDER BY place
