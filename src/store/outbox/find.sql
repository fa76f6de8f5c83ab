SELECT state, digest FROM submission WHERE id = ?1
