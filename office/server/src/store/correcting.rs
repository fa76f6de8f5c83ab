//! 补正: the office names the questions that the resident has to correct, all at once.
use super::cases::{NewCase, Placed, compare};
use super::papers::place_papers;
use super::parts::state;
use super::progress::{Step, step_parts, step_whole};
use super::{Moved, Store, StoreError, parsed, text};
use jiff::Timestamp;
use jiujin_contract::case::{CORRECTION_FIELDS_MAX, CaseEvent, CaseNumber, CaseState};
use jiujin_contract::form::Form;
use jiujin_contract::item::ServiceItem;
use jiujin_contract::sealing::{Digest, SealedSubmission};
use jiujin_contract::submission::{DeviceId, SubmissionId};
use jiujin_contract::text::Lang;
use serde::Serialize;
use sqlx::{Any, Row, Transaction};
use std::collections::HashMap;

/// What a case that asks for corrections holds, and what it asks for.
#[derive(Debug)]
pub struct ToCorrect {
    /// The newest letter: what was corrected before counts.
    pub letter: SealedSubmission,
    pub device: DeviceId,
    /// Questions of everybody who asks; empty where somebody asks without naming any.
    pub fields: Vec<String>,
}

/// Can this resident correct this case now?
#[derive(Debug)]
pub enum Correctable {
    Yes(Box<ToCorrect>),
    /// Nobody asks, or not any more.
    NotNow,
    /// Not there, or somebody else's: the answer is the same, so that nobody can find out which.
    NoSuchCase,
}

/// A letter that corrected a case, for `jiujin-office cases`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CorrectionRow {
    pub id: SubmissionId,
    pub digest: Digest,
    pub receipt_number: String,
    pub received_at: Timestamp,
}

fn asks(state: CaseState) -> bool {
    state == CaseState::CorrectionRequested
}

/// The questions of the last event, where that asks for corrections.
fn asked_for(events: &[CaseEvent]) -> Option<&[String]> {
    events.last().filter(|event| asks(event.state)).map(|event| event.fields.as_slice())
}

impl Store {
    /// Why these questions cannot be named for this case, if they cannot. The form is the version that the resident
    /// answered, whatever is offered now.
    pub async fn refuses_questions(
        &self,
        number: &CaseNumber,
        fields: &[String],
    ) -> Result<Option<Moved>, StoreError> {
        if fields.len() > CORRECTION_FIELDS_MAX {
            return Ok(Some(Moved::TooManyQuestions));
        }
        let query = sqlx::query(include_str!("case_form.sql")).bind(number.joint().to_owned());
        let Some(row) = query.fetch_optional(&self.read).await? else { return Ok(Some(Moved::NoSuchCase)) };
        let unreadable = || StoreError::Unreadable("item_versions");
        let item: ServiceItem = serde_json::from_str(&text(&row, "json")?).map_err(|_| unreadable())?;
        let form = Form::compile(&item.translations, &item.schema, Some(&item.uischema));
        let form = form.map_err(|_| unreadable())?;
        let is_there = |field: &String| form.question(field, Lang::ZhCn).is_some();
        Ok((!fields.iter().all(is_there)).then_some(Moved::NoSuchQuestion))
    }

    /// What the resident sees on the table before correcting, and what a correction is compared with.
    pub async fn correctable(
        &self,
        resident_key: &str,
        number: &CaseNumber,
    ) -> Result<Correctable, StoreError> {
        let query = sqlx::query(include_str!("case_newest_letter.sql"));
        let query = query.bind(number.to_string()).bind(resident_key.to_owned());
        let Some(row) = query.fetch_optional(&self.read).await? else { return Ok(Correctable::NoSuchCase) };
        if !asks(state(&row)?) {
            return Ok(Correctable::NotNow);
        }
        let id: SubmissionId = parsed(&row, "id")?;
        let parts = self.parts_of(id, 0).await?;
        let whole = self.events(id).await?;
        let asked: Vec<&[String]> = match parts.as_slice() {
            [] => asked_for(&whole).into_iter().collect(),
            parts => parts.iter().filter_map(|part| asked_for(&part.events)).collect(),
        };
        let open_all = asked.iter().any(|fields| fields.is_empty());
        let fields = if open_all { Vec::new() } else { asked.concat() };
        let sealed: Vec<u8> = row.try_get("sealed").map_err(|_| StoreError::Unreadable("sealed"))?;
        let letter = SealedSubmission::parse(&sealed).map_err(|_| StoreError::Unreadable("sealed"))?;
        let device = DeviceId::parse(&text(&row, "device_id")?);
        let device = device.map_err(|_| StoreError::Unreadable("device_id"))?;
        Ok(Correctable::Yes(Box::new(ToCorrect { letter, device, fields })))
    }

    /// Every correction of every case, by the case's id.
    pub(super) async fn all_corrections(&self) -> Result<HashMap<String, Vec<CorrectionRow>>, StoreError> {
        let rows = sqlx::query(include_str!("correction_all.sql")).fetch_all(&self.read).await?;
        let mut corrections: HashMap<String, Vec<CorrectionRow>> = HashMap::new();
        for row in &rows {
            corrections.entry(text(row, "case_id")?).or_default().push(CorrectionRow {
                id: parsed(row, "id")?,
                digest: parsed(row, "digest")?,
                receipt_number: text(row, "receipt_number")?,
                received_at: parsed(row, "received_at")?,
            });
        }
        Ok(corrections)
    }
}

/// Stores a letter that corrects a case and moves the case on, all departments that asked at once.
pub(super) async fn place_correction(
    change: &mut Transaction<'static, Any>,
    new: &NewCase,
    number: &CaseNumber,
    verdict: String,
) -> Result<Placed, StoreError> {
    let (sealed, outside) = (&new.sealed, new.sealed.envelope());
    let known = sqlx::query(include_str!("case_find.sql")).bind(sealed.id().to_string());
    if let Some(row) = known.fetch_optional(&mut **change).await? {
        return compare(&row, sealed.digest());
    }
    let case = sqlx::query(include_str!("case_by_number.sql")).bind(number.to_string());
    let Some(case) = case.fetch_optional(&mut **change).await? else { return Ok(Placed::TooLate) };
    let (id, from) = (text(&case, "id")?, state(&case)?);
    if !asks(from) {
        return Ok(Placed::TooLate);
    }
    let parts = sqlx::query(include_str!("part_list.sql")).bind(id.clone());
    let parts = parts.fetch_all(&mut **change).await?;
    let step = Step { to: CaseState::Corrected, may: asks, now: new.received_at };
    let moved = match parts.as_slice() {
        [] => step_whole(change, &id, Some(from), step).await?,
        parts => step_parts(change, &id, parts, step).await?,
    };
    if !moved {
        return Ok(Placed::TooLate);
    }
    sqlx::query(include_str!("correction_insert.sql"))
        .bind(sealed.id().to_string())
        .bind(id.clone())
        .bind(sealed.digest().to_string())
        .bind(outside.device.to_string())
        .bind(outside.receipt_number.to_string())
        .bind(i64::try_from(outside.sequence).unwrap_or(i64::MAX))
        .bind(i64::from(outside.item.version))
        .bind(new.received_at.to_string())
        .bind(verdict.clone())
        .bind(sealed.bytes().to_vec())
        .execute(&mut **change)
        .await?;
    place_papers(change, sealed.id(), &id, &new.attachments).await?;
    Ok(Placed::New(verdict))
}
