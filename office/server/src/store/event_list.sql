SELECT state, at, note, fields FROM case_events WHERE id = $1 ORDER BY place
