SELECT id, state, sequence, receipt_number, item_id, item_version, digest, bytes, created_at, attempts, due_at, reason,
    case_number FROM submission WHERE (?1 IS NULL OR id = ?1) ORDER BY sequence LIMIT ?2
