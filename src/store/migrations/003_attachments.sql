-- Sealed papers of a submission. They travel before it, in pieces; one row each, its bytes apart, so that a note of how
-- far it came does not write megabytes again.
CREATE TABLE attachment (
    letter BLOB NOT NULL REFERENCES submission (id),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    -- In the order in which the submission names them.
    place INTEGER NOT NULL,
    total INTEGER NOT NULL CHECK (total > 0),
    -- The most bytes the office ever said it holds; it is asked again before the next piece.
    held INTEGER NOT NULL DEFAULT 0 CHECK (held BETWEEN 0 AND total),
    -- 1: the office has checked the digest of the whole.
    complete INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1)),
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (letter, digest)
) STRICT;
CREATE INDEX attachment_waiting ON attachment (letter) WHERE complete = 0;

-- A table with rows of its own number, whose leaves can be read from a damaged file.
CREATE TABLE attachment_payload (
    letter BLOB NOT NULL,
    digest BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (letter, digest),
    FOREIGN KEY (letter, digest) REFERENCES attachment (letter, digest)
) STRICT;

-- A paper goes only when the office holds it whole and has confirmed its submission (I5).
CREATE TRIGGER attachment_payload_stays BEFORE DELETE ON attachment_payload
WHEN (SELECT complete FROM attachment WHERE letter = old.letter AND digest = old.digest) IS NOT 1
    OR (SELECT state FROM submission WHERE id = old.letter) NOT IN ('confirmed', 'purged')
BEGIN
    SELECT RAISE(ABORT, 'an attachment that the office may not have is not deleted');
END;
-- What was acknowledged never changes (I1, I2).
CREATE TRIGGER attachment_keeps_its_name BEFORE UPDATE OF letter, digest, total ON attachment BEGIN
    SELECT RAISE(ABORT, 'an acknowledged attachment does not change');
END;
-- A submission is not announced as delivered before its papers are there.
CREATE TRIGGER submission_waits_for_its_papers BEFORE UPDATE OF state ON submission
WHEN new.state = 'sending' AND EXISTS (SELECT 1 FROM attachment WHERE letter = new.id AND complete = 0)
BEGIN
    SELECT RAISE(ABORT, 'a submission waits for its attachments');
END;
