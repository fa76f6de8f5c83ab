//! `/openapi.json`, out of the handlers themselves.
use crate::routes::{attachments, catalogue, console, devices, residents, submissions};
use axum::Json;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Jiujin reference office",
        description = "Kiosks deliver sealed submissions and get signed receipts. Every call under /v1 but the \
            catalogue and the enrolment is signed by the device (RFC 9421, label `jiujin`, ed25519, covering @method, \
            @path and content-digest, with created, nonce, alg and keyid = device id).",
        license(name = "GPL-3.0-or-later", identifier = "GPL-3.0-or-later")
    ),
    paths(
        submissions::put,
        submissions::batch,
        submissions::announce,
        submissions::receipt,
        submissions::reconcile,
        attachments::held,
        attachments::put,
        residents::cases,
        residents::withdraw,
        residents::answers,
        residents::directory,
        residents::rate,
        devices::enrol,
        catalogue::manifest,
        catalogue::item,
        console::health,
        console::metrics,
    )
)]
struct Document;

/// The document as JSON.
pub async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}
