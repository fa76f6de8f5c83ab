UPDATE case_parts SET state = $3 WHERE case_number = $1 AND state = $2
