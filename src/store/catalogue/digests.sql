SELECT digest FROM catalogue_part
