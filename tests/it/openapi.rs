//! The OpenAPI description, against what it describes.

use std::collections::BTreeSet;
use std::path::Path;

use domock::config::AuthArg;
use domock::control::routes::OWN_ROUTES;
use domock::wire::routes::{Evidence, Needs, ROUTES};
use domock::{Config, Domock};
use serde_json::Value;

use crate::support::client;

#[tokio::test]
async fn every_route_is_described_with_its_answer_and_its_refusals() {
    let document = document().await;
    for route in ROUTES {
        for path in route.paths() {
            let operation = &document["paths"][path][route.verb.name().to_lowercase()];
            assert!(operation.is_object(), "{} {path}", route.verb.name());
            assert_eq!(operation["x-domock-evidence"], route.evidence.name(), "{path}");
            let responses = operation["responses"].as_object().unwrap();
            assert!(responses.contains_key("200") || responses.contains_key("204"), "{path}");
            for status in route.refusals {
                assert!(responses.contains_key(&status.to_string()), "{path}: {status}");
            }
            let is_login = route.id == "login";
            assert_eq!(responses.contains_key("401"), !is_login, "{path}");
            assert_eq!(responses.contains_key("403"), route.needs != Needs::Nothing, "{path}");
            assert_eq!(operation["security"].as_array().unwrap().is_empty(), is_login, "{path}");
            assert_eq!(
                responses.contains_key("501"),
                route.refusals.contains(&501) || route.evidence == Evidence::Inferred,
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn every_credential_is_described_and_none_is_needed_unless_strict() {
    for (auth, goes_without) in [(AuthArg::Any, true), (AuthArg::Strict, false)] {
        let domo = Domock::start(crate::auth::config(auth)).await.unwrap();
        let document = document_of(&domo).await;
        for route in ROUTES.iter().filter(|it| it.needs != Needs::Nothing) {
            let operation = &document["paths"][route.path][route.verb.name().to_lowercase()];
            let any = operation["security"].as_array().unwrap();
            let names: Vec<&String> =
                any.iter().flat_map(|it| it.as_object().unwrap().keys()).collect();
            assert_eq!(names.len(), if route.is_public() { 1 } else { 3 }, "{}", route.id);
            assert_eq!(any.len() > names.len(), goes_without, "{}", route.id);
            for name in names {
                let scheme = &document["components"]["securitySchemes"][name];
                assert!(scheme["type"].is_string(), "{}: {name}", route.id);
            }
        }
    }
}

#[tokio::test]
async fn every_route_of_the_control_plane_is_described() {
    let document = document().await;
    for route in OWN_ROUTES {
        let operation = &document["paths"][route.path][route.verb.name().to_lowercase()];
        assert!(operation.is_object(), "{} is not described", route.id);
    }
}

#[test]
fn the_readme_names_every_route_of_the_control_plane() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    for route in OWN_ROUTES {
        let path = route.path.split("/{").next().unwrap();
        assert!(readme.contains(path), "README.md does not name {}", route.path);
    }
}

#[tokio::test]
async fn ids_of_operations_are_unique() {
    let document = document().await;
    let mut ids = Vec::new();
    for (_, item) in document["paths"].as_object().unwrap() {
        ids.extend(
            item.as_object().unwrap().values().map(|it| it["operationId"].as_str().unwrap()),
        );
    }
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_argument_of_a_path_is_declared() {
    let document = document().await;
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let place = reference.strip_prefix('#').unwrap_or(&reference);
        assert!(document.pointer(place).is_some(), "{reference} leads nowhere");
    }
    for (path, item) in document["paths"].as_object().unwrap() {
        let wanted: BTreeSet<&str> =
            path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')).collect();
        for (verb, operation) in item.as_object().unwrap() {
            let parameters = operation["parameters"].as_array().unwrap();
            let declared: BTreeSet<&str> = parameters
                .iter()
                .filter(|it| it["in"] == "path" && it["required"] == true)
                .map(|it| it["name"].as_str().unwrap())
                .collect();
            assert_eq!(declared, wanted, "{verb} {path}");
        }
    }
}

async fn document() -> Value {
    document_of(&Domock::start(Config::for_tests()).await.unwrap()).await
}

async fn document_of(domo: &Domock) -> Value {
    let answer =
        client::send(domo.address(), ("GET", "/_domock/openapi.json"), &[], "").await.unwrap();
    assert_eq!(answer.status, 200);
    let document = answer.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], domo.url());
    document
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(text) if key == "$ref" => found.push(text.clone()),
                    _ => collect_references(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|it| collect_references(it, found)),
        _ => {}
    }
}
