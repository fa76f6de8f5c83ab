//! What a resident asks at the kiosk: own cases, shared data; and the reconciliation with the kiosks.
use super::parts::read_events;
use super::withdrawing::open_until;
use super::{Store, StoreError, parsed, text};
use jiff::Timestamp;
use jiujin_contract::case::{CaseEvent, CaseState, Lamp, joint_lamp, lamp};
use jiujin_contract::submission::{DeviceId, SubmissionId};
use jiujin_contract::wire::{Announced, CaseView};
use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;

/// Cases of one resident that one answer shows.
const RESIDENT_CASES_MAX: i64 = 100;

/// One look into what the office knows of a resident: who asked, about whom, for which service, under which consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    pub at: Timestamp,
    pub device: String,
    /// The keyed hash of the number; the number itself is nowhere.
    pub resident: String,
    /// `directory` or `cases`.
    pub question: String,
    /// `None` where no service was chosen: the resident looked at the own cases.
    pub service: Option<String>,
    pub consent: String,
}

/// Working days on which the office waited, for the resident or for somebody else: they are nobody's delay.
fn stopped_days(events: &[CaseEvent], working_days_since: &impl Fn(Timestamp) -> u32) -> u32 {
    let waits = events.windows(2).filter(|pair| pair[0].state.clock_stopped());
    waits.map(|pair| working_days_since(pair[0].at).saturating_sub(working_days_since(pair[1].at))).sum()
}

impl Store {
    /// The resident's cases, newest first. `working_days_since` counts for the lamp.
    pub async fn cases_of(
        &self,
        resident_key: &str,
        now: Timestamp,
        working_days_since: impl Fn(Timestamp) -> u32 + Send,
    ) -> Result<Vec<CaseView>, StoreError> {
        let query =
            sqlx::query(include_str!("case_of_resident.sql")).bind(resident_key).bind(RESIDENT_CASES_MAX);
        let rows = query.fetch_all(&self.read).await?;
        let mut cases = Vec::with_capacity(rows.len());
        for row in &rows {
            let submission: SubmissionId = parsed(row, "id")?;
            let events = self.events(submission).await?;
            let state = CaseState::from_code(&text(row, "state")?).ok_or(StoreError::Unreadable("state"))?;
            let received_at: Timestamp = parsed(row, "received_at")?;
            let promised: i64 =
                row.try_get("promised_days").map_err(|_| StoreError::Unreadable("promised_days"))?;
            let ratings: i64 = row.try_get("ratings").map_err(|_| StoreError::Unreadable("ratings"))?;
            let promised = u32::try_from(promised).unwrap_or(0);
            let used = working_days_since(received_at);
            let used = used.saturating_sub(stopped_days(&events, &working_days_since));
            let parts = self.parts_of(submission, used).await?;
            let lamps: Vec<Lamp> = parts.iter().map(|part| part.lamp).collect();
            cases.push(CaseView {
                case_number: parsed(row, "case_number")?,
                receipt_number: jiujin_contract::receipt::ReceiptNumber::parse(&text(row, "receipt_number")?)
                    .map_err(|_| StoreError::Unreadable("receipt_number"))?,
                submission,
                item: text(row, "item_id")?,
                state,
                lamp: if lamps.is_empty() { lamp(state, used, promised) } else { joint_lamp(&lamps) },
                received_at,
                events,
                may_rate: ratings == 0,
                withdraw_until: open_until(state, &parts, received_at, promised)
                    .filter(|until| now <= *until),
                parts,
            });
        }
        Ok(cases)
    }

    pub(super) async fn events(&self, id: SubmissionId) -> Result<Vec<CaseEvent>, StoreError> {
        let query = sqlx::query(include_str!("event_list.sql")).bind(id.to_string());
        let rows = query.fetch_all(&self.read).await?;
        read_events(&rows)
    }

    /// Remembers what a kiosk said it holds.
    pub async fn announce(
        &self,
        device: &DeviceId,
        letters: &[Announced],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.begin().await?;
        for letter in letters {
            sqlx::query(include_str!("announced_insert.sql"))
                .bind(letter.id.to_string())
                .bind(device.to_string())
                .bind(letter.digest.to_string())
                .bind(i64::try_from(letter.bytes).unwrap_or(i64::MAX))
                .bind(i64::try_from(letter.sequence).unwrap_or(i64::MAX))
                .bind(now.to_string())
                .execute(&mut *change)
                .await?;
        }
        Ok(change.commit().await?)
    }

    /// Writes down who asked about whom, before the answer is given.
    pub async fn audit(
        &self,
        device: &DeviceId,
        resident_key: &str,
        question: &str,
        consent_version: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.begin().await?;
        sqlx::query(include_str!("audit_insert.sql"))
            .bind(now.to_string())
            .bind(device.to_string())
            .bind(resident_key)
            .bind(question)
            .bind(consent_version)
            .execute(&mut *change)
            .await?;
        Ok(change.commit().await?)
    }

    /// Everything written down by `audit`, oldest first.
    pub async fn audited(&self) -> Result<Vec<AuditRow>, StoreError> {
        let rows = sqlx::query(include_str!("audit_list.sql")).fetch_all(&self.read).await?;
        let row = |row: &AnyRow| -> Result<AuditRow, StoreError> {
            let consent = text(row, "consent_version")?;
            // A consent is `S040.3`: the service and the version of its words.
            let service = consent.rsplit_once('.').map(|(service, _)| service.to_owned());
            Ok(AuditRow {
                at: parsed(row, "at")?,
                device: text(row, "device_id")?,
                resident: text(row, "resident_key")?,
                question: text(row, "question")?,
                service,
                consent,
            })
        };
        rows.iter().map(row).collect()
    }

    /// Which of a device's running numbers are here, between two of them.
    pub async fn sequences(&self, device: &DeviceId, from: u64, to: u64) -> Result<Vec<u64>, StoreError> {
        let bound = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let query = sqlx::query_scalar(include_str!("device_sequences.sql"))
            .bind(device.to_string())
            .bind(bound(from))
            .bind(bound(to));
        let found: Vec<i64> = query.fetch_all(&self.read).await?;
        Ok(found.into_iter().map(i64::unsigned_abs).collect())
    }

    /// Letters the device announced that never came, oldest first.
    pub async fn awaited(&self, device: &DeviceId, limit: usize) -> Result<Vec<SubmissionId>, StoreError> {
        let query =
            sqlx::query(include_str!("device_awaited.sql")).bind(device.to_string()).bind(limit as i64);
        query.fetch_all(&self.read).await?.iter().map(|row| parsed(row, "id")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_waiting_for_the_resident_do_not_count() {
        let day = |day: i64| Timestamp::from_second(day * 86_400).unwrap();
        let event = |state, at| CaseEvent { state, at: day(at), note: None, fields: vec![] };
        let events = [
            event(CaseState::Submitted, 0),
            event(CaseState::CorrectionRequested, 2),
            event(CaseState::Corrected, 9),
            event(CaseState::Accepted, 10),
        ];
        let days_since = |at: Timestamp| u32::try_from((day(12) - at).get_seconds() / 86_400).unwrap();
        assert_eq!(stopped_days(&events, &days_since), 7);
        assert_eq!(stopped_days(&events[..2], &days_since), 0, "the lamp is off meanwhile");
    }
}
