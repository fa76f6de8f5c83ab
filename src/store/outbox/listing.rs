//! Looking at the outbox: counts that stay flat, and lines without contents for technicians.
use super::{Store, StoreError};
use jiff::Timestamp;
use jiujin_contract::sealing::SealedSubmission;
use jiujin_contract::submission::SubmissionId;
use rusqlite::{Row, params};
use serde::Serialize;

/// How much waits, for the screen, the technician and the ceilings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Queued or being sent.
    pub waiting: u64,
    pub waiting_bytes: u64,
    pub parked: u64,
    /// Confirmed by the office, contents gone or about to go.
    pub confirmed: u64,
    /// When the oldest waiting one was submitted, in Unix milliseconds.
    pub oldest_at: Option<i64>,
}

/// One submission without its contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub id: String,
    pub state: String,
    pub sequence: Option<i64>,
    pub receipt: Option<String>,
    pub item: Option<String>,
    pub item_version: Option<u32>,
    pub digest: Option<String>,
    pub bytes: i64,
    pub created_at: String,
    pub age_s: i64,
    pub attempts: u32,
    pub due_in_s: Option<i64>,
    pub reason: Option<String>,
    pub case_number: Option<String>,
}

impl Store {
    pub fn counts(&self) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        let mut statement = self.db.prepare_cached(include_str!("counts.sql"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (state, rows, bytes): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (rows, bytes) = (rows.max(0) as u64, bytes.max(0) as u64);
            match state.as_str() {
                "sealed" | "queued" | "sending" => {
                    counts.waiting += rows;
                    counts.waiting_bytes += bytes;
                }
                "parked" => counts.parked = rows,
                "confirmed" | "purged" => counts.confirmed += rows,
                _ => {}
            }
        }
        let mut oldest = self.db.prepare_cached(include_str!("oldest.sql"))?;
        counts.oldest_at = oldest.query_row([], |row| row.get(0))?;
        Ok(counts)
    }

    /// Every submission, or the one asked for, oldest first.
    pub fn lines(
        &self,
        id: Option<SubmissionId>,
        max: usize,
        now: Timestamp,
    ) -> Result<Vec<Line>, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("list.sql"))?;
        let wanted = id.map(|id| *id.as_bytes());
        let rows = statement.query_map(params![wanted, max as i64], |row| line(row, now.as_millisecond()))?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Every sealed submission that has not been confirmed, one after the other, for export. One whose bytes were
    /// damaged on the disk is left out.
    pub fn each_unconfirmed<E: From<StoreError>>(
        &self,
        mut each: impl FnMut(&SealedSubmission) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut statement = self.db.prepare_cached(include_str!("waiting.sql")).map_err(StoreError::from)?;
        let mut rows = statement.query([]).map_err(StoreError::from)?;
        while let Some(row) = rows.next().map_err(StoreError::from)? {
            let bytes: Vec<u8> = row.get(0).map_err(StoreError::from)?;
            if let Ok(sealed) = SealedSubmission::parse(&bytes) {
                each(&sealed)?;
            }
        }
        Ok(())
    }

    /// Bytes free for the kiosk on the disk of the store.
    pub fn free_disk(&self) -> Option<u64> {
        let found = rustix::fs::statvfs(self.folder.as_ref()?).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }
}

fn line(row: &Row<'_>, now: i64) -> rusqlite::Result<Line> {
    let id: [u8; 16] = row.get("id")?;
    let digest: Option<[u8; 32]> = row.get("digest")?;
    let (created, due): (i64, i64) = (row.get("created_at")?, row.get("due_at")?);
    let state: String = row.get("state")?;
    Ok(Line {
        id: SubmissionId::from_bytes(id).map(|id| id.to_string()).unwrap_or_else(|_| hex::encode(id)),
        due_in_s: (state == "queued").then_some((due - now).max(0) / 1_000),
        state,
        sequence: row.get("sequence")?,
        receipt: row.get("receipt_number")?,
        item: row.get("item_id")?,
        item_version: row.get("item_version")?,
        digest: digest.map(hex::encode),
        bytes: row.get("bytes")?,
        created_at: Timestamp::from_millisecond(created).map(|at| at.to_string()).unwrap_or_default(),
        age_s: (now - created) / 1_000,
        attempts: row.get("attempts")?,
        reason: row.get("reason")?,
        case_number: row.get("case_number")?,
    })
}
