SELECT id, state FROM cases WHERE case_number = $1
