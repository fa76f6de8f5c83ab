//! Sealed papers of a submission: kept with it in one transaction, brought to the office before it, deleted only
//! with it. How far each came is written down; the office is asked all the same.
use super::delivery::{PAUSE_MS_MAX, park};
use super::{Store, StoreError, find, journal};
use crate::letter::{Carried, Enclosure, Passage};
use crate::store::settings;
use jiff::Timestamp;
use jiujin_contract::sealing::SealedAttachment;
use jiujin_contract::submission::SubmissionId;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

/// How far one attachment is, without its contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttachmentLine {
    pub digest: String,
    pub bytes: i64,
    /// The most bytes the office ever said it holds.
    pub held: i64,
    pub complete: bool,
}

impl Store {
    /// The attachment to carry now, if one is due. One at a time: several may be too large to hold in memory.
    pub fn due_enclosure(&mut self, now: Timestamp) -> Result<Option<Enclosure>, StoreError> {
        if self.road_is_closed(now)? {
            return Ok(None);
        }
        while let Some((letter, digest, attempts)) = self.next_enclosure(now)? {
            let payload = self
                .db
                .prepare_cached(include_str!("attachments/payload.sql"))?
                .query_row(params![letter.as_bytes(), digest], |row| row.get::<_, Vec<u8>>(0))
                .optional()?;
            match payload.and_then(|bytes| SealedAttachment::parse(bytes).ok()) {
                Some(sealed) if sealed.digest().as_bytes() == &digest => {
                    return Ok(Some(Enclosure { letter, sealed, attempts }));
                }
                _ => self.in_one(|change| park(change, letter, "damaged_on_disk", now))?,
            }
        }
        Ok(None)
    }

    fn next_enclosure(&self, now: Timestamp) -> Result<Option<(SubmissionId, [u8; 32], u32)>, StoreError> {
        let at = now.as_millisecond();
        let mut statement = self.db.prepare_cached(include_str!("attachments/due.sql"))?;
        let row = statement
            .query_row(params![at, at + PAUSE_MS_MAX], |row| {
                Ok((row.get::<_, [u8; 16]>(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        row.map(|(id, digest, attempts)| Ok((SubmissionId::from_bytes(id)?, digest, attempts))).transpose()
    }

    /// What a journey with one attachment brought. Lost by a power cut, it only means that the office is asked.
    pub fn apply_carried(
        &mut self,
        carried: &Carried,
        passage: &Passage,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.relaxed(|change| {
            note_passage(change, carried, passage, now)?;
            match passage {
                Passage::Whole | Passage::Onward => settings::open_road(change),
                Passage::Later { all: false, .. } => Ok(()),
                Passage::Later { due_at, .. } => {
                    let due_at = due_at.as_millisecond();
                    change.prepare_cached(include_str!("attachments/pause_all.sql"))?.execute([due_at])?;
                    Ok(())
                }
                Passage::RoadClosed { until, reason } => settings::close_road(change, *until, reason),
                Passage::Parked { reason } => match find(change, carried.letter)? {
                    Some((state, _)) if state == "queued" || state == "confirmed" => {
                        park(change, carried.letter, reason, now)
                    }
                    _ => Ok(()),
                },
            }
        })
    }

    /// The attachments of one submission in its order.
    pub fn attachments_of(&self, letter: SubmissionId) -> Result<Vec<AttachmentLine>, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("attachments/of.sql"))?;
        let rows = statement.query_map([letter.as_bytes()], |row| {
            let digest: [u8; 32] = row.get("digest")?;
            let (bytes, held) = (row.get("total")?, row.get("held")?);
            Ok(AttachmentLine { digest: hex::encode(digest), bytes, held, complete: row.get("complete")? })
        })?;
        rows.map(|row| row.map_err(StoreError::from)).collect()
    }

    /// Attachments of submissions that an export writes: they do not go along.
    pub fn attachments_waiting(&self) -> Result<u64, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("attachments/waiting.sql"))?;
        Ok(statement.query_row([], |row| row.get::<_, i64>(0))?.max(0) as u64)
    }
}

fn note_passage(
    change: &Connection,
    carried: &Carried,
    passage: &Passage,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (at, held, total) = (now.as_millisecond(), carried.held, carried.total);
    let (failed, due_at, word) = match passage {
        Passage::Whole => (0, 0, "whole"),
        Passage::Onward => (0, 0, "onward"),
        Passage::Later { due_at, reason, .. } => (1, due_at.as_millisecond(), reason.as_str()),
        Passage::RoadClosed { reason, .. } => (1, 0, reason.as_str()),
        Passage::Parked { reason } => (0, 0, reason.as_str()),
    };
    change.prepare_cached(include_str!("attachments/carried.sql"))?.execute(params![
        carried.letter.as_bytes(),
        carried.digest.as_bytes(),
        held as i64,
        matches!(passage, Passage::Whole),
        failed,
        due_at
    ])?;
    let detail = format!("{} {held}/{total} {word}", carried.digest);
    journal::append(change, at, "attachment", &carried.letter.to_string(), &detail)
}

/// With their submission, in its transaction; the sum of their bytes.
pub(super) fn keep(
    change: &Connection,
    letter: SubmissionId,
    attachments: &[SealedAttachment],
    at: i64,
) -> Result<i64, StoreError> {
    let mut sum = 0;
    for (place, sealed) in attachments.iter().enumerate() {
        let (digest, total) = (sealed.digest(), sealed.bytes().len() as i64);
        sum += total;
        change.prepare_cached(include_str!("attachments/keep.sql"))?.execute(params![
            letter.as_bytes(),
            digest.as_bytes(),
            place as i64,
            total
        ])?;
        change.prepare_cached(include_str!("attachments/keep_payload.sql"))?.execute(params![
            letter.as_bytes(),
            digest.as_bytes(),
            sealed.bytes()
        ])?;
        journal::append(change, at, "attachment", &letter.to_string(), &format!("{digest} 0/{total} kept"))?;
    }
    Ok(sum)
}

/// Is there one that the office does not hold whole?
pub(super) fn missing(change: &Connection, letter: SubmissionId) -> Result<bool, StoreError> {
    let mut statement = change.prepare_cached(include_str!("attachments/missing.sql"))?;
    Ok(statement.query_row([letter.as_bytes()], |row| row.get(0))?)
}

/// An office that lost the submission may have lost its papers too.
pub(super) fn ask_anew(change: &Connection, letter: SubmissionId) -> Result<(), StoreError> {
    change.prepare_cached(include_str!("attachments/ask_anew.sql"))?.execute([letter.as_bytes()])?;
    Ok(())
}

/// Without waiting for the end of their pauses.
pub(in crate::store) fn due_now(change: &Connection) -> Result<(), StoreError> {
    change.prepare_cached(include_str!("attachments/due_now.sql"))?.execute([])?;
    Ok(())
}

/// Deleted and overwritten, with the contents of their submission.
pub(super) fn forget(change: &Connection, letter: SubmissionId) -> Result<(), StoreError> {
    change.prepare_cached(include_str!("attachments/drop_payload.sql"))?.execute([letter.as_bytes()])?;
    change.prepare_cached(include_str!("attachments/drop.sql"))?.execute([letter.as_bytes()])?;
    Ok(())
}

/// What a damaged file still gave, by letter.
pub(super) fn belonging_to(
    letter: SubmissionId,
    found: &[(SubmissionId, SealedAttachment)],
) -> Vec<SealedAttachment> {
    let own = found.iter().filter(|(of, _)| *of == letter);
    own.map(|(_, sealed)| sealed.clone()).collect()
}
