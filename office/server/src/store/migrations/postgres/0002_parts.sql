-- What each department does about a joint submission (一件事); the joint case itself stands in `cases`.
CREATE TABLE case_parts (
    id            TEXT NOT NULL REFERENCES cases (id),
    place         BIGINT NOT NULL,
    case_number   TEXT NOT NULL UNIQUE,
    department    TEXT NOT NULL,
    items         TEXT NOT NULL,
    promised_days BIGINT NOT NULL,
    state         TEXT NOT NULL,
    PRIMARY KEY (id, place)
);

CREATE TABLE part_events (
    case_number TEXT NOT NULL REFERENCES case_parts (case_number),
    place       BIGINT NOT NULL,
    state       TEXT NOT NULL,
    at          TEXT NOT NULL,
    note        TEXT NOT NULL,
    PRIMARY KEY (case_number, place)
);

-- Every version of a service that was ever offered; replaced_at is empty while it is offered.
CREATE TABLE item_versions (
    id          TEXT NOT NULL,
    version     BIGINT NOT NULL,
    json        TEXT NOT NULL,
    replaced_at TEXT NOT NULL,
    PRIMARY KEY (id, version)
);

-- Sealed attachments, chunk by chunk; complete_at is empty until the digest of the whole was checked.
CREATE TABLE attachments (
    submission  TEXT NOT NULL,
    digest      TEXT NOT NULL,
    device_id   TEXT NOT NULL,
    total       BIGINT NOT NULL,
    complete_at TEXT NOT NULL,
    PRIMARY KEY (submission, digest)
);

CREATE TABLE attachment_chunks (
    submission TEXT NOT NULL,
    digest     TEXT NOT NULL,
    at_byte    BIGINT NOT NULL,
    length     BIGINT NOT NULL,
    sealed     BYTEA NOT NULL,
    PRIMARY KEY (submission, digest, at_byte)
);
