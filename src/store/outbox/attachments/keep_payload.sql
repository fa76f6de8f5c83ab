INSERT INTO attachment_payload (letter, digest, sealed) VALUES (?1, ?2, ?3)
