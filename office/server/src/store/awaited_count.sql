SELECT COUNT(*) FROM announced a
WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.id = a.id)
  AND NOT EXISTS (SELECT 1 FROM corrections k WHERE k.id = a.id)
