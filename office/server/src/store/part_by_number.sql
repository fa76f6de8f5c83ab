SELECT id, state FROM case_parts WHERE case_number = $1
