UPDATE submission SET state = 'confirmed', reason = NULL, case_number = ?2, office_receipt = ?3, confirmed_at = ?4,
    due_at = ?4 WHERE id = ?1
