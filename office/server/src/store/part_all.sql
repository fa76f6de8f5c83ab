SELECT id, case_number, department, state FROM case_parts ORDER BY id, place
