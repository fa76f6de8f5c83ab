INSERT INTO attachment (letter, digest, place, total) VALUES (?1, ?2, ?3, ?4)
