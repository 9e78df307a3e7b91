//! The table of Domock's own routes. The router and the OpenAPI description are built from it, and a test compares README.md with it.

use axum::Router;
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::coverage::Coverage;
use super::worlds::{Done, InstanceSummary};
use super::{Control, certificate, clock, coverage, health, worlds};
use crate::wire::routes::Verb::{self, Delete, Get, Post};
use crate::wire::routes::{SchemaOf, schema_of};

/// One operation of the control plane.
#[derive(Clone, Copy, Debug)]
pub struct OwnRoute {
    pub id: &'static str,
    pub verb: Verb,
    pub path: &'static str,
    pub summary: &'static str,
    /// Names of its query parameters.
    pub parameters: &'static [&'static str],
    pub body: Option<SchemaOf>,
    pub answer: OwnAnswer,
    /// Statuses of its error responses.
    pub refusals: &'static [u16],
    mount: fn(MethodFilter) -> MethodRouter<Control>,
}

#[derive(Clone, Copy, Debug)]
pub enum OwnAnswer {
    Json(SchemaOf),
    Pem,
    /// 204.
    Nothing,
}

/// Statuses of every change: malformed input, a request by a web page, a body that is too long or not JSON.
const OF_CHANGES: &[u16] = &[400, 403, 413, 415];

#[rustfmt::skip]
pub const OWN_ROUTES: &[OwnRoute] = &[
    OwnRoute::new("health.plain", Get, "/health", |it| on(it, health::health), "Whether the server is well, and what it holds")
        .answers::<health::Health>(),
    OwnRoute::new("health", Get, "/_domock/health", |it| on(it, health::health), "Whether the server is well, and what it holds")
        .answers::<health::Health>(),
    OwnRoute::new("coverage", Get, "/_domock/coverage", |it| on(it, coverage::coverage), "The route table, with its evidence and how often each route was asked")
        .answers::<Vec<Coverage>>(),
    OwnRoute::new("openapi", Get, "/_domock/openapi.json", |it| on(it, coverage::describe), "OpenAPI 3.1 of all that is served")
        .answers::<Map<String, Value>>(),
    OwnRoute::new("ca", Get, "/_domock/ca.pem", |it| on(it, certificate::authority), "The authority that a client must trust to speak TLS with this server")
        .answers_pem().refuses(&[404]),
    OwnRoute::new("clock.get", Get, "/_domock/clock", |it| on(it, clock::read), "The time of the instance")
        .answers::<clock::ClockFace>(),
    OwnRoute::new("clock.move", Post, "/_domock/clock", |it| on(it, clock::change), "Freezes, sets or advances the clock")
        .reads::<clock::ClockMove>().answers::<clock::ClockFace>().refuses(OF_CHANGES),
    OwnRoute::new("reset", Post, "/_domock/reset", |it| on(it, worlds::reset), "Back to the seed; instance=* resets all instances")
        .takes(&["instance"]).answers::<Done>().refuses(OF_CHANGES),
    OwnRoute::new("instances", Get, "/_domock/instances", |it| on(it, worlds::instances), "All instances")
        .answers::<Vec<InstanceSummary>>(),
    OwnRoute::new("instances.forget", Delete, "/_domock/instances/{name}", |it| on(it, worlds::forget), "Drops an instance with all its state")
        .refuses(&[400, 403, 404, 413, 415]),
];

impl OwnRoute {
    const fn new(
        id: &'static str,
        verb: Verb,
        path: &'static str,
        mount: fn(MethodFilter) -> MethodRouter<Control>,
        summary: &'static str,
    ) -> Self {
        let (parameters, refusals) = ([].as_slice(), [].as_slice());
        let answer = OwnAnswer::Nothing;
        Self { id, verb, path, summary, parameters, body: None, answer, refusals, mount }
    }

    const fn takes(mut self, parameters: &'static [&'static str]) -> Self {
        self.parameters = parameters;
        self
    }

    const fn reads<T: JsonSchema>(mut self) -> Self {
        self.body = Some(schema_of::<T>);
        self
    }

    const fn answers<T: JsonSchema>(mut self) -> Self {
        self.answer = OwnAnswer::Json(schema_of::<T>);
        self
    }

    const fn answers_pem(mut self) -> Self {
        self.answer = OwnAnswer::Pem;
        self
    }

    const fn refuses(mut self, statuses: &'static [u16]) -> Self {
        self.refusals = statuses;
        self
    }
}

pub fn router(control: Control) -> Router {
    OWN_ROUTES
        .iter()
        .fold(Router::new(), |router, it| router.route(it.path, (it.mount)(it.verb.filter())))
        .with_state(control)
}
