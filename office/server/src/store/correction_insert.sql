INSERT INTO corrections (id, case_id, place, digest, device_id, receipt_number, device_sequence, item_version, received_at,
                         verdict, sealed)
SELECT $1, $2, COALESCE(MAX(place), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10 FROM corrections WHERE case_id = $2
