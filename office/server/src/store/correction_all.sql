SELECT id, case_id, digest, receipt_number, received_at FROM corrections ORDER BY case_id, place
