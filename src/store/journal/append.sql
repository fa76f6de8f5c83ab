INSERT INTO journal (line, at, event, subject, detail, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
