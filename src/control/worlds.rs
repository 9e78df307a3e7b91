//! Lists, resets and drops instances.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use schemars::JsonSchema;
use serde::Serialize;

use super::Control;
use crate::domain::Instance;
use crate::wire::error::Refusal;

/// Restores the seed. Requests in flight finish on the old state. `?instance=*` resets all instances.
pub(super) async fn reset(
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

pub(super) async fn instances(State(control): State<Control>) -> Json<Vec<InstanceSummary>> {
    let all = control.instances.all();
    let summaries = all
        .iter()
        .map(|it| InstanceSummary { name: it.name().to_owned(), datasets: it.dataset_count() });
    Json(summaries.collect())
}

pub(super) async fn forget(
    State(control): State<Control>,
    Path(name): Path<String>,
) -> Result<StatusCode, Refusal> {
    control.instances.remove(&name.to_ascii_lowercase())?;
    Ok(StatusCode::NO_CONTENT)
}
