UPDATE submission SET state = 'sealed', sequence = ?2, receipt_number = ?3, item_id = ?4, item_version = ?5,
    digest = ?6, bytes = ?7 WHERE id = ?1
