//! A kiosk introduces itself with a one-time code.
use super::read_body_json;
use crate::desk::Desk;
use crate::door::read_body;
use crate::enrolment;
use crate::refusal::Refusal;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use jiff::Timestamp;
use jiujin_contract::wire::{EnrolAnswer, EnrolRequest, Problem};
use std::sync::Arc;

/// The only call without a signature that changes anything: the body proves the key, the code lets it in.
#[utoipa::path(
    post, path = "/v1/enrol", tag = "devices", request_body = EnrolRequest,
    responses(
        (status = 200, description = "Now a device of this office", body = EnrolAnswer),
        (status = 403, description = "Wrong, used, burnt or expired code", body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn enrol(State(desk): State<Arc<Desk>>, body: Body) -> Result<Json<EnrolAnswer>, Refusal> {
    let request: EnrolRequest = read_body_json(&read_body(body).await?)?;
    enrolment::enrol(&desk, &request, Timestamp::now()).await.map(Json)
}
