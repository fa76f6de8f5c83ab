UPDATE catalogue_manifest SET active = 0 WHERE active = 1
