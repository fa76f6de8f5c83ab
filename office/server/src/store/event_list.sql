SELECT state, at, note FROM case_events WHERE id = $1 ORDER BY place
