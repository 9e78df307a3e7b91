//! Who is let in with `--auth strict`, and as whom.

mod grants;

use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domock::config::AuthArg;
use domock::{Config, Domock};
use serde_json::{Value, json};

use crate::support::{Answer, client, frozen};

const ME: &str = "/api/content/v2/users/me";
const FULL: &str = "Full authentication is required to access this resource";

pub(crate) fn config(auth: AuthArg) -> Config {
    let mut config =
        frozen().with_seed_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/auth/seed"));
    config.answers.auth = auth;
    config
}

pub(crate) async fn strict() -> Domock {
    Domock::start(config(AuthArg::Strict)).await.unwrap()
}

pub(crate) async fn send(
    domo: &Domock,
    line: (&str, &str),
    headers: &[(&str, &str)],
    body: Value,
) -> Answer {
    send_to(domo.address(), line, headers, body).await
}

async fn send_to(
    address: SocketAddr,
    line: (&str, &str),
    headers: &[(&str, &str)],
    body: Value,
) -> Answer {
    let headers: Vec<_> = headers.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    client::send(address, line, &headers, body).await.unwrap()
}

/// The id of the user whom these headers stand for, or what is answered instead.
async fn me(domo: &Domock, headers: &[(&str, &str)]) -> Result<u64, Answer> {
    let answer = send(domo, ("GET", ME), headers, Value::Null).await;
    answer.json()["id"].as_u64().ok_or(answer)
}

async fn log_in(domo: &Domock, email: &str, password: &str) -> Value {
    let body = json!({ "method": "password", "emailAddress": email, "password": password });
    let answer = send(domo, ("POST", "/api/content/v2/authentication"), &[], body).await;
    assert_eq!(answer.status, 200);
    answer.json()
}

async fn token_answer(domo: &Domock, path: &str, id: &str, secret: &str) -> Answer {
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let path = format!("{path}?grant_type=client_credentials");
    send(domo, ("GET", &path), &[("authorization", &basic)], Value::Null).await
}

pub(crate) async fn bearer(domo: &Domock, client: &str) -> String {
    let id = format!("{client}-client");
    let answer = token_answer(domo, "/oauth/token", &id, &format!("{client}-secret")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    format!("Bearer {}", answer.json()["access_token"].as_str().unwrap())
}

fn assert_401(answer: Answer) {
    assert_eq!(answer.status, 401);
    let body = answer.json();
    assert_eq!(
        [&body["status"], &body["statusReason"], &body["message"]],
        [&json!(401), &json!("Unauthorized"), &json!(FULL)]
    );
}

#[tokio::test]
async fn a_developer_token_stands_for_its_user() {
    let domo = strict().await;
    for (token, user) in [("admin-token", 1), ("admin-second-token", 1), ("viewer-token", 6)] {
        assert_eq!(me(&domo, &[("X-DOMO-Developer-Token", token)]).await.unwrap(), user);
    }
    let refused: &[&[(&str, &str)]] = &[
        &[],
        &[("x-domo-developer-token", "")],
        &[("x-domo-developer-token", "viewer-tokens")],
        &[("x-domo-developer-token", "acme-token")],
        &[("x-domo-authentication", "viewer-token")],
        &[("authorization", "Bearer viewer-token")],
        &[("authorization", "viewer-token")],
    ];
    for headers in refused {
        assert_401(me(&domo, headers).await.unwrap_err());
    }
    let acme = format!("/acme.domo.com{ME}");
    let token = [("x-domo-developer-token", "acme-token")];
    let answer = send(&domo, ("GET", &acme), &token, Value::Null).await;
    assert_eq!(answer.json()["id"], 9);
}

#[tokio::test]
async fn a_password_opens_a_session_until_its_time_or_a_reset_ends_it() {
    let domo = strict().await;
    for (email, password) in
        [("owner@example.com", "admin-password"), ("viewer@example.com", ""), ("", "x")]
    {
        let refused = log_in(&domo, email, password).await;
        assert_eq!(refused, json!({ "success": false, "reason": "INVALID_CREDENTIALS" }));
    }
    let open = async || {
        let opened = log_in(&domo, "OWNER@example.com", "owner-password").await;
        assert_eq!(opened["success"], true);
        opened["sessionToken"].as_str().unwrap().to_owned()
    };
    let session = open().await;
    let header = [("x-domo-authentication", session.as_str())];
    assert_eq!(me(&domo, &header).await.unwrap(), 2);
    let later = json!({ "advance_ms": 8 * 60 * 60 * 1000 });
    send(&domo, ("POST", "/_domock/clock"), &[("content-type", "application/json")], later).await;
    assert_401(me(&domo, &header).await.unwrap_err());

    let session = open().await;
    let header = [("x-domo-authentication", session.as_str())];
    assert_eq!(me(&domo, &header).await.unwrap(), 2);
    send(&domo, ("POST", "/_domock/reset"), &[], Value::Null).await;
    assert_401(me(&domo, &header).await.unwrap_err());
}

#[tokio::test]
async fn a_client_gets_a_token_that_is_good_on_both_apis_until_it_expires() {
    let domo = strict().await;
    for (id, secret) in [("owner-client", "admin-secret"), ("nobody", "x")] {
        let refused = token_answer(&domo, "/oauth/token", id, secret).await;
        assert_eq!(refused.status, 401);
        assert_eq!(refused.json()["message"], "Bad client credentials");
    }
    let bearer = bearer(&domo, "owner").await;
    let header = [("authorization", bearer.as_str())];
    assert_eq!(me(&domo, &header).await.unwrap(), 2);
    let list = async |headers: &[(&str, &str)]| {
        send(&domo, ("GET", "/v1/datasets"), headers, Value::Null).await
    };
    let datasets = list(&header).await;
    assert_eq!(datasets.json()[0]["name"], "Orders");
    assert_eq!(datasets.json()[0]["owner"]["id"], 2);

    let later = json!({ "advance_ms": 3_599_000 });
    send(&domo, ("POST", "/_domock/clock"), &[("content-type", "application/json")], later).await;
    assert_401(me(&domo, &header).await.unwrap_err());
    let expired = list(&header).await;
    assert_eq!((expired.status.as_u16(), expired.text()), (401, String::new()));
    assert_eq!(
        expired.header("www-authenticate"),
        "Bearer error=\"invalid_token\", error_description=\"An error occurred while attempting to decode the Jwt: \
         Jwt expired at 2024-06-01T12:59:59Z\", error_uri=\"https://tools.ietf.org/html/rfc6750#section-3.1\""
    );
    let without = list(&[]).await;
    assert_eq!((without.status.as_u16(), without.header("www-authenticate")), (401, "Bearer"));
    let developer = list(&[("x-domo-developer-token", "owner-token")]).await;
    assert_eq!((developer.status.as_u16(), developer.text()), (401, String::new()));
    let forged = list(&[("authorization", &format!("{bearer}x"))]).await;
    assert_403_of_the_public_api(&forged);
    assert_403_of_the_public_api(&list(&[("authorization", "Bearer nonsense")]).await);
}

/// As DataSet-API.yaml has it: a status and a trace, and nothing else.
fn assert_403_of_the_public_api(answer: &Answer) {
    assert_eq!(answer.status, 403, "{}", answer.text());
    let body = answer.json();
    let mut members: Vec<&String> = body.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["status", "toe"]);
    assert_eq!(body["status"], 403);
    assert_eq!(body["toe"].as_str().unwrap().len(), 22);
}

#[tokio::test]
async fn a_client_may_ask_for_a_part_of_its_scope() {
    let domo = strict().await;
    let token = async |scope: &str| {
        let basic = format!("Basic {}", STANDARD.encode("owner-client:owner-secret"));
        let path = format!("/oauth/token?grant_type=client_credentials&scope={scope}");
        send(&domo, ("GET", &path), &[("authorization", &basic)], Value::Null).await
    };
    for scope in ["data", "user,data", "data%20user"] {
        let answer = token(scope).await;
        let bearer = format!("Bearer {}", answer.json()["access_token"].as_str().unwrap());
        let header = [("authorization", bearer.as_str())];
        let list = send(&domo, ("GET", "/v1/datasets"), &header, Value::Null).await;
        assert_eq!(list.status, 200, "{scope}");
    }
    let answer = token("user").await;
    assert_eq!(answer.json()["scope"], "user");
    let bearer = format!("Bearer {}", answer.json()["access_token"].as_str().unwrap());
    let header = [("authorization", bearer.as_str())];
    let list = send(&domo, ("GET", "/v1/datasets"), &header, Value::Null).await;
    assert_403_of_the_public_api(&list);
    assert_eq!(token("buzz").await.status, 400);
}

#[tokio::test]
async fn a_token_without_the_scope_is_403() {
    let domo = strict().await;
    let bearer = bearer(&domo, "no-data").await;
    for path in ["/v1/datasets", "/v1/streams", ME] {
        let header = [("authorization", bearer.as_str())];
        let answer = send(&domo, ("GET", path), &header, Value::Null).await;
        assert_eq!(answer.status, 403, "{path}");
        if path == ME {
            assert_eq!(answer.json()["message"], "the scope of the token has no data");
        } else {
            assert_403_of_the_public_api(&answer);
        }
    }
}

#[tokio::test]
async fn a_token_leads_to_its_instance() {
    for auth in [AuthArg::Strict, AuthArg::Any] {
        let domo = Domock::start(config(auth)).await.unwrap();
        let acme = bearer(&domo, "acme").await;
        let names = async |path: &str, bearer: &str| {
            let header = [("authorization", bearer)];
            let answer = send(&domo, ("GET", path), &header, Value::Null).await;
            let list = answer.json();
            let names = list.as_array().map(|it| it.iter().map(|it| it["name"].clone()).collect());
            (answer.status.as_u16(), names.unwrap_or_default())
        };
        let create = ("POST", "/v1/datasets");
        let columns = json!([{ "type": "LONG", "name": "n" }]);
        let body = json!({ "name": "Of Acme", "schema": { "columns": columns } });
        let created = send(&domo, create, &[("authorization", &acme)], body).await;
        assert_eq!(created.status, 201, "{}", created.text());
        let expected: (u16, Vec<Value>) = (200, vec![json!("Of Acme")]);
        assert_eq!(names("/v1/datasets", &acme).await, expected);
        assert_eq!(names("/api.domo.com/v1/datasets", &acme).await, expected);
        assert_eq!(names("/acme.domo.com/v1/datasets", &acme).await, expected);
        // The instance that a request names goes before its token.
        let elsewhere = names("/default.domo.com/v1/datasets", &acme).await;
        // The public API answers 403 to a token that is not one of the instance.
        let status = if auth == AuthArg::Strict { 403 } else { 200 };
        assert_eq!(elsewhere.0, status);
        let own = names("/v1/datasets", &bearer(&domo, "owner").await).await;
        assert_eq!(own, (200, vec![json!("Orders")]));
    }
}

#[tokio::test]
async fn the_control_plane_takes_no_credential_and_looks_at_none() {
    let domo = strict().await;
    let acme = bearer(&domo, "acme").await;
    for path in ["/health", "/_domock/coverage", "/_domock/openapi.json", "/_domock/clock"] {
        let answer = send(&domo, ("GET", path), &[], Value::Null).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    let clock = [("content-type", "application/json"), ("authorization", &acme)];
    let moved = json!({ "set_ms": 5 });
    send(&domo, ("POST", "/_domock/clock"), &clock, moved).await;
    assert_eq!(domo.instance().now().millis(), 5);
    send(&domo, ("POST", "/_domock/reset?instance=ACME"), &[], Value::Null).await;
    assert_eq!(domo.instance().now().millis(), 5);
    let forgotten = send(&domo, ("DELETE", "/_domock/instances/Acme"), &[], Value::Null).await;
    assert_eq!(forgotten.status, 204);
}

#[tokio::test]
async fn strict_without_any_credential_does_not_start() {
    let mut config = frozen();
    config.answers.auth = AuthArg::Strict;
    let refusal = Domock::start(config).await.unwrap_err();
    assert_eq!(
        format!("{refusal:#}"),
        "--auth strict would refuse every request: the seed has no users.toml with a password, a token or a client"
    );
}
