//! OpenAPI 3.1 description of all routes, generated from the route tables and the types of requests and responses.

mod own;
mod security;

use axum::http::StatusCode;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::domain::instance::Auth;
use crate::wire::error::Envelope;
use crate::wire::routes::{Evidence, ROUTES, RequestBody, ResponseBody, Route};

const JSON: &str = "application/json";

/// Error statuses of every route: the request is malformed, too large, or of the wrong media type.
const REFUSALS_OF_ALL: [u16; 3] = [400, 413, 415];

/// `auth` decides whether credentials are optional.
pub fn document(server: &str, auth: Auth) -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|it| it.definitions_path = "/components/schemas".into())
        .into_generator();
    let envelope = serde_json::to_value(generator.subschema_for::<Envelope>()).unwrap_or_default();
    let mut paths = own::paths(&envelope, &mut generator);
    for route in ROUTES {
        let mut operation = operation(route, &envelope, &mut generator);
        operation["security"] = security::of(route, auth);
        for path in route.paths() {
            let item = paths.entry(path).or_insert_with(|| json!({}));
            let mut operation = operation.clone();
            if path != route.path {
                operation["operationId"] = json!(format!("{}.{path}", route.id));
            }
            item[route.verb.name().to_lowercase()] = operation;
        }
    }
    let schemas: Map<String, Value> = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Domock",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A local Domo for tests: Domo's Datasets API, and Domock's own under /_domock.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": server }],
        "paths": paths,
        "components": { "schemas": schemas, "securitySchemes": security::schemes() },
    })
}

fn operation(route: &Route, envelope: &Value, generator: &mut SchemaGenerator) -> Value {
    let mut responses = answers(route, generator);
    let mut refusals: Vec<u16> = route.refusals.iter().copied().chain(REFUSALS_OF_ALL).collect();
    if route.evidence == Evidence::Inferred {
        refusals.push(501);
    }
    for status in refusals {
        responses.insert(status.to_string(), refusal(status, envelope));
    }
    security::refuse(route, &mut responses, envelope);
    let mut operation = json!({
        "operationId": route.id,
        "tags": [route.id.split('.').next().unwrap_or_default()],
        "parameters": parameters(route),
        "responses": responses,
        "x-domock-evidence": route.evidence.name(),
    });
    if !route.note.is_empty() {
        operation["description"] = json!(route.note);
    }
    match route.body {
        RequestBody::None => {}
        RequestBody::Json(schema) => {
            let schema = serde_json::to_value(schema(generator)).unwrap_or_default();
            operation["requestBody"] = json!({ "content": { JSON: { "schema": schema } } });
        }
        RequestBody::Csv => {
            let schema = json!({ "type": "string" });
            operation["requestBody"] = json!({ "content": { "text/csv": { "schema": schema } } });
        }
    }
    operation
}

fn refusal(status: u16, envelope: &Value) -> Value {
    let reason = StatusCode::from_u16(status).ok().and_then(|it| it.canonical_reason());
    json!({
        "description": reason.unwrap_or_default(),
        "content": { JSON: { "schema": envelope } },
    })
}

/// The successful responses of a route.
fn answers(route: &Route, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let (status, content) = match route.answer {
        ResponseBody::None => ("204", None),
        ResponseBody::Empty => ("200", None),
        ResponseBody::Csv => {
            ("200", Some(json!({ "text/csv": { "schema": { "type": "string" } } })))
        }
        ResponseBody::Json(schema) => {
            let schema = serde_json::to_value(schema(generator)).unwrap_or_default();
            let mut content = json!({ JSON: { "schema": schema } });
            if route.id.starts_with("query.") {
                content["text/csv"] = json!({ "schema": { "type": "string" } });
            }
            ("200", Some(content))
        }
    };
    let mut answer = json!({ "description": "Done" });
    if let Some(content) = content {
        answer["content"] = content;
    }
    let mut answers = Map::new();
    if route.created {
        answers.insert("201".to_owned(), answer.clone());
    }
    answers.insert(status.to_owned(), answer);
    answers
}

fn parameters(route: &Route) -> Vec<Value> {
    let of_query = |name: &str, note: &str| json!({ "name": name, "in": "query", "description": note, "schema": { "type": "string" } });
    let honoured = route.honoured.iter().map(|it| of_query(it, "Changes the response."));
    let ignored = route.ignored.iter();
    let ignored = ignored
        .map(|(name, reason)| of_query(name, &format!("Accepted, but has no effect: {reason}.")));
    path_parameters(route.path).chain(honoured).chain(ignored).collect()
}

fn path_parameters(path: &'static str) -> impl Iterator<Item = Value> {
    let names = path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    })
}
