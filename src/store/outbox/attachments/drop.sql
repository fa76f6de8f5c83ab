DELETE FROM attachment WHERE letter = ?1
