//! What this kiosk did, line by line, each bound to the one before by its digest: a removed, changed or moved
//! line is found. Only ids, states and reasons stand here.
use super::{Store, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

/// One line as `journal_since` gives it out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entry {
    pub line: i64,
    pub at: i64,
    pub event: String,
    pub subject: String,
    pub detail: String,
    /// SHA-256 over the digest of the line before and everything in this one.
    pub digest: String,
}

/// What the first line is bound to.
const ROOT: [u8; 32] = [0; 32];

impl Store {
    /// Writes a line that belongs to no submission: an alarm, an enrolment, a refusal.
    pub fn note(
        &mut self,
        now: Timestamp,
        event: &str,
        subject: &str,
        detail: &str,
    ) -> Result<(), StoreError> {
        append(&self.db, now.as_millisecond(), event, subject, detail)
    }

    /// Number and digest of the last line, to be signed and shipped.
    pub fn journal_head(&self) -> Result<(i64, String), StoreError> {
        let head = head(&self.db)?;
        Ok((head.0, hex::encode(head.1)))
    }

    /// At most `max` lines after `line`.
    pub fn journal_since(&self, line: i64, max: usize) -> Result<Vec<Entry>, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("journal/since.sql"))?;
        let rows = statement.query_map(params![line, max as i64], entry)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Every line about one submission.
    pub fn journal_of(&self, subject: &str) -> Result<Vec<Entry>, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("journal/of.sql"))?;
        let rows = statement.query_map([subject], entry)?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Walks over the whole chain; answers the number of lines.
    pub fn journal_check(&self) -> Result<i64, StoreError> {
        let mut before = (0, ROOT);
        let mut statement = self.db.prepare_cached(include_str!("journal/since.sql"))?;
        let mut rows = statement.query(params![0, i64::MAX])?;
        while let Some(row) = rows.next()? {
            let line: i64 = row.get("line")?;
            let (event, subject, detail): (String, String, String) =
                (row.get("event")?, row.get("subject")?, row.get("detail")?);
            let found: [u8; 32] = row.get("digest")?;
            let expected = chained(&before.1, line, row.get("at")?, &[&event, &subject, &detail]);
            if line != before.0 + 1 || found != expected {
                return Err(StoreError::JournalBroken { line });
            }
            before = (line, found);
        }
        Ok(before.0)
    }
}

/// Appends within the caller's transaction, so that no move is without its line.
pub(super) fn append(
    db: &Connection,
    at: i64,
    event: &str,
    subject: &str,
    detail: &str,
) -> Result<(), StoreError> {
    let (last, before) = head(db)?;
    let digest = chained(&before, last + 1, at, &[event, subject, detail]);
    db.prepare_cached(include_str!("journal/append.sql"))?.execute(params![
        last + 1,
        at,
        event,
        subject,
        detail,
        digest
    ])?;
    Ok(())
}

fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let digest: [u8; 32] = row.get("digest")?;
    Ok(Entry {
        line: row.get("line")?,
        at: row.get("at")?,
        event: row.get("event")?,
        subject: row.get("subject")?,
        detail: row.get("detail")?,
        digest: hex::encode(digest),
    })
}

fn head(db: &Connection) -> Result<(i64, [u8; 32]), StoreError> {
    let mut statement = db.prepare_cached(include_str!("journal/head.sql"))?;
    let last = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    Ok(last.unwrap_or((0, ROOT)))
}

fn chained(before: &[u8; 32], line: i64, at: i64, words: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(line.to_be_bytes());
    hash.update(at.to_be_bytes());
    for word in words {
        hash.update((word.len() as u64).to_be_bytes());
        hash.update(word.as_bytes());
    }
    hash.finalize().into()
}
