//! `GET /_domock/health`: status, version and contents of the server.

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use super::Control;
use crate::domain::{Engine, Instance, MemoryBudget};
use crate::front::connection::Arrival;

/// What health says of the seed where there is none.
pub const NO_SEED: &str = "none";

#[derive(Serialize, JsonSchema)]
pub(super) struct Health {
    status: &'static str,
    version: &'static str,
    uptime_ms: u64,
    seed: String,
    datasets: usize,
    data_bytes: u64,
    memory: Memory,
}

/// Bytes of memory by what they are held for.
#[derive(Serialize, JsonSchema)]
struct Memory {
    rows: Held,
    uploads: Held,
    texts: Held,
    queries: Held,
    answers: Held,
}

#[derive(Serialize, JsonSchema)]
struct Held {
    used: u64,
    limit: u64,
}

impl Held {
    fn of(budget: &MemoryBudget) -> Self {
        Self { used: budget.used(), limit: budget.limit() }
    }
}

impl Memory {
    fn of(engine: &Engine) -> Self {
        let budgets = engine.budgets();
        let limit = engine.limits().query_bytes_max as u64;
        Self {
            rows: Held::of(&budgets.rows),
            uploads: Held::of(&budgets.uploads),
            texts: Held::of(&budgets.texts),
            queries: Held { used: engine.query_bytes_used(), limit },
            answers: Held::of(&budgets.answers),
        }
    }
}

/// Paths of the machine are for those who sit at it.
pub(super) async fn health(
    State(control): State<Control>,
    domo: axum::Extension<Instance>,
    arrival: axum::Extension<Arrival>,
) -> Json<Health> {
    let is_here = arrival.peer.ip().to_canonical().is_loopback();
    let seed = if is_here || control.seed == NO_SEED { control.seed } else { "hidden".to_owned() };
    Json(Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
        uptime_ms: control.started.elapsed().as_millis() as u64,
        seed,
        datasets: domo.dataset_count(),
        data_bytes: domo.engine().budget().used(),
        memory: Memory::of(domo.engine()),
    })
}
