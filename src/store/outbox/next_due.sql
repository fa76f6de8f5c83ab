SELECT MIN(due_at), COUNT(*) FROM submission INDEXED BY submission_queue WHERE state = 'queued'
