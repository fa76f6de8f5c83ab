//! Questions a resident asks at the kiosk. Who asked about whom is written down before anything is answered.
use super::read_body_json;
use crate::correction::{self, Held};
use crate::desk::Desk;
use crate::door::FromDevice;
use crate::refusal::Refusal;
use crate::store::{Rated, Withdrawn};
use axum::Json;
use axum::extract::State;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use jiujin_contract::calendar::working_days_between;
use jiujin_contract::sealing::open_query;
use jiujin_contract::submission::Submission;
use jiujin_contract::wire::{
    AnswersAnswer, AnswersQuery, CasesAnswer, DirectoryAnswer, Problem, ProblemKind, Rating, RatingAnswer,
    ResidentQuery, WithdrawAnswer, Withdrawal,
};
use std::sync::Arc;

/// Longest consent version that is written into the audit.
const CONSENT_VERSION_CHARS_MAX: usize = 40;

/// The cases of the resident at the kiosk, newest first.
#[utoipa::path(
    post, path = "/v1/cases/resident", tag = "residents", request_body = ResidentQuery,
    responses((status = 200, description = "All cases of this resident", body = CasesAnswer))
)]
pub async fn cases(State(desk): State<Arc<Desk>>, request: FromDevice) -> Result<Json<CasesAnswer>, Refusal> {
    let query: ResidentQuery = read_body_json(&request.body)?;
    let resident_key = asked_about(&desk, &request, &query, "cases").await?;
    let now = Timestamp::now();
    let cases = desk.store.cases_of(&resident_key, now, |since| working_days(since, now)).await?;
    Ok(Json(CasesAnswer { cases }))
}

/// Takes a case back for its resident, as long as nothing is decided and the promised days are not over.
#[utoipa::path(
    post, path = "/v1/cases/withdraw", tag = "residents", request_body = Withdrawal,
    responses(
        (status = 200, description = "Withdrawn, now or before", body = WithdrawAnswer),
        (status = 404, description = "This resident has no such case", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Decided already, or the time is over", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn withdraw(
    State(desk): State<Arc<Desk>>,
    request: FromDevice,
) -> Result<Json<WithdrawAnswer>, Refusal> {
    let wanted: Withdrawal = read_body_json(&request.body)?;
    let resident_key = asked_about(&desk, &request, &wanted.resident, "withdraw").await?;
    let now = Timestamp::now();
    let nothing = || Refusal::new(ProblemKind::NotFound, "this resident has no such case");
    match desk.store.withdraw(&resident_key, &wanted.case_number, now).await? {
        Withdrawn::Done => {}
        Withdrawn::NoSuchCase => return Err(nothing()),
        Withdrawn::TooLate => {
            let problem = Problem::new(ProblemKind::TooLate, "this case can no longer be taken back");
            return Err(Refusal(problem.detail("it is decided, or its promised days are over")));
        }
    }
    let cases = desk.store.cases_of(&resident_key, now, |since| working_days(since, now)).await?;
    let case = cases.into_iter().find(|case| case.case_number == wanted.case_number).ok_or_else(nothing)?;
    Ok(Json(WithdrawAnswer { case }))
}

/// What was sent with a case that asks for corrections: the resident corrects it at any kiosk, with the card.
#[utoipa::path(
    post, path = "/v1/cases/answers", tag = "residents", request_body = AnswersQuery,
    responses(
        (status = 200, description = "The newest answers, and what is to be corrected", body = AnswersAnswer),
        (status = 404, description = "This resident has no such case", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It does not ask for a correction now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn answers(
    State(desk): State<Arc<Desk>>,
    request: FromDevice,
) -> Result<Json<AnswersAnswer>, Refusal> {
    let query: AnswersQuery = read_body_json(&request.body)?;
    let resident_key = asked_about(&desk, &request, &query.resident, "answers").await?;
    let Held { submission, fields } = correction::held(&desk, &resident_key, &query.case_number).await?;
    let Submission { item, answers, provenance, .. } = submission;
    Ok(Json(AnswersAnswer { item, answers, provenance, fields }))
}

/// Shared data of other departments, under the resident's consent.
#[utoipa::path(
    post, path = "/v1/directory", tag = "residents", request_body = ResidentQuery,
    responses((status = 200, description = "What is on file, or null", body = DirectoryAnswer))
)]
pub async fn directory(
    State(desk): State<Arc<Desk>>,
    request: FromDevice,
) -> Result<Json<DirectoryAnswer>, Refusal> {
    let query: ResidentQuery = read_body_json(&request.body)?;
    let resident_key = asked_about(&desk, &request, &query, "directory").await?;
    Ok(Json(DirectoryAnswer { shared: desk.directory.shared(&resident_key).cloned() }))
}

async fn asked_about(
    desk: &Desk,
    request: &FromDevice,
    query: &ResidentQuery,
    question: &str,
) -> Result<String, Refusal> {
    let malformed = |what: &str| Refusal(Problem::new(ProblemKind::Malformed, what));
    if query.consent_version.chars().count() > CONSENT_VERSION_CHARS_MAX {
        return Err(malformed("the consent version is too long"));
    }
    let sealed = STANDARD.decode(&query.resident).map_err(|_| malformed("the resident is not base64"))?;
    let id_number = open_query(&sealed, &desk.keys.sealing, &request.device.id)?;
    let resident_key = desk.keys.resident_key(&id_number);
    let now = Timestamp::now();
    desk.store.audit(&request.device.id, &resident_key, question, &query.consent_version, now).await?;
    Ok(resident_key)
}

/// Working days that ended between.
fn working_days(since: Timestamp, now: Timestamp) -> u32 {
    let office = crate::catalogue::office_time();
    let (first, last) = (since.to_zoned(office.clone()).date(), now.to_zoned(office).date());
    u32::try_from(working_days_between(first, last)).unwrap_or(0)
}

/// One rating per case, voluntary, by its own resident; the first one stands.
#[utoipa::path(
    post, path = "/v1/ratings", tag = "residents", request_body = Rating,
    responses(
        (status = 200, description = "Rated, or was rated the same before", body = RatingAnswer),
        (status = 404, description = "This resident has no such case", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Was rated differently or without a name before", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn rate(State(desk): State<Arc<Desk>>, request: FromDevice) -> Result<Json<RatingAnswer>, Refusal> {
    let rating: Rating = read_body_json(&request.body)?;
    if !rating.is_valid() {
        return Err(Refusal::new(
            ProblemKind::Malformed,
            "a rating has one to five stars and at most ten tags",
        ));
    }
    let resident_key = asked_about(&desk, &request, &rating.resident, "rate").await?;
    match desk.store.rate(&resident_key, &rating, Timestamp::now()).await? {
        Rated::Now(answer) | Rated::Before(answer) => Ok(Json(answer)),
        Rated::Differently => Err(Refusal::new(ProblemKind::AlreadyRated, "this case was rated before")),
        Rated::NoSuchCase => Err(Refusal::new(ProblemKind::NotFound, "this resident has no such case")),
    }
}
