SELECT EXISTS (SELECT 1 FROM attachment WHERE letter = ?1 AND complete = 0)
