-- Rooms of the kiosk's one file. Times are milliseconds since 1970, UTC.

-- One row per submission; its contents are in `payload` and go when the office has confirmed twice.
CREATE TABLE submission (
    id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    state TEXT NOT NULL
        CHECK (state IN ('draft', 'sealed', 'queued', 'sending', 'confirmed', 'purged', 'parked')),
    created_at INTEGER NOT NULL,
    sequence INTEGER,
    -- 1: made by another kiosk, whose running numbers are not ours.
    imported INTEGER NOT NULL DEFAULT 0 CHECK (imported IN (0, 1)),
    receipt_number TEXT,
    item_id TEXT,
    item_version INTEGER,
    digest BLOB CHECK (digest IS NULL OR length(digest) = 32),
    bytes INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    case_number TEXT,
    office_receipt TEXT,
    confirmed_at INTEGER,
    purged_at INTEGER,
    CHECK (state = 'draft' OR (sequence IS NOT NULL AND receipt_number IS NOT NULL AND digest IS NOT NULL
        AND item_id IS NOT NULL AND item_version IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX submission_own ON submission (sequence) WHERE imported = 0;
CREATE INDEX submission_queue ON submission (sequence, due_at) WHERE state = 'queued';
CREATE INDEX submission_state ON submission (state, sequence);

-- Sealed bytes; nothing in this file can open them.
CREATE TABLE payload (
    id BLOB NOT NULL PRIMARY KEY REFERENCES submission (id),
    sealed BLOB NOT NULL
) STRICT;

-- Rows and bytes per state, so that asking stays flat with ten thousand rows.
CREATE TABLE tally (
    state TEXT NOT NULL PRIMARY KEY,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
INSERT INTO tally (state, rows, bytes) VALUES
    ('draft', 0, 0), ('sealed', 0, 0), ('queued', 0, 0), ('sending', 0, 0),
    ('confirmed', 0, 0), ('purged', 0, 0), ('parked', 0, 0);

CREATE TRIGGER submission_comes AFTER INSERT ON submission BEGIN
    UPDATE tally SET rows = rows + 1, bytes = bytes + new.bytes WHERE state = new.state;
END;
CREATE TRIGGER submission_moves AFTER UPDATE OF state, bytes ON submission BEGIN
    UPDATE tally SET rows = rows - 1, bytes = bytes - old.bytes WHERE state = old.state;
    UPDATE tally SET rows = rows + 1, bytes = bytes + new.bytes WHERE state = new.state;
END;
CREATE TRIGGER submission_goes AFTER DELETE ON submission BEGIN
    UPDATE tally SET rows = rows - 1, bytes = bytes - old.bytes WHERE state = old.state;
END;

-- Invariant I3: a submission moves forward or is parked; a parked one may be queued again by a person.
CREATE TRIGGER submission_keeps_its_way BEFORE UPDATE OF state ON submission
WHEN (old.state || '>' || new.state) NOT IN (
    'draft>sealed', 'sealed>queued', 'queued>sending', 'sending>queued', 'sending>confirmed',
    'sending>parked', 'queued>parked', 'parked>queued', 'confirmed>parked', 'confirmed>purged')
BEGIN
    SELECT RAISE(ABORT, 'a submission does not move this way');
END;
-- What was acknowledged never changes (I1, I2).
CREATE TRIGGER submission_keeps_its_name BEFORE UPDATE OF id, sequence, receipt_number, digest ON submission
WHEN old.state <> 'draft' AND (old.id IS NOT new.id OR old.sequence IS NOT new.sequence
    OR old.receipt_number IS NOT new.receipt_number OR old.digest IS NOT new.digest)
BEGIN
    SELECT RAISE(ABORT, 'an acknowledged submission does not change');
END;
-- Contents go only when the office has confirmed (I5).
CREATE TRIGGER payload_stays BEFORE DELETE ON payload
WHEN (SELECT state FROM submission WHERE id = old.id) NOT IN ('confirmed', 'purged')
BEGIN
    SELECT RAISE(ABORT, 'an unconfirmed payload is not deleted');
END;

-- Every move, each line bound to the one before by its digest. Never a name, never an answer.
CREATE TABLE journal (
    line INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;

-- Numbers that only grow.
CREATE TABLE counter (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT;
CREATE TRIGGER counter_only_grows BEFORE UPDATE OF value ON counter WHEN new.value < old.value BEGIN
    SELECT RAISE(ABORT, 'a counter does not go back');
END;
INSERT INTO counter (name, value) VALUES ('sequence', 0), ('schema', 0), ('catalogue', 0);

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Parts of catalogues by their SHA-256; the manifest in force names which.
CREATE TABLE catalogue_part (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    body BLOB NOT NULL
) STRICT;
CREATE TABLE catalogue_manifest (
    version INTEGER NOT NULL PRIMARY KEY,
    body BLOB NOT NULL,
    parts BLOB NOT NULL CHECK (length(parts) % 32 = 0),
    active INTEGER NOT NULL CHECK (active IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX catalogue_one_active ON catalogue_manifest (active) WHERE active = 1;
