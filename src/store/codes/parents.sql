SELECT DISTINCT parent FROM code INDEXED BY code_below WHERE list = ?1
