SELECT at, device_id, resident_key, question, consent_version
FROM resident_audit
ORDER BY entry
