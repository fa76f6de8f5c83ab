UPDATE item_versions SET replaced_at = $3 WHERE id = $1 AND version = $2
