-- The one before stays, as the last good one.
DELETE FROM catalogue_manifest WHERE active = 0 AND version <
    (SELECT COALESCE(MAX(version), 0) FROM catalogue_manifest WHERE active = 0)
