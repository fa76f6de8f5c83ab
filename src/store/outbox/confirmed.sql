SELECT id, digest FROM submission WHERE state = 'confirmed' ORDER BY sequence LIMIT ?1
