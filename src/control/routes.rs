//! Health, reset, clock and coverage.

use std::time::Instant;

use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::openapi;
use crate::domain::instances::Instances;
use crate::domain::{Instance, Timestamp};
use crate::front::tls::Tls;
use crate::wire::error::Refusal;
use crate::wire::routes::{Hits, ROUTES};

/// What the control plane knows besides the instance that a request is for.
#[derive(Clone, Debug)]
pub struct Control {
    pub started: Instant,
    pub seed: String,
    pub instances: Instances,
    pub tls: Tls,
    pub hits: Hits,
}

pub fn router(control: Control) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/_domock/health", get(health))
        .route("/_domock/reset", post(reset))
        .route("/_domock/instances", get(instances))
        .route("/_domock/instances/{name}", delete(forget))
        .route("/_domock/clock", get(clock).post(move_clock))
        .route("/_domock/coverage", get(coverage))
        .route("/_domock/openapi.json", get(openapi))
        .route("/_domock/ca.pem", get(authority))
        .route_layer(middleware::from_fn(refuse_web_pages))
        .with_state(control)
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Health {
    status: &'static str,
    version: &'static str,
    uptime_ms: u64,
    seed: String,
    datasets: usize,
    data_bytes: u64,
}

async fn health(State(control): State<Control>, domo: axum::Extension<Instance>) -> Json<Health> {
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        uptime_ms: control.started.elapsed().as_millis() as u64,
        seed: control.seed,
        datasets: domo.dataset_count(),
        data_bytes: domo.engine().budget().used(),
    })
}

/// Back to the seed, at once; what is in flight finishes on the old state. All instances for `?instance=*`.
async fn reset(
    State(control): State<Control>,
    domo: axum::Extension<Instance>,
    uri: Uri,
) -> Json<Done> {
    if uri.query().is_some_and(|it| it.split('&').any(|it| it == "instance=*")) {
        control.instances.all().iter().for_each(Instance::reset);
    } else {
        domo.reset();
    }
    Json(Done { status: "reset" })
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Done {
    status: &'static str,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct InstanceSummary {
    name: String,
    datasets: usize,
}

async fn instances(State(control): State<Control>) -> Json<Vec<InstanceSummary>> {
    let all = control.instances.all();
    let summaries = all
        .iter()
        .map(|it| InstanceSummary { name: it.name().to_owned(), datasets: it.dataset_count() });
    Json(summaries.collect())
}

async fn forget(
    State(control): State<Control>,
    Path(name): Path<String>,
) -> Result<StatusCode, Refusal> {
    control.instances.remove(&name.to_ascii_lowercase())?;
    Ok(StatusCode::NO_CONTENT)
}

/// What time it is in the instance.
#[derive(Serialize, JsonSchema)]
pub(super) struct ClockFace {
    now: String,
    now_ms: i64,
    frozen: bool,
}

/// Applied in this order: freeze or run, set, advance. The time stays between 1970 and the year 9000.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockMove {
    frozen: Option<bool>,
    /// Milliseconds since 1970.
    set_ms: Option<i64>,
    advance_ms: Option<i64>,
}

async fn clock(domo: axum::Extension<Instance>) -> Json<ClockFace> {
    let clock = &domo.world().clock;
    let now = clock.now();
    let text = chrono::DateTime::from_timestamp_millis(now.millis()).unwrap_or_default();
    Json(ClockFace { now: text.to_rfc3339(), now_ms: now.millis(), frozen: clock.is_frozen() })
}

async fn move_clock(
    domo: axum::Extension<Instance>,
    body: Result<Json<ClockMove>, axum::extract::rejection::JsonRejection>,
) -> Result<Json<ClockFace>, Refusal> {
    let Json(moves) = body.map_err(|it| Refusal::bad_request(it.body_text()))?;
    let world = domo.world();
    match moves.frozen {
        Some(true) => world.clock.freeze(),
        Some(false) => world.clock.run(),
        None => {}
    }
    if let Some(set_ms) = moves.set_ms {
        world.clock.set(Timestamp(set_ms));
    }
    world.clock.advance(moves.advance_ms.unwrap_or(0));
    Ok(clock(domo).await)
}

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

async fn coverage(State(control): State<Control>) -> Json<Vec<Coverage>> {
    let rows = ROUTES.iter().map(|it| Coverage {
        id: it.id,
        verb: it.verb.name(),
        path: it.path,
        documentation: it.doc,
        evidence: it.evidence.name(),
        honoured: it.honoured,
        ignored: it.ignored,
        note: it.note,
        hits: control.hits.of(it),
    });
    Json(rows.collect())
}

/// The description names the server as the request did.
async fn openapi(
    domo: axum::Extension<Instance>,
    headers: axum::http::HeaderMap,
) -> Json<serde_json::Value> {
    let host =
        headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or("127.0.0.1:3666");
    Json(openapi::document(&format!("http://{host}"), domo.auth()))
}

/// What a client has to trust to speak TLS with this server.
async fn authority(State(control): State<Control>) -> Result<Response, Refusal> {
    match control.tls.authority() {
        Ok(Some(pem)) => {
            Ok(([(header::CONTENT_TYPE, "application/x-pem-file")], pem.to_string())
                .into_response())
        }
        Ok(None) => Err(Refusal::not_found(
            "the certificate is not Domock's own: ask for its authority whoever gave it with --tls-cert",
        )),
        Err(error) => {
            tracing::error!("no certificate for TLS: {error:#}");
            let message = "the certificate could not be made: the log says more";
            Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message))
        }
    }
}

/// A page in a browser must not drive the server of whoever visits it.
async fn refuse_web_pages(request: Request, next: Next) -> Response {
    let is_cross_site = request.headers().contains_key(header::ORIGIN)
        || request.headers().get("sec-fetch-site").is_some_and(|it| it == "cross-site");
    if is_cross_site && request.method() != axum::http::Method::GET {
        let message = "the control plane does not take orders from web pages";
        return Refusal::new(StatusCode::FORBIDDEN, message).into_response();
    }
    next.run(request).await
}
