//! Letters of the kiosks: delivered alone or in a batch, announced, confirmed.
use super::{read_body_json, read_json, stored_json};
use crate::desk::Desk;
use crate::door::FromDevice;
use crate::intake;
use crate::refusal::{Refusal, kind_of};
use crate::store::{NewCase, Placed};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use jiujin_contract::receipt::SignedReceipt;
use jiujin_contract::sealing::SealedSubmission;
use jiujin_contract::submission::SubmissionId;
use jiujin_contract::wire::{
    ANNOUNCE_ITEMS_MAX, AnnounceAnswer, AnnounceRequest, AnnouncedHolding, BATCH_BYTES_MAX, BATCH_ITEMS_MAX,
    BatchAnswer, BatchItem, BatchRequest, BatchVerdict, Holding, Problem, ProblemKind, RECONCILE_LINES_MAX,
    ReconcileAnswer, ReconcileRequest, Verdict,
};
use std::sync::Arc;

/// One sealed submission. Sent again with the same bytes it gets the same answer, byte for byte.
#[utoipa::path(
    put, path = "/v1/submissions/{id}", tag = "submissions",
    params(("id" = String, Path, description = "UUIDv7 of the envelope")),
    request_body(content = Vec<u8>, content_type = "application/vnd.jiujin.sealed"),
    responses(
        (status = 201, description = "Now a case", body = Verdict),
        (status = 200, description = "Was a case already; the same answer", body = Verdict),
        (status = 409, description = "Other bytes under this id", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "Not taken; `type` says why", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn put(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    request: FromDevice,
) -> Result<Response, Refusal> {
    let placed = take(&desk, &id, &request.body).await.inspect_err(|_| desk.counts.refused.count())?;
    match placed {
        Placed::New(verdict) => Ok(stored_json(StatusCode::CREATED, verdict)),
        Placed::Known(verdict) => Ok(stored_json(StatusCode::OK, verdict)),
        Placed::OtherBytes => Err(Refusal(intake::other_bytes())),
        Placed::TooLate => Err(Refusal(intake::too_late())),
    }
}

async fn take(desk: &Arc<Desk>, id: &str, body: &[u8]) -> Result<Placed, Refusal> {
    let sealed = SealedSubmission::parse(body)?;
    if sealed.id().to_string() != id {
        return Err(Refusal::new(
            ProblemKind::Malformed,
            "the path names another submission than the envelope",
        ));
    }
    if let Some(known) = desk.store.known(sealed.id(), sealed.digest()).await? {
        let count =
            if known == Placed::OtherBytes { &desk.counts.other_bytes } else { &desk.counts.repeated };
        count.count();
        return Ok(known);
    }
    let examined = intake::examine_all(desk, vec![sealed]).await?;
    let cases: Vec<NewCase> = examined.into_iter().collect::<Result<_, _>>()?;
    let placed = intake::place(desk, &cases).await?;
    placed.into_iter().next().ok_or_else(|| Refusal::new(ProblemKind::OfficeFailure, "nothing was stored"))
}

/// Up to twenty submissions; one that is refused does not touch the others.
#[utoipa::path(
    post, path = "/v1/submissions/batch", tag = "submissions", request_body = BatchRequest,
    responses((status = 200, description = "A verdict for each, in order", body = BatchAnswer))
)]
pub async fn batch(State(desk): State<Arc<Desk>>, request: FromDevice) -> Result<Json<BatchAnswer>, Refusal> {
    let letters: BatchRequest = read_json(&request.body, BATCH_BYTES_MAX)?;
    if letters.submissions.len() > BATCH_ITEMS_MAX {
        return Err(Refusal::new(ProblemKind::TooLarge, "a batch has at most twenty submissions"));
    }
    let mut verdicts: Vec<Option<BatchVerdict>> = Vec::with_capacity(letters.submissions.len());
    let (mut places, mut sealed) = (Vec::new(), Vec::new());
    for (place, letter) in letters.submissions.iter().enumerate() {
        match sort(&desk, letter).await {
            Ok(Sorted::New(letter)) => {
                places.push(place);
                sealed.push(*letter);
                verdicts.push(None);
            }
            Ok(Sorted::Known(placed)) => verdicts.push(Some(verdict_of(letter.id, placed)?)),
            Err(refusal) => verdicts.push(Some(refused(&desk, letter.id, refusal)?)),
        }
    }
    let examined = intake::examine_all(&desk, sealed).await?;
    let (mut good, mut cases) = (Vec::new(), Vec::new());
    for (place, examined) in places.into_iter().zip(examined) {
        match examined {
            Ok(case) => {
                good.push(place);
                cases.push(case);
            }
            Err(refusal) => verdicts[place] = Some(refused(&desk, letters.submissions[place].id, refusal)?),
        }
    }
    for (place, placed) in good.into_iter().zip(intake::place(&desk, &cases).await?) {
        verdicts[place] = Some(verdict_of(letters.submissions[place].id, placed)?);
    }
    Ok(Json(BatchAnswer { items: verdicts.into_iter().flatten().collect() }))
}

/// This letter only; but the office's own failure is no verdict on a letter.
fn refused(desk: &Desk, id: SubmissionId, Refusal(problem): Refusal) -> Result<BatchVerdict, Refusal> {
    if problem.status >= 500 {
        return Err(Refusal(problem));
    }
    desk.counts.refused.count();
    Ok(BatchVerdict { id, is_new: false, verdict: Verdict::Refused(problem) })
}

enum Sorted {
    Known(Placed),
    New(Box<SealedSubmission>),
}

async fn sort(desk: &Desk, letter: &BatchItem) -> Result<Sorted, Refusal> {
    let sealed = letter.open().map_err(|error| {
        Refusal(Problem::new(kind_of(&error), "the sealed bytes cannot be taken").detail(error.to_string()))
    })?;
    let Some(known) = desk.store.known(sealed.id(), sealed.digest()).await? else {
        return Ok(Sorted::New(Box::new(sealed)));
    };
    let count = if known == Placed::OtherBytes { &desk.counts.other_bytes } else { &desk.counts.repeated };
    count.count();
    Ok(Sorted::Known(known))
}

fn verdict_of(id: SubmissionId, placed: Placed) -> Result<BatchVerdict, Refusal> {
    let is_new = matches!(placed, Placed::New(_));
    let verdict = match placed {
        Placed::New(json) | Placed::Known(json) => read_verdict(&json)?,
        Placed::OtherBytes => Verdict::Refused(intake::other_bytes()),
        Placed::TooLate => Verdict::Refused(intake::too_late()),
    };
    Ok(BatchVerdict { id, is_new, verdict })
}

fn read_verdict(json: &str) -> Result<Verdict, Refusal> {
    serde_json::from_str(json)
        .map_err(|_| Refusal::new(ProblemKind::OfficeFailure, "a stored verdict is unreadable"))
}

/// What a kiosk holds; the office remembers it and says what it has. The second confirmation of a delivery.
#[utoipa::path(
    post, path = "/v1/submissions/announce", tag = "submissions", request_body = AnnounceRequest,
    responses((status = 200, description = "What the office has of each", body = AnnounceAnswer))
)]
pub async fn announce(
    State(desk): State<Arc<Desk>>,
    request: FromDevice,
) -> Result<Json<AnnounceAnswer>, Refusal> {
    let list: AnnounceRequest = read_body_json(&request.body)?;
    if list.letters.len() > ANNOUNCE_ITEMS_MAX {
        return Err(Refusal::new(ProblemKind::TooLarge, "an announcement has at most 500 letters"));
    }
    desk.store.announce(&request.device.id, &list.letters, Timestamp::now()).await?;
    let mut letters = Vec::with_capacity(list.letters.len());
    for letter in &list.letters {
        let holding = match desk.store.known(letter.id, letter.digest).await? {
            None | Some(Placed::New(_) | Placed::TooLate) => Holding::Awaited,
            Some(Placed::OtherBytes) => Holding::OtherBytes,
            Some(Placed::Known(json)) => Holding::Held(receipt_of(&json)?),
        };
        letters.push(AnnouncedHolding { id: letter.id, holding });
    }
    Ok(Json(AnnounceAnswer { letters }))
}

fn receipt_of(json: &str) -> Result<SignedReceipt, Refusal> {
    match read_verdict(json)? {
        Verdict::Accepted(receipt) => Ok(receipt),
        Verdict::Refused(problem) => Err(Refusal(problem)),
    }
}

/// The receipt once more.
#[utoipa::path(
    get, path = "/v1/receipts/{id}", tag = "submissions",
    params(("id" = String, Path, description = "UUIDv7 of the submission")),
    responses(
        (status = 200, description = "The same as when it was delivered", body = Verdict),
        (status = 404, description = "The office does not have it", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn receipt(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    _request: FromDevice,
) -> Result<Response, Refusal> {
    let id = SubmissionId::parse(&id)
        .map_err(|error| Refusal(Problem::new(ProblemKind::Malformed, error.to_string())))?;
    match desk.store.verdict(id).await? {
        Some(verdict) => Ok(stored_json(StatusCode::OK, verdict)),
        None => Err(Refusal::new(ProblemKind::NotFound, "the office has no submission of this id")),
    }
}

/// The daily comparison: which of the kiosk's running numbers never became a case here.
#[utoipa::path(
    post, path = "/v1/reconcile", tag = "submissions", request_body = ReconcileRequest,
    responses((status = 200, description = "What is here, what is missing", body = ReconcileAnswer))
)]
pub async fn reconcile(
    State(desk): State<Arc<Desk>>,
    request: FromDevice,
) -> Result<Json<ReconcileAnswer>, Refusal> {
    let span: ReconcileRequest = read_body_json(&request.body)?;
    if !span.is_valid() {
        return Err(Refusal::new(ProblemKind::Malformed, "the numbers are out of order or too many"));
    }
    let device = &request.device.id;
    let held = desk.store.sequences(device, span.from_sequence, span.to_sequence).await?;
    let awaited = desk.store.awaited(device, RECONCILE_LINES_MAX).await?;
    Ok(Json(ReconcileAnswer { held: held.len() as u64, gaps: span.gaps(&held), awaited }))
}
