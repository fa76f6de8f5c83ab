SELECT digest, total, held, complete FROM attachment WHERE letter = ?1 ORDER BY place
