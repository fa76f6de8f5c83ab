SELECT version, body, parts FROM catalogue_manifest ORDER BY active DESC, version DESC
