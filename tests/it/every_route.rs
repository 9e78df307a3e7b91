//! What holds for every route of the table, whatever it does.

use std::path::Path;

use domock::wire::routes::{Evidence, ROUTES, RequestBody, Route, Verb};
use domock::{Config, Domock};
use serde_json::json;

use crate::support::{Answer, client, frozen};

/// Of the contracts' seed.
const DATASET: &str = "5a1e5000-0000-4000-8000-000000000001";
const STREAM: &str = "371";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";
const JSON: &str = "application/json;charset=UTF-8";

#[tokio::test]
async fn an_id_that_nothing_has_is_404_in_the_envelope() {
    let domo = start(seeded()).await;
    for (dataset, stream) in [(NOBODY, "4000000000"), ("nonsense", "nonsense")] {
        for route in ROUTES.iter().filter(|it| is_of_one(it)) {
            for path in route.paths() {
                let answer = send(&domo, route, &filled(path, dataset, stream)).await;
                assert_eq!(answer.status, 404, "{}: {}", route.id, answer.text());
                assert_eq!(answer.json()["status"], 404, "{}: {}", route.id, answer.text());
                assert_eq!(answer.json()["statusReason"], "Not Found", "{}", route.id);
                assert!(answer.json()["message"].is_string(), "{}: {}", route.id, answer.text());
                assert_eq!(answer.header("content-type"), JSON, "{}", route.id);
                assert_eq!(answer.header("x-domock-evidence"), route.evidence.name());
            }
        }
    }
}

#[tokio::test]
async fn a_slash_at_the_end_and_the_case_of_an_id_change_nothing() {
    let domo = start(seeded()).await;
    for route in ROUTES.iter().filter(|it| it.verb == Verb::Get && it.id != "public.token_by_get") {
        let path = filled(route.path, DATASET, STREAM);
        let as_it_is = send(&domo, route, &path).await;
        for spelling in [format!("{path}/"), filled(route.path, &DATASET.to_uppercase(), STREAM)] {
            let other = send(&domo, route, &spelling).await;
            assert_eq!(as_it_is.status, other.status, "{spelling}");
            if as_it_is.status.is_success() {
                assert_eq!(as_it_is.text(), other.text(), "{spelling}");
            }
        }
    }
}

#[tokio::test]
async fn a_method_that_no_route_has_is_405_in_the_envelope() {
    let domo = start(seeded()).await;
    for route in ROUTES {
        let path = filled(route.path, DATASET, STREAM);
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
            let same_path = ROUTES.iter().filter(|it| matches(it, &path));
            if same_path.clone().any(|it| it.verb.name() == method) {
                continue;
            }
            let answer = client::send(domo.address(), (method, &path), &[], "").await.unwrap();
            assert_eq!(answer.status, 405, "{method} {path}: {}", answer.text());
            assert_eq!(answer.json()["status"], 405, "{method} {path}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_is_400_wherever_json_is_read() {
    let domo = start(seeded()).await;
    for route in ROUTES.iter().filter(|it| matches!(it.body, RequestBody::Json(_))) {
        let path = filled(route.path, DATASET, STREAM);
        for body in ["{", "{\"a\": 1} x", "\u{feff}{}", "nul"] {
            let answer =
                client::send(domo.address(), (route.verb.name(), &path), &[], body).await.unwrap();
            assert_eq!(answer.status, 400, "{} {body}: {}", route.id, answer.text());
            assert_eq!(answer.json()["status"], 400, "{} {body}: {}", route.id, answer.text());
        }
    }
}

#[tokio::test]
async fn where_evidence_is_required_the_rest_is_501_and_says_so() {
    let mut config = seeded();
    config.answers.require_evidence = Evidence::Documented;
    let domo = start(config).await;
    for route in ROUTES {
        let answer = send(&domo, route, &filled(route.path, NOBODY, "4000000000")).await;
        let is_withheld = answer.status == 501;
        assert_eq!(is_withheld, route.evidence > Evidence::Documented, "{}", route.id);
        assert_eq!(is_withheld, !answer.header("x-domock-unsupported").is_empty(), "{}", route.id);
        assert_eq!(answer.header("x-domock-evidence"), route.evidence.name(), "{}", route.id);
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let domo = start(seeded()).await;
    for route in ROUTES.iter().filter(|it| it.verb == Verb::Get) {
        let path = filled(route.path, DATASET, STREAM);
        let get = send(&domo, route, &path).await;
        let head = client::send(domo.address(), ("HEAD", &path), &[], "").await.unwrap();
        assert_eq!(head.status, get.status, "{}", route.id);
        assert_eq!(head.header("content-type"), get.header("content-type"), "{}", route.id);
        assert!(head.body.is_empty(), "{}", route.id);
    }
}

async fn start(config: Config) -> Domock {
    Domock::start(config).await.unwrap()
}

fn seeded() -> Config {
    frozen().with_seed_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/contract/seed"))
}

/// Whether it is about a dataset or a stream that its path names.
fn is_of_one(route: &Route) -> bool {
    route.path.contains("{dataset}") || route.path.contains("{stream}")
}

pub(crate) fn filled(path: &str, dataset: &str, stream: &str) -> String {
    let known = [("{dataset}", dataset), ("{stream}", stream), ("{kind}", "USER")];
    let path = known.iter().fold(path.to_owned(), |it, (name, value)| it.replace(name, value));
    path.split('/')
        .map(|it| if it.starts_with('{') { "1" } else { it })
        .collect::<Vec<_>>()
        .join("/")
}

/// Whether a route may answer at this path; a name in a path may stand for any segment.
fn matches(route: &Route, path: &str) -> bool {
    route.paths().any(|pattern| {
        let (pattern, path) = (pattern.split('/'), path.split('/'));
        pattern.clone().count() == path.clone().count()
            && pattern.zip(path).all(|(a, b)| a == b || a.starts_with('{'))
    })
}

/// The least body that the route takes.
pub(crate) fn least_body(route: &Route) -> String {
    let body = match route.id {
        "query.execute" | "query.export" | "public.query" => json!({ "sql": "SELECT 1" }),
        "dataset.tag" | "access.remove_users" | "vault.delete" | "group.access" => json!([]),
        "access.share" => json!({ "permissions": [] }),
        "access.put" => json!({ "id": 28, "accessLevel": "CAN_VIEW" }),
        "owner.change" => json!({ "responsibleUserId": 28 }),
        "schema.alter" | "wrangle.change" => json!({ "columns": [] }),
        "policy.create" | "policy.update" => json!({ "name": "p" }),
        "public.policy.create" | "public.policy.update" => json!({ "name": "p", "filters": [] }),
        "policy.enable" => json!({ "enabled": true }),
        _ => json!({}),
    };
    match route.body {
        RequestBody::None => String::new(),
        RequestBody::Json(_) => body.to_string(),
        RequestBody::Csv => "a,1\n".to_owned(),
    }
}

async fn send(domo: &Domock, route: &Route, path: &str) -> Answer {
    let line = (route.verb.name(), path);
    client::send(domo.address(), line, &[], least_body(route)).await.unwrap()
}
