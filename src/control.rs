//! Domock's own API under `/_domock`: operations that only an emulator has.

mod certificate;
mod clock;
mod coverage;
mod health;
pub mod openapi;
pub mod routes;
mod worlds;

pub use health::NO_SEED;

use std::time::Instant;

use crate::domain::instances::Instances;
use crate::front::tls::Tls;
use crate::wire::routes::RouteCounters;

/// Shared state of the control plane. The instance of a request is an extension of the request.
#[derive(Clone, Debug)]
pub struct Control {
    pub started: Instant,
    pub seed: String,
    pub instances: Instances,
    pub tls: Tls,
    pub counters: RouteCounters,
}
