//! A case moves on: one event, one new state, one transaction.
use super::parts::state;
use super::{Store, StoreError, text};
use jiff::Timestamp;
use jiujin_contract::case::{CaseError, CaseNumber, CaseState, joint_state};
use jiujin_contract::text::Text;
use sqlx::any::AnyRow;
use sqlx::{Any, Transaction};

/// What became of a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    To(CaseState),
    NotAllowed(CaseError),
    NoSuchCase,
    /// A joint case moves by its parts: `NUMBER/1`, `NUMBER/2` …
    HasParts,
    /// The form of the case has no question of that name.
    NoSuchQuestion,
    /// More than a correction names.
    TooManyQuestions,
}

/// What a resident is told with an event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Advice<'a> {
    pub note: Option<&'a Text>,
    /// Questions to correct.
    pub fields: &'a [String],
}

impl Advice<'_> {
    /// As the database keeps it; empty for nothing.
    pub(super) fn note_json(&self) -> String {
        self.note.and_then(|note| serde_json::to_string(note).ok()).unwrap_or_default()
    }

    pub(super) fn fields_json(&self) -> String {
        if self.fields.is_empty() {
            return String::new();
        }
        serde_json::to_string(self.fields).unwrap_or_default()
    }
}

impl Store {
    /// Adds the event that brings the case to `to`. Repeating a move that was made is no second event.
    pub async fn move_case(
        &self,
        number: &CaseNumber,
        to: CaseState,
        advice: Advice<'_>,
        now: Timestamp,
    ) -> Result<Moved, StoreError> {
        let mut change = self.begin().await?;
        if number.joint() != number.as_str() {
            return self.move_part(change, number, to, advice, now).await;
        }
        let found = sqlx::query(include_str!("case_by_number.sql")).bind(number.to_string());
        let Some(row) = found.fetch_optional(&mut *change).await? else { return Ok(Moved::NoSuchCase) };
        let from = CaseState::from_code(&text(&row, "state")?).ok_or(StoreError::Unreadable("state"))?;
        if from == to {
            return Ok(Moved::To(to));
        }
        if !from.may_become(to) {
            return Ok(Moved::NotAllowed(CaseError::IllegalMove { from, to }));
        }
        let id = text(&row, "id")?;
        let parts = sqlx::query(include_str!("part_list.sql")).bind(id.clone());
        if parts.fetch_optional(&mut *change).await?.is_some() {
            return Ok(Moved::HasParts);
        }
        let written = sqlx::query(include_str!("case_state_write.sql"))
            .bind(id.clone())
            .bind(from.code())
            .bind(to.code())
            .execute(&mut *change)
            .await?;
        if written.rows_affected() != 1 {
            // Somebody else moved it between our two statements (PostgreSQL only).
            return Ok(Moved::NotAllowed(CaseError::IllegalMove { from, to }));
        }
        sqlx::query(include_str!("event_next.sql"))
            .bind(id)
            .bind(to.code())
            .bind(now.to_string())
            .bind(advice.note_json())
            .bind(advice.fields_json())
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(Moved::To(to))
    }
}

/// One step that the resident makes: no note, no questions.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub to: CaseState,
    /// From where it may be made; the other parts of a joint case stay where they are.
    pub may: fn(CaseState) -> bool,
    pub now: Timestamp,
}

/// False when somebody else moved the case between two statements (PostgreSQL only).
pub(super) async fn step_whole(
    change: &mut Transaction<'static, Any>,
    id: &str,
    from: Option<CaseState>,
    step: Step,
) -> Result<bool, StoreError> {
    let write = sqlx::query(include_str!("case_state_write.sql")).bind(id.to_owned());
    let write = write.bind(from.map(CaseState::code).unwrap_or_default()).bind(step.to.code());
    if write.execute(&mut **change).await?.rows_affected() != 1 {
        return Ok(false);
    }
    let event = sqlx::query(include_str!("event_next.sql")).bind(id.to_owned());
    let event = event.bind(step.to.code()).bind(step.now.to_string()).bind("").bind("");
    event.execute(&mut **change).await?;
    Ok(true)
}

/// The same for every part of a joint case that may make it; the joint case follows.
pub(super) async fn step_parts(
    change: &mut Transaction<'static, Any>,
    id: &str,
    parts: &[AnyRow],
    step: Step,
) -> Result<bool, StoreError> {
    let mut states = Vec::with_capacity(parts.len());
    for part in parts {
        let (number, from) = (text(part, "case_number")?, state(part)?);
        if !(step.may)(from) {
            states.push(from);
            continue;
        }
        let write = sqlx::query(include_str!("part_state_write.sql")).bind(number.clone());
        let write = write.bind(from.code()).bind(step.to.code());
        if write.execute(&mut **change).await?.rows_affected() != 1 {
            return Ok(false);
        }
        let event = sqlx::query(include_str!("part_event_next.sql")).bind(number);
        let event = event.bind(step.to.code()).bind(step.now.to_string()).bind("").bind("");
        event.execute(&mut **change).await?;
        states.push(step.to);
    }
    let whole = sqlx::query(include_str!("case_state_set.sql")).bind(id.to_owned());
    whole.bind(joint_state(&states).code()).execute(&mut **change).await?;
    Ok(true)
}
