SELECT id, state, received_at, promised_days FROM cases WHERE case_number = $1 AND resident_key = $2
