//! Which attachments each case's submission names, and which of them are here. A case is taken without them: a paper
//! that is missing is seen, and never a reason to lose the case.
use super::{Store, StoreError, parsed, text};
use jiujin_contract::attachment::AttachmentNamed;
use jiujin_contract::sealing::Digest;
use jiujin_contract::submission::SubmissionId;
use serde::Serialize;
use sqlx::{Any, Row, Transaction};
use std::collections::HashMap;

/// One attachment of a case without its contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaperRow {
    /// The letter that names it: the case's own, or one that corrects it.
    pub submission: SubmissionId,
    /// The answer that it is.
    pub path: String,
    pub media_type: String,
    /// Of the sealed bytes.
    pub digest: Digest,
    /// Length of the sealed bytes.
    pub bytes: u64,
    /// All of it is here and its digest fits.
    pub complete: bool,
}

impl Store {
    pub(super) async fn all_papers(&self) -> Result<HashMap<String, Vec<PaperRow>>, StoreError> {
        let rows = sqlx::query(include_str!("paper_all.sql")).fetch_all(&self.read).await?;
        let mut papers: HashMap<String, Vec<PaperRow>> = HashMap::new();
        for row in &rows {
            papers.entry(text(row, "case_id")?).or_default().push(read_paper(row)?);
        }
        Ok(papers)
    }

    /// The attachment that is this answer of this submission.
    pub async fn paper(&self, of: SubmissionId, path: &str) -> Result<Option<PaperRow>, StoreError> {
        let query = sqlx::query(include_str!("paper_of.sql")).bind(of.to_string()).bind(path.to_owned());
        query.fetch_optional(&self.read).await?.as_ref().map(read_paper).transpose()
    }

    /// How many attachments that this submission names are not here whole.
    pub async fn papers_missing(&self, of: SubmissionId) -> Result<usize, StoreError> {
        let query = sqlx::query_scalar(include_str!("paper_missing.sql")).bind(of.to_string());
        let count: i64 = query.fetch_one(&self.read).await?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// The sealed bytes of a complete one, in their order.
    pub async fn sealed_paper(&self, of: SubmissionId, digest: Digest) -> Result<Vec<u8>, StoreError> {
        let query = sqlx::query(include_str!("attachment_chunks.sql"));
        let query = query.bind(of.to_string()).bind(digest.to_string());
        let mut whole = Vec::new();
        for row in query.fetch_all(&self.read).await? {
            let piece: Vec<u8> = row.try_get("sealed").map_err(|_| StoreError::Unreadable("sealed"))?;
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }
}

pub(super) async fn place_papers(
    change: &mut Transaction<'static, Any>,
    submission: SubmissionId,
    case_id: &str,
    attachments: &[AttachmentNamed],
) -> Result<(), StoreError> {
    for (place, named) in attachments.iter().enumerate() {
        sqlx::query(include_str!("paper_insert.sql"))
            .bind(submission.to_string())
            .bind(place as i64)
            .bind(case_id.to_owned())
            .bind(named.path.clone())
            .bind(named.digest.to_string())
            .bind(i64::try_from(named.bytes).unwrap_or(i64::MAX))
            .bind(named.media_type.clone())
            .execute(&mut **change)
            .await?;
    }
    Ok(())
}

fn read_paper(row: &sqlx::any::AnyRow) -> Result<PaperRow, StoreError> {
    let bytes: i64 = row.try_get("bytes").map_err(|_| StoreError::Unreadable("bytes"))?;
    Ok(PaperRow {
        submission: parsed(row, "submission")?,
        path: text(row, "path")?,
        media_type: text(row, "media_type")?,
        digest: parsed(row, "digest")?,
        bytes: bytes.unsigned_abs(),
        complete: !text(row, "complete_at")?.is_empty(),
    })
}
