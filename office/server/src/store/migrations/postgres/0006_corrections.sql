-- 补正: letters that answer some questions of a case anew. They are no cases; the newest one holds what counts.
CREATE TABLE corrections (
    id              TEXT NOT NULL PRIMARY KEY,
    case_id         TEXT NOT NULL REFERENCES cases (id),
    place           BIGINT NOT NULL,
    digest          TEXT NOT NULL,
    device_id       TEXT NOT NULL REFERENCES devices (device_id),
    receipt_number  TEXT NOT NULL,
    device_sequence BIGINT NOT NULL,
    item_version    BIGINT NOT NULL,
    received_at     TEXT NOT NULL,
    verdict         TEXT NOT NULL,
    sealed          BYTEA NOT NULL,
    UNIQUE (case_id, place)
);

CREATE INDEX corrections_by_device ON corrections (device_id, device_sequence);
