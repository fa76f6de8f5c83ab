UPDATE cases SET case_number = $2, verdict = $3 WHERE id = $1
