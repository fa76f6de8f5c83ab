DELETE FROM catalogue_part WHERE digest = ?1
