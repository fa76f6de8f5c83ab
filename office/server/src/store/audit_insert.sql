INSERT INTO resident_audit (at, device_id, resident_key, question, consent_version) VALUES ($1, $2, $3, $4, $5)
