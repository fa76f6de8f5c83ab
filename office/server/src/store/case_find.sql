SELECT digest, verdict FROM cases WHERE id = $1
