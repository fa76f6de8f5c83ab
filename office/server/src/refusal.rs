//! Every error answer of the office: problem+json, with the reason in the log and nothing personal in either.
use crate::store::StoreError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiujin_contract::sealing::SealError;
use jiujin_contract::wire::{Problem, ProblemKind, TYPE_PROBLEM};

/// How long a kiosk should wait when the database is overloaded.
const BUSY_RETRY_S: u64 = 20;

/// A problem on its way out.
#[derive(Debug)]
pub struct Refusal(pub Problem);

impl Refusal {
    /// A problem with its title.
    pub fn new(kind: ProblemKind, title: &str) -> Refusal {
        Refusal(Problem::new(kind, title))
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal(problem)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        tracing::error!(%error, "the database failed");
        if matches!(error, StoreError::Failed(sqlx::Error::PoolTimedOut)) {
            let mut problem = Problem::new(ProblemKind::Unavailable, "the office is busy");
            problem.retry_after_s = Some(BUSY_RETRY_S);
            return Refusal(problem);
        }
        Refusal::new(ProblemKind::OfficeFailure, "the office's database failed; its log says why")
    }
}

impl From<SealError> for Refusal {
    fn from(error: SealError) -> Refusal {
        Refusal(Problem::new(kind_of(&error), "the sealed bytes cannot be taken").detail(error.to_string()))
    }
}

/// Which problem a sealing error is.
pub fn kind_of(error: &SealError) -> ProblemKind {
    match error {
        SealError::TooLarge { .. } => ProblemKind::TooLarge,
        SealError::Malformed(_) | SealError::UnknownSuite(_) => ProblemKind::Malformed,
        _ => ProblemKind::Unopenable,
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.0).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, TYPE_PROBLEM)], body).into_response();
        if let Some(seconds) = self.0.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
