SELECT sealed FROM attachment_payload WHERE letter = ?1 AND digest = ?2
