INSERT INTO cases (id, digest, device_id, receipt_number, device_sequence, item_id, item_version, resident_key,
                   resident_masked, promised_days, case_number, state, received_at, verdict, sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $1, 'submitted', $11, '', $12)
ON CONFLICT (id) DO NOTHING
RETURNING number
