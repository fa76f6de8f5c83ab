//! Cases: one for each submission id, for ever.
use super::correcting::{CorrectionRow, place_correction};
use super::papers::{PaperRow, place_papers};
use super::parts::{NewPart, PartRow, place_parts};
use super::{Store, StoreError, parsed, text};
use jiff::Timestamp;
use jiujin_contract::attachment::AttachmentNamed;
use jiujin_contract::case::{CaseNumber, CaseState};
use jiujin_contract::sealing::{Digest, SealedSubmission};
use jiujin_contract::submission::SubmissionId;
use serde::Serialize;
use sqlx::{Any, Row, Transaction};

/// A submission that was opened and found good, not stored yet.
#[derive(Debug)]
pub struct NewCase {
    pub sealed: SealedSubmission,
    /// Keyed hash of the ID number.
    pub resident_key: String,
    pub resident_masked: String,
    pub promised_days: u16,
    pub received_at: Timestamp,
    /// One per department of a joint item.
    pub parts: Vec<NewPart>,
    /// It is no new case but corrects this one.
    pub corrects: Option<CaseNumber>,
    /// What its submission names; whether they are here is another matter.
    pub attachments: Vec<AttachmentNamed>,
}

/// What the store did with a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// Stored now; the verdict's JSON.
    New(String),
    /// Was there with the same bytes; the verdict's JSON of then.
    Known(String),
    /// Was there with other bytes; nothing changed.
    OtherBytes,
    /// It corrects a case that does not ask for it any more; nothing changed.
    TooLate,
}

/// One case without anything personal beyond a masked name: for the console and `jiujin-office cases`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseRow {
    pub id: SubmissionId,
    pub digest: Digest,
    pub receipt_number: String,
    pub case_number: String,
    pub state: CaseState,
    pub device: String,
    pub item: String,
    pub received_at: Timestamp,
    /// The departments' cases of a joint one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartRow>,
    /// Letters that corrected it, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<CorrectionRow>,
    /// What its submission and the letters that correct it name, each with whether it is here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<PaperRow>,
    /// How many of them are not here yet.
    #[serde(skip_serializing_if = "is_none_missing")]
    pub attachments_missing: usize,
    /// For the console only; commands print no names, masked or not.
    #[serde(skip)]
    pub resident_masked: String,
}

fn is_none_missing(count: &usize) -> bool {
    *count == 0
}

impl Store {
    /// What is stored under the id, if anything.
    pub async fn known(&self, id: SubmissionId, digest: Digest) -> Result<Option<Placed>, StoreError> {
        let row = sqlx::query(include_str!("case_find.sql"))
            .bind(id.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| compare(&row, digest)).transpose()
    }

    /// The verdict under the id, whatever its digest.
    pub async fn verdict(&self, id: SubmissionId) -> Result<Option<String>, StoreError> {
        let row = sqlx::query(include_str!("case_find.sql"))
            .bind(id.to_string())
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| text(&row, "verdict")).transpose()
    }

    /// Stores all new cases in one transaction. `number_it` turns the running number into (case number, verdict JSON).
    pub async fn place(
        &self,
        cases: &[NewCase],
        number_it: impl Fn(&NewCase, u64) -> (CaseNumber, String) + Sync,
    ) -> Result<Vec<Placed>, StoreError> {
        let mut change = self.begin().await?;
        let mut placed = Vec::with_capacity(cases.len());
        for case in cases {
            placed.push(place_one(&mut change, case, &number_it).await?);
        }
        change.commit().await?;
        Ok(placed)
    }

    /// Up to `limit` cases after the running number `after`; the last number to go on from.
    pub async fn cases_after(&self, after: i64, limit: i64) -> Result<Vec<CaseRow>, StoreError> {
        let query = sqlx::query(include_str!("case_list.sql")).bind(after).bind(limit);
        let cases = query.fetch_all(&self.read).await?.iter().map(read_case).collect::<Result<_, _>>()?;
        let cases = self.with_parts(cases).await?;
        self.with_papers(cases).await
    }

    async fn with_parts(&self, mut cases: Vec<CaseRow>) -> Result<Vec<CaseRow>, StoreError> {
        let (mut parts, mut corrections) = (self.all_parts().await?, self.all_corrections().await?);
        for case in &mut cases {
            let id = case.id.to_string();
            case.parts = parts.remove(&id).unwrap_or_default();
            case.corrections = corrections.remove(&id).unwrap_or_default();
        }
        Ok(cases)
    }

    async fn with_papers(&self, mut cases: Vec<CaseRow>) -> Result<Vec<CaseRow>, StoreError> {
        let mut papers = self.all_papers().await?;
        for case in &mut cases {
            case.attachments = papers.remove(&case.id.to_string()).unwrap_or_default();
            case.attachments_missing = case.attachments.iter().filter(|paper| !paper.complete).count();
        }
        Ok(cases)
    }

    /// Every case, oldest first.
    pub async fn all_cases(&self) -> Result<Vec<CaseRow>, StoreError> {
        self.cases_after(0, i64::MAX).await
    }

    /// The newest cases, for the console.
    pub async fn latest_cases(&self, limit: i64) -> Result<Vec<CaseRow>, StoreError> {
        let query = sqlx::query(include_str!("case_latest.sql")).bind(limit);
        let cases = query.fetch_all(&self.read).await?.iter().map(read_case).collect::<Result<_, _>>()?;
        self.with_papers(cases).await
    }

    /// How many cases there are, and how many announced letters have not come.
    pub async fn counts(&self) -> Result<(i64, i64), StoreError> {
        let cases = sqlx::query_scalar(include_str!("case_count.sql")).fetch_one(&self.read).await?;
        let awaited = sqlx::query_scalar(include_str!("awaited_count.sql")).fetch_one(&self.read).await?;
        Ok((cases, awaited))
    }
}

async fn place_one(
    change: &mut Transaction<'static, Any>,
    case: &NewCase,
    number_it: &(impl Fn(&NewCase, u64) -> (CaseNumber, String) + Sync),
) -> Result<Placed, StoreError> {
    if let Some(number) = &case.corrects {
        let (_, verdict) = number_it(case, 0);
        return place_correction(change, case, number, verdict).await;
    }
    let (sealed, outside) = (&case.sealed, case.sealed.envelope());
    let id = sealed.id().to_string();
    let inserted = sqlx::query(include_str!("case_insert.sql"))
        .bind(id.clone())
        .bind(sealed.digest().to_string())
        .bind(outside.device.to_string())
        .bind(outside.receipt_number.to_string())
        .bind(i64::try_from(outside.sequence).unwrap_or(i64::MAX))
        .bind(outside.item.id.clone())
        .bind(i64::from(outside.item.version))
        .bind(case.resident_key.clone())
        .bind(case.resident_masked.clone())
        .bind(i64::from(case.promised_days))
        .bind(case.received_at.to_string())
        .bind(sealed.bytes().to_vec())
        .fetch_optional(&mut **change)
        .await?;
    let Some(row) = inserted else {
        let row = sqlx::query(include_str!("case_find.sql")).bind(id).fetch_one(&mut **change).await?;
        return compare(&row, sealed.digest());
    };
    let number: i64 = row.try_get("number").map_err(|_| StoreError::Unreadable("number"))?;
    let (case_number, verdict) = number_it(case, number.unsigned_abs());
    sqlx::query(include_str!("case_number_give.sql"))
        .bind(id.clone())
        .bind(case_number.to_string())
        .bind(verdict.clone())
        .execute(&mut **change)
        .await?;
    sqlx::query(include_str!("event_insert.sql"))
        .bind(id.clone())
        .bind(0_i64)
        .bind(CaseState::Submitted.code())
        .bind(case.received_at.to_string())
        .bind("")
        .execute(&mut **change)
        .await?;
    place_parts(change, &id, &case_number, &case.parts, case.received_at).await?;
    place_papers(change, sealed.id(), &id, &case.attachments).await?;
    Ok(Placed::New(verdict))
}

pub(super) fn compare(row: &sqlx::any::AnyRow, digest: Digest) -> Result<Placed, StoreError> {
    let held: Digest = parsed(row, "digest")?;
    Ok(if held == digest { Placed::Known(text(row, "verdict")?) } else { Placed::OtherBytes })
}

fn read_case(row: &sqlx::any::AnyRow) -> Result<CaseRow, StoreError> {
    Ok(CaseRow {
        id: parsed(row, "id")?,
        digest: parsed(row, "digest")?,
        receipt_number: text(row, "receipt_number")?,
        case_number: text(row, "case_number")?,
        state: CaseState::from_code(&text(row, "state")?).ok_or(StoreError::Unreadable("state"))?,
        device: text(row, "device_id")?,
        item: text(row, "item_id")?,
        received_at: parsed(row, "received_at")?,
        parts: Vec::new(),
        corrections: Vec::new(),
        attachments: Vec::new(),
        attachments_missing: 0,
        resident_masked: text(row, "resident_masked")?,
    })
}
