SELECT line, at, event, subject, detail, digest FROM journal WHERE subject = ?1 ORDER BY line LIMIT 1000
