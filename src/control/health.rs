//! `GET /_domock/health`: status, version and contents of the server.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::Control;
use crate::domain::Instance;

#[derive(Serialize, JsonSchema)]
pub(super) struct Health {
    status: &'static str,
    version: &'static str,
    uptime_ms: u64,
    seed: String,
    datasets: usize,
    data_bytes: u64,
}

pub(super) async fn health(
    State(control): State<Control>,
    domo: axum::Extension<Instance>,
) -> Json<Health> {
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        uptime_ms: control.started.elapsed().as_millis() as u64,
        seed: control.seed,
        datasets: domo.dataset_count(),
        data_bytes: domo.engine().budget().used(),
    })
}
