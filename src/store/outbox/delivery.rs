//! Which letters may go now, and what the office's answers make of them.
use super::{Move, Store, StoreError, attachments, find, journal, shift};
use crate::crash_point;
use crate::letter::{BATCH_SEALED_BYTES_MAX, Fate, Letter};
use crate::store::settings;
use jiff::Timestamp;
use jiujin_contract::keys::OfficeVerifyingKey;
use jiujin_contract::receipt::SignedReceipt;
use jiujin_contract::sealing::{Digest, SealedSubmission};
use jiujin_contract::submission::SubmissionId;
use jiujin_contract::wire::{AnnounceAnswer, Announced, AnnouncedHolding, Holding};
use rusqlite::{Connection, params};

/// No pause is longer than a day, so a due time beyond it comes from a clock that jumped.
pub(super) const PAUSE_MS_MAX: i64 = 86_400_000;

impl Store {
    /// At most `max` letters whose time has come, in the order in which they were submitted. One that waits for
    /// its own time or for its attachments holds up nothing behind it; a letter whose bytes were damaged on the disk is
    /// parked.
    pub fn due(&mut self, now: Timestamp, max: usize) -> Result<Vec<Letter>, StoreError> {
        self.write_down(now)?;
        let at = now.as_millisecond();
        if self.road_is_closed(now)? {
            return Ok(Vec::new());
        }
        let mut statement = self.db.prepare_cached(include_str!("due.sql"))?;
        let rows = statement.query_map(params![at, at + PAUSE_MS_MAX, max as i64], |row| {
            Ok((
                row.get::<_, [u8; 16]>(0)?,
                row.get(1)?,
                row.get::<_, [u8; 32]>(2)?,
                row.get::<_, Vec<u8>>(3)?,
            ))
        })?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        drop(statement);
        let (mut letters, mut damaged, mut travelling) = (Vec::new(), Vec::new(), 0);
        for (id, attempts, digest, bytes) in rows {
            travelling += bytes.len();
            if travelling > BATCH_SEALED_BYTES_MAX {
                break;
            }
            match SealedSubmission::parse(&bytes) {
                Ok(sealed) if sealed.digest().as_bytes() == &digest => {
                    letters.push(Letter { sealed, attempts })
                }
                _ => damaged.push(SubmissionId::from_bytes(id)?),
            }
        }
        for id in damaged {
            self.in_one(|change| park(change, id, "damaged_on_disk", now))?;
        }
        Ok(letters)
    }

    pub(super) fn road_is_closed(&self, now: Timestamp) -> Result<bool, StoreError> {
        let at = now.as_millisecond();
        let sane = |until: i64| until <= at + PAUSE_MS_MAX || !crash_point::stands("sane_due_time");
        Ok(self.road()?.closed_until.is_some_and(|until| at < until && sane(until)))
    }

    /// Written down before the first byte goes out.
    pub fn mark_sending(&mut self, ids: &[SubmissionId], now: Timestamp) -> Result<(), StoreError> {
        // Lost by a power cut, it only means that the letter is still queued.
        self.relaxed(|change| {
            for id in ids {
                shift(change, *id, Move { state: "sending", reason: None, due_at: 0, attempts: 0 })?;
                journal::append(change, now.as_millisecond(), "sending", &id.to_string(), "")?;
            }
            Ok(())
        })?;
        crash_point::reach("after_mark_sending");
        Ok(())
    }

    /// What the courier brought back, for one letter or a whole batch, in one transaction. When it cannot be written
    /// now, it is kept and written with the next.
    pub fn apply(&mut self, fates: &[(SubmissionId, Fate)], now: Timestamp) -> Result<(), StoreError> {
        crash_point::reach("before_mark_confirmed");
        self.unsettled.extend_from_slice(fates);
        self.write_down(now)?;
        crash_point::reach("after_mark_confirmed");
        Ok(())
    }

    pub(super) fn write_down(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let fates = std::mem::take(&mut self.unsettled);
        if fates.is_empty() {
            return Ok(());
        }
        // Lost by a power cut, it only means that the office is asked once more and answers the same.
        let written = self.relaxed(|change| settle_all(change, &fates, now));
        if written.is_err() {
            self.unsettled = fates;
        }
        written
    }

    /// What this kiosk holds and what the office has confirmed once, oldest first: the office's answer is the second
    /// confirmation, and both sides see what is missing.
    pub fn announcement(&self, max: usize) -> Result<Vec<Announced>, StoreError> {
        let mut statement = self.db.prepare_cached(include_str!("announced.sql"))?;
        let rows = statement.query_map([max as i64], |row| {
            let held: (i64, i64) = (row.get(2)?, row.get(3)?);
            Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, [u8; 32]>(1)?, held))
        })?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let named = |(id, digest, (bytes, sequence)): ([u8; 16], [u8; 32], (i64, i64))| {
            let (id, digest) = (SubmissionId::from_bytes(id)?, hex::encode(digest).parse()?);
            Ok(Announced { id, digest, bytes: bytes.max(0) as u64, sequence: sequence.max(0) as u64 })
        };
        rows.into_iter().map(named).collect()
    }

    /// Purges what the office confirms again, queues again what it no longer has, parks what it holds differently.
    /// Letters that it confirms here for the first time wait for their own delivery.
    pub fn settle_announced(
        &mut self,
        answer: &AnnounceAnswer,
        office: &OfficeVerifyingKey,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        crash_point::reach("before_purge");
        // Lost by a power cut, it only means that the office is asked once more.
        self.relaxed(|change| {
            for AnnouncedHolding { id, holding } in &answer.letters {
                let Some((state, Some(digest))) = find(change, *id)? else { continue };
                let digest: Digest = hex::encode(digest).parse()?;
                match (state.as_str(), holding) {
                    ("confirmed", Holding::Held(receipt))
                        if receipt.verify_for(office, *id, digest).is_ok() =>
                    {
                        forget_contents(change, *id, now)?;
                    }
                    ("confirmed", Holding::Awaited) => send_again(change, *id, now)?,
                    ("confirmed" | "queued", Holding::OtherBytes) => park(change, *id, "other-bytes", now)?,
                    _ => {}
                }
            }
            Ok(())
        })?;
        crash_point::reach("after_purge");
        Ok(())
    }

    /// A person says: try this parked one again.
    pub fn retry(&mut self, id: SubmissionId, now: Timestamp) -> Result<(), StoreError> {
        self.in_one(|change| {
            queue(change, id, now.as_millisecond(), None, 0)?;
            journal::append(change, now.as_millisecond(), "queued", &id.to_string(), "retried")?;
            attachments::due_now(change)?;
            settings::open_road(change)
        })
    }
}

fn settle_all(change: &Connection, fates: &[(SubmissionId, Fate)], now: Timestamp) -> Result<(), StoreError> {
    let reached = fates.iter().any(|(_, fate)| !matches!(fate, Fate::RoadClosed { .. }));
    if reached {
        settings::open_road(change)?;
    }
    for (id, fate) in fates {
        match find(change, *id)? {
            Some((state, _)) if state == "sending" => settle(change, *id, fate, now)?,
            // Settled another way in the meantime; the journal knows how.
            _ => journal::append(change, now.as_millisecond(), "late_answer", &id.to_string(), "")?,
        }
    }
    match fates.iter().find_map(|(_, fate)| closed(fate)) {
        Some((until, reason)) => settings::close_road(change, until, reason),
        None => Ok(()),
    }
}

fn settle(change: &Connection, id: SubmissionId, fate: &Fate, now: Timestamp) -> Result<(), StoreError> {
    let (at, subject) = (now.as_millisecond(), id.to_string());
    match fate {
        Fate::Confirmed(receipt) => confirm(change, receipt, now),
        Fate::Later { due_at, reason } => {
            queue(change, id, due_at.as_millisecond(), Some(reason), 1)?;
            journal::append(change, at, "queued", &subject, reason)
        }
        // The letter itself is not to blame: it is due as soon as the road is open.
        Fate::RoadClosed { reason, .. } => {
            queue(change, id, at, Some(reason), 1)?;
            journal::append(change, at, "queued", &subject, reason)
        }
        Fate::Parked { reason } => park(change, id, reason, now),
    }
}

fn closed(fate: &Fate) -> Option<(Timestamp, &str)> {
    match fate {
        Fate::RoadClosed { until, reason } => Some((*until, reason)),
        _ => None,
    }
}

fn queue(
    change: &Connection,
    id: SubmissionId,
    due_at: i64,
    reason: Option<&str>,
    attempts: u32,
) -> Result<(), StoreError> {
    shift(change, id, Move { state: "queued", reason, due_at, attempts })
}

fn confirm(change: &Connection, receipt: &SignedReceipt, now: Timestamp) -> Result<(), StoreError> {
    let stated = &receipt.receipt;
    let (at, text) = (now.as_millisecond(), serde_json::to_string(receipt).unwrap_or_default());
    let changed = change.prepare_cached(include_str!("confirm.sql"))?.execute(params![
        stated.id.as_bytes(),
        stated.case_number.as_str(),
        text,
        at
    ])?;
    if changed == 0 {
        return Err(StoreError::Unknown { id: stated.id.to_string() });
    }
    journal::append(change, at, "confirmed", &stated.id.to_string(), stated.case_number.as_str())
}

pub(super) fn park(
    change: &Connection,
    id: SubmissionId,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    shift(change, id, Move { state: "parked", reason: Some(reason), due_at: 0, attempts: 1 })?;
    journal::append(change, now.as_millisecond(), "parked", &id.to_string(), reason)
}

/// The office does not know what it once confirmed.
pub(super) fn send_again(change: &Connection, id: SubmissionId, now: Timestamp) -> Result<(), StoreError> {
    let (at, subject) = (now.as_millisecond(), id.to_string());
    park(change, id, "unknown_at_office", now)?;
    attachments::ask_anew(change, id)?;
    queue(change, id, at, None, 0)?;
    journal::append(change, at, "queued", &subject, "unknown_at_office")
}

/// Contents and attachments are deleted and overwritten, the numbers stay. Not before the office holds every paper.
fn forget_contents(change: &Connection, id: SubmissionId, now: Timestamp) -> Result<(), StoreError> {
    if attachments::missing(change, id)? {
        return Ok(());
    }
    attachments::forget(change, id)?;
    change.prepare_cached(include_str!("drop_payload.sql"))?.execute([id.as_bytes()])?;
    change
        .prepare_cached(include_str!("purge.sql"))?
        .execute(params![id.as_bytes(), now.as_millisecond()])?;
    journal::append(change, now.as_millisecond(), "purged", &id.to_string(), "")
}
