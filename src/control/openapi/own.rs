//! Describes Domock's own routes.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::{JSON, path_parameters, refusal};
use crate::control::routes::{OWN_ROUTES, OwnAnswer, OwnRoute};

pub(super) fn paths(envelope: &Value, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut paths = Map::new();
    for route in OWN_ROUTES {
        let operation = operation(route, envelope, generator);
        paths.entry(route.path).or_insert_with(|| json!({}))[route.verb.name().to_lowercase()] =
            operation;
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
