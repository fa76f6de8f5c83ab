//! Sealed attachments arrive in pieces, over hours if it must be. A piece is stored whole or not at all.
use super::{Store, StoreError, text};
use jiff::Timestamp;
use jiujin_contract::sealing::Digest;
use jiujin_contract::submission::{DeviceId, SubmissionId};
use jiujin_contract::wire::{ATTACHMENTS_MAX, AttachmentHeld};
use sha2::{Digest as _, Sha256};
use sqlx::{Any, Row, Transaction};

/// One piece on its way into the store.
#[derive(Debug)]
pub struct Chunk<'a> {
    pub submission: SubmissionId,
    pub digest: Digest,
    pub total: u64,
    pub offset: u64,
    pub bytes: &'a [u8],
}

/// What became of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attached {
    Held(AttachmentHeld),
    /// It does not begin where the office stopped; nothing changed.
    OtherOffset(AttachmentHeld),
    /// Everything is here and is something else; it was thrown away.
    OtherDigest,
    /// Another size under this digest.
    OtherSize,
    TooMany,
}

struct Found {
    total: u64,
    held: u64,
    complete: bool,
}

impl Found {
    fn answer(&self) -> AttachmentHeld {
        AttachmentHeld { held: self.held, total: self.total, complete: self.complete }
    }
}

impl Store {
    /// How much of an attachment is here; `None` when nothing is. Whoever knows both names may ask and go on: a kiosk
    /// that was enrolled anew has another id, and the digest of the whole is checked whoever brought the pieces.
    pub async fn attachment(
        &self,
        submission: SubmissionId,
        digest: Digest,
    ) -> Result<Option<AttachmentHeld>, StoreError> {
        let query = sqlx::query(include_str!("attachment_find.sql"));
        let query = query.bind(submission.to_string()).bind(digest.to_string());
        let row = query.fetch_optional(&self.read).await?;
        Ok(row.as_ref().map(read_found).transpose()?.map(|found| found.answer()))
    }

    /// Adds a piece. Repeating one that is here is no harm: it is answered with what is held.
    pub async fn attach(
        &self,
        chunk: &Chunk<'_>,
        device: &DeviceId,
        now: Timestamp,
    ) -> Result<Attached, StoreError> {
        let (submission, digest) = (chunk.submission.to_string(), chunk.digest.to_string());
        let mut change = self.begin().await?;
        let Some(found) = begin(&mut change, chunk, device).await? else { return Ok(Attached::TooMany) };
        if found.total != chunk.total {
            return Ok(Attached::OtherSize);
        }
        let end = chunk.offset + chunk.bytes.len() as u64;
        if found.complete || end <= found.held {
            return Ok(Attached::Held(found.answer()));
        }
        if chunk.offset != found.held || end > found.total {
            return Ok(Attached::OtherOffset(found.answer()));
        }
        sqlx::query(include_str!("attachment_chunk_insert.sql"))
            .bind(submission.clone())
            .bind(digest.clone())
            .bind(chunk.offset as i64)
            .bind(chunk.bytes.len() as i64)
            .bind(chunk.bytes.to_vec())
            .execute(&mut *change)
            .await?;
        let complete = end == found.total;
        if complete && !finish(&mut change, chunk, now).await? {
            change.commit().await?;
            return Ok(Attached::OtherDigest);
        }
        change.commit().await?;
        Ok(Attached::Held(AttachmentHeld { held: end, total: found.total, complete }))
    }
}

async fn begin(
    change: &mut Transaction<'static, Any>,
    chunk: &Chunk<'_>,
    device: &DeviceId,
) -> Result<Option<Found>, StoreError> {
    let (submission, digest) = (chunk.submission.to_string(), chunk.digest.to_string());
    let begun = sqlx::query(include_str!("attachment_begin.sql"))
        .bind(submission.clone())
        .bind(digest.clone())
        .bind(device.to_string())
        .bind(chunk.total as i64)
        .execute(&mut **change)
        .await?;
    if begun.rows_affected() == 1 {
        let count: i64 = sqlx::query_scalar(include_str!("attachment_count.sql"))
            .bind(submission.clone())
            .fetch_one(&mut **change)
            .await?;
        if count > ATTACHMENTS_MAX as i64 {
            return Ok(None);
        }
    }
    let query = sqlx::query(include_str!("attachment_find.sql")).bind(submission).bind(digest);
    read_found(&query.fetch_one(&mut **change).await?).map(Some)
}

/// Checks the whole against its name; what does not fit is thrown away.
async fn finish(
    change: &mut Transaction<'static, Any>,
    chunk: &Chunk<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (submission, digest) = (chunk.submission.to_string(), chunk.digest.to_string());
    let query =
        sqlx::query(include_str!("attachment_chunks.sql")).bind(submission.clone()).bind(digest.clone());
    let mut hash = Sha256::new();
    for row in query.fetch_all(&mut **change).await? {
        let sealed: Vec<u8> = row.try_get("sealed").map_err(|_| StoreError::Unreadable("sealed"))?;
        hash.update(&sealed);
    }
    let fits = hash.finalize().as_slice() == chunk.digest.as_bytes();
    let query = match fits {
        true => sqlx::query(include_str!("attachment_complete.sql")),
        false => sqlx::query(include_str!("attachment_chunks_drop.sql")),
    };
    let query = query.bind(submission).bind(digest);
    let query = if fits { query.bind(now.to_string()) } else { query };
    query.execute(&mut **change).await?;
    Ok(fits)
}

fn read_found(row: &sqlx::any::AnyRow) -> Result<Found, StoreError> {
    let number = |column| {
        let number: i64 = row.try_get(column).map_err(|_| StoreError::Unreadable(column))?;
        Ok::<u64, StoreError>(number.unsigned_abs())
    };
    Ok(Found {
        total: number("total")?,
        held: number("held")?,
        complete: !text(row, "complete_at")?.is_empty(),
    })
}
