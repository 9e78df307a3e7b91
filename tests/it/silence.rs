//! Nothing of a request is passed over in silence: it is honoured, or the table says why it is ignored, or it is refused.

use std::path::Path;

use domock::wire::routes::{ROUTES, RequestBody, Route};
use domock::{Config, Domock};
use serde_json::{Value, json};

use crate::every_route::{filled, least_body};
use crate::support::{Answer, client, frozen};

const DATASET: &str = "5a1e5000-0000-4000-8000-000000000001";
const STREAM: &str = "371";
const UNKNOWN: &str = "domockUnknown";

#[tokio::test]
async fn an_unknown_query_parameter_is_refused_by_name() {
    let domo = start().await;
    for route in ROUTES {
        for path in route.paths() {
            let path = format!("{}?{UNKNOWN}=1", filled(path, DATASET, STREAM));
            let answer = send(&domo, route, &path, &least_body(route)).await;
            assert_names_it(route, &answer);
        }
    }
}

#[tokio::test]
async fn an_unknown_member_is_refused_by_name_at_any_depth() {
    let domo = start().await;
    let description: Value = openapi(&domo).await;
    let mut nested = 0;
    for route in ROUTES.iter().filter(|it| matches!(it.body, RequestBody::Json(_))) {
        let path = filled(route.path, DATASET, STREAM);
        let whole = request_schema(&description, route);
        let objects = match resolved(&description, &whole)["type"].as_str() {
            Some("array") => vec![json!([{ UNKNOWN: 1 }])],
            _ => vec![json!({ UNKNOWN: 1 })],
        };
        let is_of_objects = !members(&description, &whole).is_empty()
            || resolved(&description, &whole)["type"] == "object";
        for body in objects.iter().filter(|_| is_of_objects) {
            assert_names_it(route, &send(&domo, route, &path, &body.to_string()).await);
        }
        for (name, schema) in members(&description, &whole) {
            if members(&description, &schema).is_empty() {
                continue;
            }
            let is_list = resolved(&description, &schema)["type"] == "array";
            let inner = json!({ UNKNOWN: 1 });
            let body = json!({ name: if is_list { json!([inner]) } else { inner } });
            assert_names_it(route, &send(&domo, route, &path, &body.to_string()).await);
            nested += 1;
        }
    }
    assert!(nested >= 15, "only {nested} nested objects were asked");
}

#[tokio::test]
async fn an_unknown_value_of_an_enumeration_is_refused() {
    let domo = start().await;
    let dataset = format!("/api/data/v3/datasources/{DATASET}");
    let policy = json!({ "name": "p", "filters": [{ "column": "store", "values": ["a"], "operator": "NEARLY" }] });
    let parameter = json!({ "name": "p", "parameters": [{ "name": "store", "values": ["a"], "operator": "NEARLY" }] });
    let partitions =
        json!({ "paginationFields": [{ "fieldName": "partitionId", "sortOrder": "SIDEWAYS" }] });
    let cases = [
        ("GET", "/v1/datasets?sort=colour".to_owned(), json!(null)),
        ("GET", "/v1/streams?fields=colour".to_owned(), json!(null)),
        ("GET", "/v1/streams/search?q=colour:red".to_owned(), json!(null)),
        ("GET", format!("/v1/datasets/{DATASET}/data?includeHeader=perhaps"), json!(null)),
        ("GET", "/oauth/token?grant_type=password".to_owned(), json!(null)),
        ("GET", "/api/data/v3/datasources?orderBy=colour".to_owned(), json!(null)),
        (
            "GET",
            format!("/api/query/v1/data-control/{DATASET}/filter-groups?options=colour"),
            json!(null),
        ),
        (
            "GET",
            format!("/api/query/v1/datasources/{DATASET}/schema/indexed?includeHidden=perhaps"),
            json!(null),
        ),
        ("GET", format!("/api/content/v1/datasources/{DATASET}/cards?drill=perhaps"), json!(null)),
        (
            "POST",
            format!("/api/query/v1/execute/{DATASET}?format=xml"),
            json!({ "sql": "SELECT 1" }),
        ),
        ("POST", format!("/v1/datasets/{DATASET}/policies"), policy),
        (
            "POST",
            format!("/v1/datasets/{DATASET}/policies"),
            json!({ "name": "p", "filters": [], "type": "robot" }),
        ),
        ("POST", format!("/api/query/v1/data-control/{DATASET}/filter-groups"), parameter),
        ("POST", format!("/api/query/v1/datasources/{DATASET}/partition/list"), partitions),
        (
            "POST",
            format!("{dataset}/share"),
            json!({ "permissions": [{ "type": "ROBOT", "id": 28, "accessLevel": "CAN_VIEW" }] }),
        ),
        (
            "POST",
            format!("{dataset}/share"),
            json!({ "permissions": [{ "type": "USER", "id": 28, "accessLevel": "CAN_FLY" }] }),
        ),
        ("POST", format!("{dataset}/uploads"), json!({ "action": "MERGE" })),
        ("POST", "/api/data/v1/streams/371/executions".to_owned(), json!({ "runType": "JOG" })),
        (
            "POST",
            "/api/data/v1/streams/371/executions".to_owned(),
            json!({ "updateMethod": "MERGE" }),
        ),
        ("POST", "/api/content/v2/authentication".to_owned(), json!({ "method": "guess" })),
        (
            "POST",
            "/v1/datasets".to_owned(),
            json!({ "name": "n", "schema": { "columns": [{ "name": "a", "type": "COLOUR" }] } }),
        ),
        ("PATCH", "/v1/streams/371?updateMethod=MERGE".to_owned(), json!(null)),
        ("PATCH", "/v1/streams/371".to_owned(), json!({ "updateMethod": "MERGE" })),
    ];
    for (method, path, body) in cases {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = client::send(domo.address(), (method, &path), &[], body).await.unwrap();
        assert_eq!(answer.status, 400, "{method} {path}: {}", answer.text());
        assert!(!answer.json()["message"].as_str().unwrap().is_empty(), "{method} {path}");
    }
}

#[tokio::test]
async fn one_value_is_taken_where_a_list_is_expected() {
    let domo = start().await;
    let description: Value = openapi(&domo).await;
    let mut asked = 0;
    for route in ROUTES.iter().filter(|it| matches!(it.body, RequestBody::Json(_))) {
        let path = filled(route.path, DATASET, "4000000000").replace(DATASET, "nonsense");
        let whole = request_schema(&description, route);
        for (name, schema) in members(&description, &whole) {
            let schema = resolved(&description, &schema);
            let is_list = schema["type"] == "array"
                || schema["type"].as_array().is_some_and(|it| it.contains(&json!("array")));
            if !is_list {
                continue;
            }
            let item = resolved(&description, &schema["items"]);
            let value = match item["type"].as_str() {
                Some("string") => json!("a"),
                Some("object") => json!({}),
                Some("array") => continue,
                _ => json!(1),
            };
            let alone =
                send(&domo, route, &path, &json!({ name.clone(): value }).to_string()).await;
            let listed =
                send(&domo, route, &path, &json!({ name.clone(): [value] }).to_string()).await;
            let said = |it: &Answer| {
                let message = it.json()["message"].as_str().unwrap_or_default().to_owned();
                (it.status, message.split(" at line").next().unwrap_or_default().to_owned())
            };
            assert_eq!(said(&alone), said(&listed), "{}: {name}", route.id);
            asked += 1;
        }
    }
    assert!(asked >= 15, "only {asked} lists were asked");
}

#[test]
fn what_is_ignored_says_why() {
    for route in ROUTES {
        for (name, reason) in route.all_ignored() {
            assert!(reason.len() > 10, "{}: {name} does not say why it is ignored", route.id);
            assert!(!route.honoured.contains(&name.as_str()), "{}: {name} is honoured", route.id);
        }
    }
}

async fn start() -> Domock {
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/contract/seed");
    let config: Config = frozen().with_seed_dir(seed);
    Domock::start(config).await.unwrap()
}

async fn openapi(domo: &Domock) -> Value {
    let line = ("GET", "/_domock/openapi.json");
    client::send(domo.address(), line, &[], "").await.unwrap().json()
}

async fn send(domo: &Domock, route: &Route, path: &str, body: &str) -> Answer {
    client::send(domo.address(), (route.verb.name(), path), &[], body.to_owned()).await.unwrap()
}

fn assert_names_it(route: &Route, answer: &Answer) {
    // A structured query says of some members that they are not emulated.
    assert!(matches!(answer.status.as_u16(), 400 | 501), "{}: {}", route.id, answer.text());
    let message = answer.json()["message"].clone();
    let is_named = message.as_str().is_some_and(|it| it.contains(UNKNOWN));
    // Of a body that may be one of several shapes, serde does not say what is wrong with which.
    assert!(is_named || route.id == "owner.change", "{}: {message}", route.id);
}

fn request_schema(description: &Value, route: &Route) -> Value {
    let operation = &description["paths"][route.path][route.verb.name().to_lowercase()];
    operation["requestBody"]["content"]["application/json"]["schema"].clone()
}

/// The members of an object, or of the objects of a list.
fn members(description: &Value, schema: &Value) -> Vec<(String, Value)> {
    let schema = resolved(description, schema);
    let object =
        if schema["items"].is_object() { resolved(description, &schema["items"]) } else { schema };
    let members = object["properties"].as_object().into_iter().flatten();
    members.map(|(name, it)| (name.clone(), it.clone())).collect()
}

/// The schema behind a reference, and behind "or null".
fn resolved(description: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return resolved(description, &description.pointer(&reference[1..]).cloned().unwrap());
    }
    match schema["anyOf"].as_array().and_then(|it| it.iter().find(|it| it["type"] != "null")) {
        Some(other) => resolved(description, other),
        None => schema.clone(),
    }
}
