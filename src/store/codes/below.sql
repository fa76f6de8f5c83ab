SELECT code, parent, zh, zh_tw, en FROM code INDEXED BY code_below WHERE list = ?1 AND parent = ?2 ORDER BY place
