SELECT digest FROM code_list WHERE name = ?1
