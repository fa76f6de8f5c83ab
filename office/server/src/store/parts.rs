//! The departments' cases inside a joint one: made with it in one transaction, moved on one by one.
use super::progress::{Advice, Moved};
use super::{Store, StoreError, parsed, text};
use jiff::Timestamp;
use jiujin_contract::case::{CaseError, CaseEvent, CaseNumber, CaseState, joint_state, lamp};
use jiujin_contract::submission::SubmissionId;
use jiujin_contract::text::Text;
use jiujin_contract::wire::PartView;
use serde::Serialize;
use sqlx::{Any, Row, Transaction};
use std::collections::HashMap;

/// One department's share of a joint submission, not stored yet.
#[derive(Debug, Clone)]
pub struct NewPart {
    pub department: Text,
    pub items: Vec<String>,
    pub promised_days: u16,
}

/// For the console and `jiujin-office cases`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartRow {
    pub case_number: String,
    pub department: Text,
    pub state: CaseState,
}

/// All parts of one new joint case.
pub(super) async fn place_parts(
    change: &mut Transaction<'static, Any>,
    id: &str,
    joint: &CaseNumber,
    parts: &[NewPart],
    received_at: Timestamp,
) -> Result<(), StoreError> {
    for (at, part) in parts.iter().enumerate() {
        let number = joint.part(at + 1).to_string();
        sqlx::query(include_str!("part_insert.sql"))
            .bind(id.to_owned())
            .bind(at as i64 + 1)
            .bind(number.clone())
            .bind(json(&part.department))
            .bind(json(&part.items))
            .bind(i64::from(part.promised_days))
            .execute(&mut **change)
            .await?;
        sqlx::query(include_str!("part_event_insert.sql"))
            .bind(number)
            .bind(0_i64)
            .bind(CaseState::Submitted.code())
            .bind(received_at.to_string())
            .bind("")
            .execute(&mut **change)
            .await?;
    }
    Ok(())
}

fn json(value: &impl Serialize) -> String {
    // Texts and lists of ids always serialise.
    serde_json::to_string(value).unwrap_or_default()
}

pub(super) fn state(row: &sqlx::any::AnyRow) -> Result<CaseState, StoreError> {
    CaseState::from_code(&text(row, "state")?).ok_or(StoreError::Unreadable("state"))
}

fn read_json<T: serde::de::DeserializeOwned>(
    row: &sqlx::any::AnyRow,
    column: &'static str,
) -> Result<T, StoreError> {
    serde_json::from_str(&text(row, column)?).map_err(|_| StoreError::Unreadable(column))
}

/// Events out of rows of state, at, note, fields.
pub(super) fn read_events(rows: &[sqlx::any::AnyRow]) -> Result<Vec<CaseEvent>, StoreError> {
    let read = |row: &sqlx::any::AnyRow| {
        let note = text(row, "note")?;
        let fields = serde_json::from_str(&text(row, "fields")?).unwrap_or_default();
        let note = serde_json::from_str(&note).ok();
        Ok(CaseEvent { state: state(row)?, at: parsed(row, "at")?, note, fields })
    };
    rows.iter().map(read).collect()
}

impl Store {
    /// What every department does about a submission; empty where it is no joint one.
    pub async fn parts_of(&self, id: SubmissionId, used_days: u32) -> Result<Vec<PartView>, StoreError> {
        let rows =
            sqlx::query(include_str!("part_list.sql")).bind(id.to_string()).fetch_all(&self.read).await?;
        let mut parts = Vec::with_capacity(rows.len());
        for row in &rows {
            let number = text(row, "case_number")?;
            let query = sqlx::query(include_str!("part_event_list.sql")).bind(number);
            let events = read_events(&query.fetch_all(&self.read).await?)?;
            let promised: i64 =
                row.try_get("promised_days").map_err(|_| StoreError::Unreadable("promised_days"))?;
            let state = state(row)?;
            parts.push(PartView {
                case_number: parsed(row, "case_number")?,
                department: read_json(row, "department")?,
                items: read_json(row, "items")?,
                state,
                lamp: lamp(state, used_days, u32::try_from(promised).unwrap_or(0)),
                events,
            });
        }
        Ok(parts)
    }

    /// Every part of every joint case, by submission id.
    pub(super) async fn all_parts(&self) -> Result<HashMap<String, Vec<PartRow>>, StoreError> {
        let rows = sqlx::query(include_str!("part_all.sql")).fetch_all(&self.read).await?;
        let mut parts: HashMap<String, Vec<PartRow>> = HashMap::new();
        for row in &rows {
            parts.entry(text(row, "id")?).or_default().push(PartRow {
                case_number: text(row, "case_number")?,
                department: read_json(row, "department")?,
                state: state(row)?,
            });
        }
        Ok(parts)
    }

    /// One department moves its part on; the joint case follows.
    pub(super) async fn move_part(
        &self,
        mut change: Transaction<'static, Any>,
        number: &CaseNumber,
        to: CaseState,
        advice: Advice<'_>,
        now: Timestamp,
    ) -> Result<Moved, StoreError> {
        let found = sqlx::query(include_str!("part_by_number.sql")).bind(number.to_string());
        let Some(row) = found.fetch_optional(&mut *change).await? else { return Ok(Moved::NoSuchCase) };
        let (id, from) = (text(&row, "id")?, state(&row)?);
        if from == to {
            return Ok(Moved::To(to));
        }
        let write = sqlx::query(include_str!("part_state_write.sql"));
        let write = write.bind(number.to_string()).bind(from.code()).bind(to.code());
        // A second office process may have moved it between the two statements (PostgreSQL only).
        if !from.may_become(to) || write.execute(&mut *change).await?.rows_affected() != 1 {
            return Ok(Moved::NotAllowed(CaseError::IllegalMove { from, to }));
        }
        sqlx::query(include_str!("part_event_next.sql"))
            .bind(number.to_string())
            .bind(to.code())
            .bind(now.to_string())
            .bind(advice.note_json())
            .bind(advice.fields_json())
            .execute(&mut *change)
            .await?;
        let rows =
            sqlx::query(include_str!("part_list.sql")).bind(id.clone()).fetch_all(&mut *change).await?;
        let states: Vec<CaseState> = rows.iter().map(state).collect::<Result<_, _>>()?;
        sqlx::query(include_str!("case_state_set.sql"))
            .bind(id)
            .bind(joint_state(&states).code())
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        Ok(Moved::To(to))
    }
}
