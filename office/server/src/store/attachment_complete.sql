UPDATE attachments SET complete_at = $3 WHERE submission = $1 AND digest = $2
