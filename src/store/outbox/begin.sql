INSERT INTO submission (id, state, created_at) VALUES (?1, 'draft', ?2)
