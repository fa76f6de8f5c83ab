UPDATE enrolments
SET wrong_tries = wrong_tries + 1,
    state = CASE WHEN wrong_tries + 1 >= $1 THEN 'burnt' ELSE state END
WHERE state = 'open'
