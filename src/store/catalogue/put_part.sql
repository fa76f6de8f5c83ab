INSERT INTO catalogue_part (digest, body) VALUES (?1, ?2) ON CONFLICT (digest) DO UPDATE SET body = excluded.body
