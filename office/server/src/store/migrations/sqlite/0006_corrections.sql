-- 补正: letters that answer some questions of a case anew. They are no cases; the newest one holds what counts.
CREATE TABLE corrections (
    id              TEXT NOT NULL PRIMARY KEY,
    case_id         TEXT NOT NULL REFERENCES cases (id),
    place           INTEGER NOT NULL,
    digest          TEXT NOT NULL,
    device_id       TEXT NOT NULL REFERENCES devices (device_id),
    receipt_number  TEXT NOT NULL,
    device_sequence INTEGER NOT NULL,
    item_version    INTEGER NOT NULL,
    received_at     TEXT NOT NULL,
    verdict         TEXT NOT NULL,
    sealed          BLOB NOT NULL,
    UNIQUE (case_id, place)
) STRICT;

CREATE INDEX corrections_by_device ON corrections (device_id, device_sequence);
