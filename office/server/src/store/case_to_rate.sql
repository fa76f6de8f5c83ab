SELECT case_number, item_id FROM cases WHERE id = $1 AND resident_key = $2
