SELECT MAX(sequence) FROM submission
