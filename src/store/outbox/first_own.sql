SELECT MIN(sequence) FROM submission INDEXED BY submission_own WHERE imported = 0
