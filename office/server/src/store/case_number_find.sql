SELECT case_number FROM cases WHERE id = $1
