//! Reads, stops, sets and advances the clock of an instance.

use axum::Json;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Clock, Instance, Timestamp};
use crate::wire::error::Refusal;

/// The time of the instance.
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

impl ClockFace {
    fn of(clock: Clock) -> Self {
        let now = clock.now();
        let text = chrono::DateTime::from_timestamp_millis(now.millis()).unwrap_or_default();
        Self { now: text.to_rfc3339(), now_ms: now.millis(), frozen: clock.is_frozen() }
    }
}

pub(super) async fn read(domo: axum::Extension<Instance>) -> Json<ClockFace> {
    Json(ClockFace::of(domo.snapshot().clock))
}

pub(super) async fn change(
    domo: axum::Extension<Instance>,
    body: Result<Json<ClockMove>, axum::extract::rejection::JsonRejection>,
) -> Result<Json<ClockFace>, Refusal> {
    let Json(moves) = body.map_err(|it| Refusal::bad_request(it.body_text()))?;
    let after = domo.move_clock(|clock| {
        match moves.frozen {
            Some(true) => clock.freeze(),
            Some(false) => clock.run(),
            None => {}
        }
        if let Some(set_ms) = moves.set_ms {
            clock.set(Timestamp(set_ms));
        }
        clock.advance(moves.advance_ms.unwrap_or(0));
    });
    Ok(Json(ClockFace::of(after)))
}
