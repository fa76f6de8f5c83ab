SELECT c.case_number, r.stars, r.tags, r.rated_at FROM ratings r JOIN cases c ON c.id = r.id WHERE r.id = $1
