INSERT INTO code (list, code, parent, place, zh, zh_tw, en) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
