DELETE FROM attachment_payload WHERE letter = ?1
