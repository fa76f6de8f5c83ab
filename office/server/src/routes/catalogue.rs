//! The catalogue: a signed list with an ETag, and items by their hash. Public, because the signature makes it true.
use super::stored_json;
use crate::desk::Desk;
use crate::refusal::Refusal;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiujin_contract::wire::ProblemKind;
use std::sync::Arc;

/// The signed manifest; 304 when the kiosk has it.
#[utoipa::path(
    get, path = "/v1/catalogue", tag = "catalogue",
    responses(
        (status = 200, description = "The signed manifest", body = Object),
        (status = 304, description = "Unchanged since the ETag of If-None-Match"),
    )
)]
pub async fn manifest(State(desk): State<Arc<Desk>>, headers: HeaderMap) -> Result<Response, Refusal> {
    let published =
        desk.shelf.manifest(Timestamp::now(), desk.store.item_states().await?, desk.board.posted());
    let asked = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let same = asked.split(',').any(|etag| etag.trim() == published.etag || etag.trim() == "*");
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        stored_json(StatusCode::OK, published.json.clone())
    };
    if let Ok(etag) = HeaderValue::from_str(&published.etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// One item's canonical JSON. The hash is its name, so it may be cached for ever.
#[utoipa::path(
    get, path = "/v1/catalogue/items/{id}/{hash}", tag = "catalogue",
    params(("id" = String, Path), ("hash" = String, Path, description = "SHA-256 of the bytes, hex")),
    responses(
        (status = 200, description = "The item", body = Object),
        (status = 404, description = "Not offered in these bytes", content_type = "application/problem+json"),
    )
)]
pub async fn item(
    State(desk): State<Arc<Desk>>,
    Path((id, hash)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let bytes = desk.shelf.bytes(&id, &hash);
    let bytes =
        bytes.ok_or_else(|| Refusal::new(ProblemKind::NotFound, "the item is not offered in these bytes"))?;
    let mut response = stored_json(StatusCode::OK, bytes);
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.headers_mut().insert(header::CACHE_CONTROL, for_ever);
    Ok(response)
}
