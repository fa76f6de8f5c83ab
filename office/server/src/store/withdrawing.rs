//! A resident takes a case back (撤回): before it is decided, within its promised days, and only their own.
use super::parts::state;
use super::progress::{Step, step_parts, step_whole};
use super::{Store, StoreError, parsed, text};
use crate::catalogue::office_time;
use jiff::Timestamp;
use jiujin_contract::calendar::add_working_days;
use jiujin_contract::case::{CaseNumber, CaseState};
use jiujin_contract::wire::PartView;
use sqlx::Row;

/// What became of the wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawn {
    /// Now or before; every part of a joint case that was not decided.
    Done,
    /// Not there, or somebody else's: the answer is the same, so that nobody can find out which.
    NoSuchCase,
    TooLate,
}

/// The last second of the last promised working day; a service that is done on the spot has the day it came in.
fn last_moment(received_at: Timestamp, promised_days: u32) -> Option<Timestamp> {
    let day = received_at.to_zoned(office_time()).date();
    let (last, _) = add_working_days(day, promised_days);
    last.at(23, 59, 59, 0).to_zoned(office_time()).ok().map(|end| end.timestamp())
}

/// Until when a case may be taken back, where its state still allows it.
pub(super) fn open_until(
    state: CaseState,
    parts: &[PartView],
    received_at: Timestamp,
    promised_days: u32,
) -> Option<Timestamp> {
    let may = |state: CaseState| state.may_become(CaseState::Withdrawn);
    let open = if parts.is_empty() { may(state) } else { parts.iter().any(|part| may(part.state)) };
    last_moment(received_at, promised_days).filter(|_| open)
}

impl Store {
    /// One event for the case, or for each open part of a joint one, in one transaction; repeating adds nothing.
    pub async fn withdraw(
        &self,
        resident_key: &str,
        number: &CaseNumber,
        now: Timestamp,
    ) -> Result<Withdrawn, StoreError> {
        let mut change = self.begin().await?;
        let found = sqlx::query(include_str!("case_to_withdraw.sql"))
            .bind(number.to_string())
            .bind(resident_key.to_owned())
            .fetch_optional(&mut *change)
            .await?;
        let Some(case) = found else { return Ok(Withdrawn::NoSuchCase) };
        let id = text(&case, "id")?;
        let list = sqlx::query(include_str!("part_list.sql")).bind(id.clone());
        let parts = list.fetch_all(&mut *change).await?;
        let states: Vec<CaseState> = if parts.is_empty() {
            vec![state(&case)?]
        } else {
            parts.iter().map(state).collect::<Result<_, _>>()?
        };
        let may = |state: CaseState| state.may_become(CaseState::Withdrawn);
        if !states.iter().copied().any(may) {
            let before = states.contains(&CaseState::Withdrawn);
            return Ok(if before { Withdrawn::Done } else { Withdrawn::TooLate });
        }
        let promised: i64 =
            case.try_get("promised_days").map_err(|_| StoreError::Unreadable("promised_days"))?;
        let until = last_moment(parsed(&case, "received_at")?, u32::try_from(promised).unwrap_or(0));
        if until.is_none_or(|until| now > until) {
            return Ok(Withdrawn::TooLate);
        }
        let step = Step { to: CaseState::Withdrawn, may, now };
        let written = if parts.is_empty() {
            step_whole(&mut change, &id, states.first().copied(), step).await?
        } else {
            step_parts(&mut change, &id, &parts, step).await?
        };
        // A second office process may have decided between the statements (PostgreSQL only).
        if !written {
            return Ok(Withdrawn::TooLate);
        }
        change.commit().await?;
        Ok(Withdrawn::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_case_may_be_taken_back_until_the_end_of_the_last_promised_working_day() {
        // A Friday; three working days later is the Wednesday.
        let friday = at("2026-11-20T10:00:00+08:00");
        assert_eq!(last_moment(friday, 3), Some(at("2026-11-25T23:59:59+08:00")));
        assert_eq!(last_moment(friday, 0), Some(at("2026-11-20T23:59:59+08:00")), "done on the spot");
        assert_eq!(open_until(CaseState::Approved, &[], friday, 3), None, "decided");
    }
}
