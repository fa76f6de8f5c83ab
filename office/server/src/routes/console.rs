//! For the people who run the office: one plain page of cases, figures, a sign of life.
use crate::desk::Desk;
use crate::refusal::Refusal;
use crate::store::CaseRow;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use std::fmt::Write;
use std::sync::Arc;

/// Cases that the page shows.
const PAGE_CASES_MAX: i64 = 200;

/// Body of `/healthz`.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Health {
    status: &'static str,
    version: &'static str,
    #[schema(value_type = String)]
    office_time: Timestamp,
    cases: i64,
}

/// Alive, and the database answers.
#[utoipa::path(get, path = "/healthz", tag = "office", responses((status = 200, body = Health)))]
pub async fn health(State(desk): State<Arc<Desk>>) -> Result<Json<Health>, Refusal> {
    let (cases, _) = desk.store.counts().await?;
    let version = env!("CARGO_PKG_VERSION");
    Ok(Json(Health { status: "ok", version, office_time: Timestamp::now(), cases }))
}

/// Counters and gauges for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "office", responses((status = 200, body = String)))]
pub async fn metrics(State(desk): State<Arc<Desk>>) -> Result<Response, Refusal> {
    let (cases, awaited) = desk.store.counts().await?;
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((kind, desk.counts.page(cases, awaited)).into_response())
}

/// The newest cases. Nothing personal beyond a masked name: the bodies stay sealed.
pub async fn page(State(desk): State<Arc<Desk>>) -> Result<Html<String>, Refusal> {
    let (count, awaited) = desk.store.counts().await?;
    let cases = desk.store.latest_cases(PAGE_CASES_MAX).await?;
    let mut rows = String::new();
    for case in &cases {
        write_row(&mut rows, case, desk.shelf.name(&case.item));
    }
    let page = include_str!("console/page.html");
    let page = page.replace("{count}", &count.to_string()).replace("{awaited}", &awaited.to_string());
    Ok(Html(page.replace("{rows}", &rows)))
}

fn write_row(rows: &mut String, case: &CaseRow, service: &str) {
    let state = match case.attachments_missing {
        0 => case.state.label().zh,
        missing => format!("{}（缺附件 {missing} 份）", case.state.label().zh),
    };
    let cells = [
        case.case_number.as_str(),
        case.receipt_number.as_str(),
        service,
        case.resident_masked.as_str(),
        &state,
        case.device.as_str(),
        &case.received_at.to_string(),
    ];
    rows.push_str("<tr>");
    for cell in cells {
        let _ = write!(rows, "<td>{}</td>", escaped(cell));
    }
    rows.push_str("</tr>\n");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
