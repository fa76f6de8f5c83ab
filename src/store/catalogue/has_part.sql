SELECT 1 FROM catalogue_part WHERE digest = ?1
