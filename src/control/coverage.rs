//! The route table with its evidence, and its OpenAPI description.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Control, openapi};
use crate::domain::Instance;
use crate::wire::routes::ROUTES;

#[derive(Serialize, JsonSchema)]
pub(super) struct Coverage {
    id: &'static str,
    verb: &'static str,
    path: &'static str,
    documentation: &'static str,
    evidence: &'static str,
    honoured: &'static [&'static str],
    ignored: &'static [&'static str],
    note: &'static str,
    /// Requests since the server started, to all instances.
    hits: u64,
}

pub(super) async fn coverage(State(control): State<Control>) -> Json<Vec<Coverage>> {
    let rows = ROUTES.iter().map(|it| Coverage {
        id: it.id,
        verb: it.verb.name(),
        path: it.path,
        documentation: it.doc,
        evidence: it.evidence.name(),
        honoured: it.honoured,
        ignored: it.ignored,
        note: it.note,
        hits: control.counters.of(it),
    });
    Json(rows.collect())
}

/// The description names the server by the address that the request used.
pub(super) async fn describe(
    domo: axum::Extension<Instance>,
    headers: axum::http::HeaderMap,
) -> Json<serde_json::Value> {
    let host =
        headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or("127.0.0.1:3666");
    Json(openapi::document(&format!("http://{host}"), domo.auth()))
}
