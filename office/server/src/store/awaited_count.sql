SELECT COUNT(*) FROM announced a WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = a.id)
