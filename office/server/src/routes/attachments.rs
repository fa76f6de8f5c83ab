//! Sealed attachments, piece by piece.
use crate::desk::Desk;
use crate::door::FromDevice;
use crate::refusal::Refusal;
use crate::store::{Attached, Chunk};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiujin_contract::sealing::Digest;
use jiujin_contract::submission::SubmissionId;
use jiujin_contract::wire::{
    ATTACHMENT_TOTAL_MAX, ATTACHMENTS_MAX, AttachmentHeld, CHUNK_BYTES_MAX, HEADER_COMPLETE, HEADER_HELD,
    HEADER_TOTAL, Problem, ProblemKind,
};
use std::sync::Arc;

/// How much is here, in the headers; the body of GET says the same.
#[utoipa::path(
    get, path = "/v1/attachments/{submission}/{digest}", tag = "attachments",
    params(("submission" = String, Path), ("digest" = String, Path, description = "SHA-256 of the sealed bytes, hex")),
    responses(
        (status = 200, description = "What is here", body = AttachmentHeld),
        (status = 404, description = "Nothing is here", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn held(
    State(desk): State<Arc<Desk>>,
    Path((submission, digest)): Path<(String, String)>,
    _known: FromDevice,
) -> Result<Response, Refusal> {
    let (submission, digest) = named(&submission, &digest)?;
    let held = desk.store.attachment(submission, digest).await?;
    held.map(answer).ok_or_else(|| Refusal::new(ProblemKind::NotFound, "nothing of this attachment is here"))
}

/// The next piece. It begins where the office stopped; a piece that is here already is answered like a new one.
#[utoipa::path(
    put, path = "/v1/attachments/{submission}/{digest}/{total}/{offset}", tag = "attachments",
    params(
        ("submission" = String, Path), ("digest" = String, Path, description = "SHA-256 of all sealed bytes, hex"),
        ("total" = u64, Path, description = "All sealed bytes"), ("offset" = u64, Path, description = "First byte of this piece"),
    ),
    request_body(content = Vec<u8>, content_type = "application/vnd.jiujin.sealed"),
    responses(
        (status = 200, description = "What is here now", body = AttachmentHeld),
        (status = 409, description = "Begins elsewhere; ask what is here", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The whole does not make the digest; start anew", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn put(
    State(desk): State<Arc<Desk>>,
    Path((submission, digest, total, offset)): Path<(String, String, u64, u64)>,
    request: FromDevice,
) -> Result<Response, Refusal> {
    let (submission, digest) = named(&submission, &digest)?;
    let bytes = &request.body[..];
    if bytes.is_empty() || offset >= total {
        return Err(Refusal::new(ProblemKind::Malformed, "a piece has at least one byte inside the whole"));
    }
    if bytes.len() > CHUNK_BYTES_MAX || total > ATTACHMENT_TOTAL_MAX {
        return Err(Refusal::new(ProblemKind::TooLarge, "the piece or the attachment is too large"));
    }
    let chunk = Chunk { submission, digest, total, offset, bytes };
    match desk.store.attach(&chunk, &request.device.id, Timestamp::now()).await? {
        Attached::Held(held) => Ok(answer(held)),
        Attached::OtherOffset(held) => {
            let problem = Problem::new(ProblemKind::OtherOffset, "the attachment goes on at another byte");
            Err(Refusal(problem.detail(format!("The office holds {} of {} bytes.", held.held, held.total))))
        }
        Attached::OtherDigest => {
            Err(Refusal::new(ProblemKind::OtherDigest, "the bytes do not make this digest; start anew"))
        }
        Attached::OtherSize => Err(Refusal::new(ProblemKind::OtherBytes, "another attachment has this name")),
        Attached::TooMany => {
            let problem = Problem::new(ProblemKind::TooLarge, "the submission has too many attachments");
            Err(Refusal(problem.detail(format!("At most {ATTACHMENTS_MAX}."))))
        }
    }
}

fn named(submission: &str, digest: &str) -> Result<(SubmissionId, Digest), Refusal> {
    let malformed = |what: String| Refusal(Problem::new(ProblemKind::Malformed, what));
    let submission = SubmissionId::parse(submission).map_err(|error| malformed(error.to_string()))?;
    let digest = digest.parse().map_err(|_| malformed("a digest is 64 hex digits".to_owned()))?;
    Ok((submission, digest))
}

fn answer(held: AttachmentHeld) -> Response {
    let headers = [
        (HEADER_HELD, held.held.to_string()),
        (HEADER_TOTAL, held.total.to_string()),
        (HEADER_COMPLETE, held.complete.to_string()),
    ];
    (headers, Json(held)).into_response()
}
