SELECT line, at, event, subject, detail, digest FROM journal WHERE line > ?1 ORDER BY line LIMIT ?2
