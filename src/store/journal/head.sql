SELECT line, digest FROM journal ORDER BY line DESC LIMIT 1
