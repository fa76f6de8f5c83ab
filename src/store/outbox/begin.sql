INSERT INTO submission (id, state, created_at, imported) VALUES (?1, 'draft', ?2, ?3)
