SELECT sealed FROM attachment_chunks WHERE submission = $1 AND digest = $2 ORDER BY at_byte
