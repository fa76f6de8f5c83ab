INSERT INTO attachment_chunks (submission, digest, at_byte, length, sealed) VALUES ($1, $2, $3, $4, $5)
