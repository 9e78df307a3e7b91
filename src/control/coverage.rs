//! The route table with its evidence, and its OpenAPI description.

use std::collections::BTreeMap;

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
    /// A link to the page that documents it, with an anchor.
    documentation: String,
    evidence: &'static str,
    honoured: &'static [&'static str],
    /// Query parameters and members of the body that are taken without effect.
    ignored: Vec<String>,
    /// Why, by their names.
    ignored_because: BTreeMap<String, &'static str>,
    note: &'static str,
    /// Requests since the server started, to all instances.
    hits: u64,
}

pub(super) async fn coverage(State(control): State<Control>) -> Json<Vec<Coverage>> {
    let rows = ROUTES.iter().map(|it| Coverage {
        id: it.id,
        verb: it.verb.name(),
        path: it.path,
        documentation: it.documentation(),
        evidence: it.evidence.name(),
        honoured: it.honoured,
        ignored: it.all_ignored().into_iter().map(|(name, _)| name).collect(),
        ignored_because: it.all_ignored().into_iter().collect(),
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
