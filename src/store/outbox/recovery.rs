//! After a crash, after damage, and from another kiosk's disk: letters find back into the queue.
use super::attachments::belonging_to;
use super::{Maker, Store, StoreError, begin, find, journal, put};
use crate::crash_point;
use crate::letter::{Fate, Parcel};
use crate::store::carve::Salvage;
use crate::store::opening::Alarm;
use crate::store::settings::{count_to, counter};
use jiff::Timestamp;
use jiujin_contract::sealing::SealedSubmission;
use jiujin_contract::submission::SubmissionId;
use rusqlite::params;
use std::path::PathBuf;

/// Running numbers left out when the last one is not certain, so that no receipt number comes twice.
const SEQUENCE_GAP: i64 = 1_000;
/// When no number was readable: more than a kiosk reaches at one submission every ten seconds since 2026.
const FIRST_OF_2026_MS: i64 = 1_767_225_600_000;
const SUBMISSION_MS_MIN: i64 = 10_000;

impl Store {
    /// `sending` becomes `queued` again with the attempt counted, drafts without contents are dropped, and what
    /// was delivered long ago is forgotten.
    pub(in crate::store) fn recover(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let at = now.as_millisecond();
        let sending = self.ids(include_str!("left_sending.sql"))?;
        let drafts = self.ids(include_str!("left_drafts.sql"))?;
        let forgotten_before = at.saturating_sub(self.limits.keep_sent_ms);
        for id in sending.into_iter().filter(|_| crash_point::stands("requeue_after_crash")) {
            self.unsettled.push((id, Fate::Later { due_at: now, reason: "interrupted".into() }));
        }
        let tidied = self.write_down(now).and_then(|()| {
            self.in_one(|change| {
                for id in drafts {
                    change.prepare_cached(include_str!("drop_draft.sql"))?.execute([id.as_bytes()])?;
                    journal::append(change, at, "dropped", &id.to_string(), "draft without contents")?;
                }
                change.prepare_cached(include_str!("forget.sql"))?.execute([forgotten_before])?;
                Ok(())
            })
        });
        match tidied {
            // A kiosk with a full disk starts and says so; the letters are settled when there is space again.
            Err(StoreError::DiskFull) => Ok(()),
            other => other,
        }
    }

    fn ids(&self, sql: &str) -> Result<Vec<SubmissionId>, StoreError> {
        let mut statement = self.db.prepare_cached(sql)?;
        let rows = statement.query_map(params![], |row| row.get::<_, [u8; 16]>(0))?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        rows.into_iter().map(|id| Ok(SubmissionId::from_bytes(id)?)).collect()
    }

    /// Queues a sealed submission of another kiosk's disk. `false` when it is here already.
    pub fn take_in(&mut self, sealed: &SealedSubmission, now: Timestamp) -> Result<bool, StoreError> {
        self.queue_sealed(&Parcel::from(sealed.clone()), Maker::AnotherKiosk, now)
    }

    fn queue_sealed(&mut self, parcel: &Parcel, maker: Maker, now: Timestamp) -> Result<bool, StoreError> {
        self.in_one(|change| {
            if find(change, parcel.submission.id())?.is_some() {
                return Ok(false);
            }
            begin(change, parcel.submission.id(), maker, now)?;
            put(change, parcel, maker, now).map(|()| true)
        })
    }

    /// What a damaged file still gave: its letters are queued, numbers go on behind every one it may have issued.
    pub(in crate::store) fn take_over(
        &mut self,
        set_aside: PathBuf,
        salvage: Salvage,
        reason: String,
        now: Timestamp,
    ) -> Result<Alarm, StoreError> {
        let (mut papers, found) = (0, salvage.attachments.len());
        for submission in salvage.letters.iter().cloned() {
            let attachments = belonging_to(submission.id(), &salvage.attachments);
            papers += attachments.len();
            self.queue_sealed(&Parcel { submission, attachments }, Maker::Us, now)?;
        }
        let by_clock = (now.as_millisecond() - FIRST_OF_2026_MS) / SUBMISSION_MS_MIN;
        let next = salvage.sequence.map_or(by_clock, |last| last as i64 + SEQUENCE_GAP);
        let salvaged = salvage.letters.len();
        self.in_one(|change| {
            let next = next.max(counter(change, "sequence")?);
            count_to(change, "sequence", next)?;
            let subject = set_aside.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let papers = format!("{papers} of {found} attachments found with their letters");
            let detail = format!("{salvaged} letters salvaged, {papers}, next number {next}: {reason}");
            journal::append(change, now.as_millisecond(), "damaged_store", &subject, &detail)
        })?;
        Ok(Alarm { set_aside, salvaged, reason })
    }
}
