SELECT id, digest, bytes, sequence FROM submission WHERE state IN ('queued', 'confirmed') ORDER BY sequence LIMIT ?1
