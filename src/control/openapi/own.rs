//! Domock's own routes, described.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{JSON, path_parameters, refusal};
use crate::control::routes::{ClockFace, ClockMove, Coverage, Done, Health, InstanceSummary};

type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

struct OwnRoute {
    path: &'static str,
    verb: &'static str,
    id: &'static str,
    summary: &'static str,
    parameters: &'static [&'static str],
    body: Option<SchemaOf>,
    answer: OwnAnswer,
    refusals: &'static [u16],
}

enum OwnAnswer {
    Json(SchemaOf),
    Pem,
    /// 204
    Nothing,
}

/// What the control plane refuses when it is told to do something.
const OF_ORDERS: &[u16] = &[400, 403, 413, 415];

#[rustfmt::skip]
const OWN_ROUTES: &[OwnRoute] = &[
    get("/health", "health.plain", "Whether the server is well, and what it holds", OwnAnswer::Json(of::<Health>)),
    get("/_domock/health", "health", "Whether the server is well, and what it holds", OwnAnswer::Json(of::<Health>)),
    get("/_domock/coverage", "coverage", "The route table", OwnAnswer::Json(of::<Vec<Coverage>>)),
    get("/_domock/openapi.json", "openapi", "This document", OwnAnswer::Json(of::<Map<String, Value>>)),
    OwnRoute { refusals: &[404], ..get("/_domock/ca.pem", "ca", "What a client has to trust to speak TLS with this server", OwnAnswer::Pem) },
    get("/_domock/clock", "clock.get", "What time it is", OwnAnswer::Json(of::<ClockFace>)),
    OwnRoute {
        verb: "post", body: Some(of::<ClockMove>), refusals: OF_ORDERS,
        ..get("/_domock/clock", "clock.move", "Stops, sets or advances the clock", OwnAnswer::Json(of::<ClockFace>))
    },
    OwnRoute {
        verb: "post", parameters: &["instance"], refusals: OF_ORDERS,
        ..get("/_domock/reset", "reset", "Back to the seed; all instances for instance=*", OwnAnswer::Json(of::<Done>))
    },
    get("/_domock/instances", "instances", "The instances that there are", OwnAnswer::Json(of::<Vec<InstanceSummary>>)),
    OwnRoute {
        verb: "delete", refusals: &[400, 403, 404, 413, 415],
        ..get("/_domock/instances/{name}", "instances.forget", "Forgets an instance and all that is in it", OwnAnswer::Nothing)
    },
];

const fn get(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    answer: OwnAnswer,
) -> OwnRoute {
    let (verb, parameters, refusals) = ("get", [].as_slice(), [].as_slice());
    OwnRoute { path, verb, id, summary, parameters, body: None, answer, refusals }
}

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

pub(super) fn paths(envelope: &Value, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut paths = Map::new();
    for route in OWN_ROUTES {
        let operation = operation(route, envelope, generator);
        paths.entry(route.path).or_insert_with(|| json!({}))[route.verb] = operation;
    }
    paths
}

fn operation(route: &OwnRoute, envelope: &Value, generator: &mut SchemaGenerator) -> Value {
    let (status, content) = match route.answer {
        OwnAnswer::Json(schema) => ("200", Some((JSON, json!(schema(generator))))),
        OwnAnswer::Pem => ("200", Some(("application/x-pem-file", json!({ "type": "string" })))),
        OwnAnswer::Nothing => ("204", None),
    };
    let mut answer = json!({ "description": "Done" });
    if let Some((kind, schema)) = content {
        answer["content"] = json!({ kind: { "schema": schema } });
    }
    let mut responses = Map::new();
    responses.insert(status.to_owned(), answer);
    for status in route.refusals {
        responses.insert(status.to_string(), refusal(*status, envelope));
    }
    let of_query = route
        .parameters
        .iter()
        .map(|name| json!({ "name": name, "in": "query", "schema": { "type": "string" } }));
    let parameters: Vec<Value> = path_parameters(route.path).chain(of_query).collect();
    let mut operation = json!({
        "operationId": format!("domock.{}", route.id),
        "tags": ["domock"],
        "summary": route.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(schema) = route.body {
        operation["requestBody"] = json!({ "content": { JSON: { "schema": schema(generator) } } });
    }
    operation
}
