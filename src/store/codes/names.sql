SELECT zh FROM code INDEXED BY code_below WHERE list = ?1 ORDER BY parent, place
