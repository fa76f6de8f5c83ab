SELECT case_number, department, items, promised_days, state FROM case_parts WHERE id = $1 ORDER BY place
