SELECT code, parent, zh, zh_tw, en FROM code WHERE list = ?1 AND code = ?2
