INSERT INTO case_parts (id, place, case_number, department, items, promised_days, state)
VALUES ($1, $2, $3, $4, $5, $6, 'submitted')
