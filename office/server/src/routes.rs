//! Every path of the office and the headers of every answer.
use crate::desk::Desk;
use crate::refusal::Refusal;
use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use jiff::Timestamp;
use jiujin_contract::wire::{
    BODY_BYTES_MAX, HEADER_OFFICE_TIME, PATH_ANNOUNCE, PATH_ANSWERS, PATH_ATTACHMENTS, PATH_BATCH,
    PATH_CASES, PATH_CATALOGUE, PATH_CATALOGUE_ITEMS, PATH_DIRECTORY, PATH_ENROL, PATH_HEALTH, PATH_RATINGS,
    PATH_RECEIPTS, PATH_RECONCILE, PATH_SUBMISSIONS, PATH_WITHDRAW, Problem, ProblemKind, TYPE_JSON,
};
use serde::de::DeserializeOwned;
use std::sync::Arc;

pub mod attachments;
pub mod catalogue;
pub mod console;
pub mod devices;
pub mod residents;
pub mod submissions;

/// The whole office as one service.
pub fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/", get(console::page))
        .route("/metrics", get(console::metrics))
        .route("/openapi.json", get(crate::openapi::document))
        .route(PATH_HEALTH, get(console::health))
        .route(PATH_CATALOGUE, get(catalogue::manifest))
        .route(&format!("{PATH_CATALOGUE_ITEMS}/{{id}}/{{hash}}"), get(catalogue::item))
        .route(PATH_BATCH, post(submissions::batch))
        .route(PATH_ANNOUNCE, post(submissions::announce))
        .route(&format!("{PATH_SUBMISSIONS}/{{id}}"), put(submissions::put))
        .route(&format!("{PATH_RECEIPTS}/{{id}}"), get(submissions::receipt))
        .route(PATH_RECONCILE, post(submissions::reconcile))
        .route(&format!("{PATH_ATTACHMENTS}/{{submission}}/{{digest}}"), get(attachments::held))
        .route(
            &format!("{PATH_ATTACHMENTS}/{{submission}}/{{digest}}/{{total}}/{{offset}}"),
            put(attachments::put),
        )
        .route(PATH_CASES, post(residents::cases))
        .route(PATH_WITHDRAW, post(residents::withdraw))
        .route(PATH_ANSWERS, post(residents::answers))
        .route(PATH_DIRECTORY, post(residents::directory))
        .route(PATH_RATINGS, post(residents::rate))
        .route(PATH_ENROL, post(devices::enrol))
        .fallback(nothing_here)
        .method_not_allowed_fallback(nothing_here)
        .layer(middleware::from_fn(common_headers))
        .with_state(desk)
}

async fn nothing_here() -> Refusal {
    Refusal::new(ProblemKind::NotFound, "nothing answers at this path with this method")
}

/// The office's clock on every answer; nothing is cached, guessed or framed.
async fn common_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Ok(now) = HeaderValue::from_str(&Timestamp::now().to_string()) {
        headers.insert(HeaderName::from_static(HEADER_OFFICE_TIME), now);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// A JSON body of ordinary size, or the problem to answer with. The reason names a line, never a value.
fn read_json<T: DeserializeOwned>(body: &Bytes, bytes_max: usize) -> Result<T, Refusal> {
    if body.len() > bytes_max {
        return Err(Refusal::new(ProblemKind::TooLarge, "the body is too large"));
    }
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Refusal(Problem::new(ProblemKind::Malformed, "the body is not the JSON of this path").detail(place))
    })
}

fn read_body_json<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    read_json(body, BODY_BYTES_MAX)
}

/// JSON that was serialised before, sent unchanged.
fn stored_json(status: axum::http::StatusCode, json: String) -> Response {
    (status, [(header::CONTENT_TYPE, TYPE_JSON)], json).into_response()
}
