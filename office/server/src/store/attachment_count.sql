SELECT COUNT(*) FROM attachments WHERE submission = $1
