DELETE FROM code WHERE list = ?1
