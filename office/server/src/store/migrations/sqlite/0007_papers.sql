-- The attachments that a case's submission, or a letter that corrects it, names: known once it was opened. Their bytes
-- are in `attachments`, if they came.
CREATE TABLE case_papers (
    submission TEXT NOT NULL,
    place      INTEGER NOT NULL,
    case_id    TEXT NOT NULL REFERENCES cases (id),
    path       TEXT NOT NULL,
    digest     TEXT NOT NULL,
    bytes      INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    PRIMARY KEY (submission, place)
) STRICT;
