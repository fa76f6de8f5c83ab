//! Acknowledged submissions on their way to the office: draft, sealed, queued, sending, confirmed, purged, or
//! parked with a reason. Every move is one transaction with its line in the journal.
mod attachments;
mod comparison;
mod delivery;
mod listing;
mod recovery;

pub use attachments::AttachmentLine;
pub(super) use attachments::due_now as attachments_due_now;
pub use comparison::{Asked, Comparison};
pub use listing::{Counts, Line};

use super::journal;
use super::settings::{count_to, counter};
use super::{Store, StoreError};
use crate::crash_point;
use crate::letter::Parcel;
use jiff::Timestamp;
use jiff::civil::Date;
use jiujin_contract::receipt::{ReceiptNumber, ShortId};
use jiujin_contract::sealing::{Digest, SealError, SealedSubmission};
use jiujin_contract::submission::SubmissionId;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

/// A visit that began below a ceiling may still end in a submission; so many may follow.
const ROWS_MARGIN: u64 = 20;

/// What a new submission is called, before it is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    pub id: SubmissionId,
    pub sequence: u64,
    pub receipt_number: ReceiptNumber,
}

/// The transaction is on the disk: the resident may read "received".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    pub id: SubmissionId,
    pub receipt: ReceiptNumber,
    /// SHA-256 of the sealed bytes.
    pub digest: Digest,
}

/// Why no new visit may begin. What is queued stays queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Ceiling {
    #[error("{rows} submissions wait for the office, the limit is {max} (limits.outbox_rows)")]
    Rows { rows: u64, max: u64 },
    #[error("{bytes} bytes wait for the office, the limit is {max} (limits.outbox_mib)")]
    Bytes { bytes: u64, max: u64 },
    #[error("a submission has waited {days} days for the office (limits.outbox_age_days)")]
    Age { days: i64 },
    #[error("only {free} bytes of the disk are free, {min} are kept (limits.free_disk_mib)")]
    FreeDisk { free: u64, min: u64 },
}

impl Store {
    /// Asked before a visit begins; the answer costs a few index look-ups however long the queue is.
    pub fn may_begin(&self, now: Timestamp) -> Result<(), StoreError> {
        let (counts, limits) = (self.counts()?, self.limits);
        let refused = |ceiling| Err(StoreError::Refused(ceiling));
        let rows = counts.waiting + counts.parked;
        if rows >= limits.rows {
            return refused(Ceiling::Rows { rows, max: limits.rows });
        }
        if counts.waiting_bytes >= limits.bytes {
            return refused(Ceiling::Bytes { bytes: counts.waiting_bytes, max: limits.bytes });
        }
        let age = counts.oldest_at.map_or(0, |at| now.as_millisecond() - at);
        if age > limits.age_ms {
            return refused(Ceiling::Age { days: age / 86_400_000 });
        }
        match self.free_disk() {
            Some(free) if free < limits.free_disk_bytes => {
                refused(Ceiling::FreeDisk { free, min: limits.free_disk_bytes })
            }
            _ => Ok(()),
        }
    }

    /// Makes the id, stores it, lets `seal` make the bytes, and commits them with number and journal lines in one
    /// transaction, together with its sealed attachments. When this returns `Ok`, a power cut loses nothing.
    pub fn submit<P: Into<Parcel>>(
        &mut self,
        now: Timestamp,
        day: Date,
        kiosk: ShortId,
        seal: impl FnOnce(&Numbered) -> Result<P, SealError>,
    ) -> Result<Acknowledged, StoreError> {
        let (counts, max) = (self.counts()?, self.limits.rows + ROWS_MARGIN);
        let rows = counts.waiting + counts.parked;
        if rows >= max {
            return Err(StoreError::Refused(Ceiling::Rows { rows, max }));
        }
        crash_point::reach("before_id");
        let id = SubmissionId::make(now)?;
        // The id need not survive a power cut by itself: the commit below syncs it along with the rest.
        self.relaxed(|change| begin(change, id, Maker::Us, now))?;
        crash_point::reach("after_id");
        let sequence = self.sequence()? + 1;
        let receipt_number = ReceiptNumber::issue(kiosk, day, sequence);
        let parcel: Parcel = seal(&Numbered { id, sequence, receipt_number })?.into();
        let sealed = &parcel.submission;
        crash_point::reach("after_seal");
        let acknowledged =
            Acknowledged { id, receipt: sealed.envelope().receipt_number.clone(), digest: sealed.digest() };
        self.commit_sealed(&parcel, now)?;
        crash_point::reach("after_commit");
        Ok(acknowledged)
    }

    fn commit_sealed(&mut self, parcel: &Parcel, now: Timestamp) -> Result<(), StoreError> {
        let change = self.db.transaction()?;
        put(&change, parcel, Maker::Us, now)?;
        crash_point::reach("before_commit");
        match change.commit() {
            Ok(()) => Ok(()),
            Err(_) if !crash_point::stands("failed_commit_is_no_promise") => Ok(()),
            Err(error) => self.commit_doubted(&parcel.submission, now, error),
        }
    }

    /// A COMMIT error is not a rollback: look the row up, and believe it only after another synced commit.
    fn commit_doubted(
        &mut self,
        sealed: &SealedSubmission,
        now: Timestamp,
        error: rusqlite::Error,
    ) -> Result<(), StoreError> {
        let id = sealed.id();
        if !self.db.is_autocommit() {
            self.db.execute_batch("ROLLBACK")?;
        }
        match find(&self.db, id)? {
            Some((state, digest)) if state == "queued" && digest == Some(*sealed.digest().as_bytes()) => self
                .note(now, "commit_doubted", &id.to_string(), &error.to_string())
                .map_err(|_| StoreError::Uncertain { id }),
            _ => Err(error.into()),
        }
    }

    /// A transaction that may be lost by a power cut (never by a crash) and costs no sync.
    pub(super) fn relaxed<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.db.execute_batch("PRAGMA synchronous = NORMAL")?;
        let done = self.in_one(work);
        if crash_point::stands("synced_commit") {
            self.db.execute_batch("PRAGMA synchronous = FULL")?;
        }
        done
    }

    pub(super) fn in_one<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let change = self.db.transaction()?;
        let done = work(&change)?;
        change.commit()?;
        Ok(done)
    }
}

/// Whose running number a letter has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Maker {
    Us,
    AnotherKiosk,
}

fn begin(change: &Transaction<'_>, id: SubmissionId, maker: Maker, now: Timestamp) -> Result<(), StoreError> {
    let at = now.as_millisecond();
    change.prepare_cached(include_str!("outbox/begin.sql"))?.execute(params![
        id.as_bytes(),
        at,
        maker == Maker::AnotherKiosk
    ])?;
    journal::append(change, at, "draft", &id.to_string(), "")
}

/// draft -> sealed -> queued, with the bytes, the papers and the running number. All bytes count for the ceiling.
fn put(change: &Connection, parcel: &Parcel, maker: Maker, now: Timestamp) -> Result<(), StoreError> {
    let sealed = &parcel.submission;
    let (outside, id, at) = (sealed.envelope(), sealed.id(), now.as_millisecond());
    let bytes = sealed.bytes().len() as i64 + attachments::keep(change, id, &parcel.attachments, at)?;
    change.prepare_cached(include_str!("outbox/seal.sql"))?.execute(params![
        id.as_bytes(),
        outside.sequence as i64,
        outside.receipt_number.as_str(),
        outside.item.id,
        outside.item.version,
        sealed.digest().as_bytes(),
        bytes
    ])?;
    change
        .prepare_cached(include_str!("outbox/keep.sql"))?
        .execute(params![id.as_bytes(), sealed.bytes()])?;
    journal::append(change, at, "sealed", &id.to_string(), &sealed.digest().to_string())?;
    shift(change, id, Move { state: "queued", reason: None, due_at: at, attempts: 0 })?;
    journal::append(change, at, "queued", &id.to_string(), outside.receipt_number.as_str())?;
    if maker == Maker::AnotherKiosk {
        return Ok(());
    }
    let sequence = counter(change, "sequence")?.max(outside.sequence as i64);
    count_to(change, "sequence", sequence)
}

struct Move<'a> {
    state: &'static str,
    reason: Option<&'a str>,
    due_at: i64,
    attempts: u32,
}

fn shift(change: &Connection, id: SubmissionId, to: Move<'_>) -> Result<(), StoreError> {
    let moved = change.prepare_cached(include_str!("outbox/move.sql"))?.execute(params![
        id.as_bytes(),
        to.state,
        to.reason,
        to.due_at,
        to.attempts
    ])?;
    if moved == 1 { Ok(()) } else { Err(StoreError::Unknown { id: id.to_string() }) }
}

/// State and digest.
type Known = (String, Option<[u8; 32]>);

fn find(db: &Connection, id: SubmissionId) -> Result<Option<Known>, StoreError> {
    let mut statement = db.prepare_cached(include_str!("outbox/find.sql"))?;
    Ok(statement.query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}
