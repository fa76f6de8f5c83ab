DELETE FROM attachment_chunks WHERE submission = $1 AND digest = $2
