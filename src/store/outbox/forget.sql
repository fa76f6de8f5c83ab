DELETE FROM submission WHERE state = 'purged' AND purged_at < ?1
