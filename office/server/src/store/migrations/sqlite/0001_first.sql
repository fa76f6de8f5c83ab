-- Devices that were enrolled. A device is never deleted, only revoked: its submissions stay provable.
CREATE TABLE devices (
    device_id   TEXT NOT NULL PRIMARY KEY,
    short_id    TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    public_key  TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
    enrolled_at TEXT NOT NULL
) STRICT;

-- One-time codes, by their keyed hash only.
CREATE TABLE enrolments (
    code_hash   TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    wrong_tries INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'used', 'burnt')),
    device_id   TEXT NOT NULL
) STRICT;

-- One submission, one case. The body stays sealed; the resident is a keyed hash and a masked name.
CREATE TABLE cases (
    number          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    digest          TEXT NOT NULL,
    device_id       TEXT NOT NULL REFERENCES devices (device_id),
    receipt_number  TEXT NOT NULL,
    device_sequence INTEGER NOT NULL,
    item_id         TEXT NOT NULL,
    item_version    INTEGER NOT NULL,
    resident_key    TEXT NOT NULL,
    resident_masked TEXT NOT NULL,
    promised_days   INTEGER NOT NULL,
    case_number     TEXT NOT NULL UNIQUE,
    state           TEXT NOT NULL,
    received_at     TEXT NOT NULL,
    verdict         TEXT NOT NULL,
    sealed          BLOB NOT NULL
) STRICT;

CREATE INDEX cases_by_resident ON cases (resident_key);
CREATE INDEX cases_by_device ON cases (device_id, device_sequence);

CREATE TABLE case_events (
    id    TEXT NOT NULL REFERENCES cases (id),
    place INTEGER NOT NULL,
    state TEXT NOT NULL,
    at    TEXT NOT NULL,
    note  TEXT NOT NULL,
    PRIMARY KEY (id, place)
) STRICT;

-- What kiosks said they hold: a letter that never arrives is seen from here too.
CREATE TABLE announced (
    id              TEXT NOT NULL PRIMARY KEY,
    device_id       TEXT NOT NULL,
    digest          TEXT NOT NULL,
    bytes           INTEGER NOT NULL,
    device_sequence INTEGER NOT NULL,
    announced_at    TEXT NOT NULL
) STRICT;

CREATE TABLE ratings (
    id       TEXT NOT NULL PRIMARY KEY REFERENCES cases (id),
    stars    INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
    tags     TEXT NOT NULL,
    rated_at TEXT NOT NULL
) STRICT;

-- Who asked about whom, under which consent.
CREATE TABLE resident_audit (
    entry           INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at              TEXT NOT NULL,
    device_id       TEXT NOT NULL,
    resident_key    TEXT NOT NULL,
    question        TEXT NOT NULL,
    consent_version TEXT NOT NULL
) STRICT;
