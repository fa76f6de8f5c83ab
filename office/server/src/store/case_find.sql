SELECT digest, verdict FROM cases WHERE id = $1
UNION ALL
SELECT digest, verdict FROM corrections WHERE id = $1
