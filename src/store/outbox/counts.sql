SELECT state, rows, bytes FROM tally
