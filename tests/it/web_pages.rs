//! What a page in a browser of the developer's can do to a server on the same machine: nothing that changes it.

use domock::{Config, Domock};
use serde_json::json;

use super::support::client::{self, Answer};

async fn send(domo: &Domock, (method, path): (&str, &str), headers: &[(&str, &str)]) -> Answer {
    let headers: Vec<_> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let body = json!({ "dataSourceName": "x", "schema": { "columns": [] } }).to_string();
    let body = if method == "GET" { String::new() } else { body };
    client::send(domo.address(), (method, path), &headers, body).await.unwrap()
}

const CHANGES: [(&str, &str); 6] = [
    ("POST", "/api/data/v2/datasources"),
    ("POST", "/v1/datasets"),
    ("PUT", "/api/data/v3/datasources/0a9a2a6c-0000-4000-8000-000000000000/uploads/1/parts/1"),
    ("DELETE", "/api/data/v3/datasources/0a9a2a6c-0000-4000-8000-000000000000"),
    ("POST", "/_domock/reset"),
    ("POST", "/_domock/clock"),
];

#[tokio::test]
async fn pages_of_other_origins_change_nothing() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("origin", "http://localhost:5173"),
        ("sec-fetch-site", "cross-site"),
    ] {
        for change in CHANGES {
            let answer = send(&domo, change, &[(name, value)]).await;
            assert_eq!(answer.status, 403, "{change:?} {name}: {value}");
            assert!(answer.text().contains("--allow-origin"), "{}", answer.text());
        }
    }
    let own = format!("http://{}", domo.address());
    assert_eq!(send(&domo, CHANGES[0], &[("origin", &own)]).await.status, 200);
    assert_eq!(send(&domo, CHANGES[0], &[]).await.status, 200);
    let read = ("GET", "/api/data/v3/datasources");
    assert_eq!(send(&domo, read, &[("origin", "http://evil.example")]).await.status, 200);
}

#[tokio::test]
async fn an_origin_and_a_host_can_be_let_in() {
    let mut config = Config::for_tests();
    config.listen.allow_origins = vec!["http://localhost:5173/".to_owned()];
    config.listen.allow_hosts = vec!["domo.example".to_owned()];
    let domo = Domock::start(config).await.unwrap();
    let dev = ("origin", "http://localhost:5173");
    assert_eq!(send(&domo, CHANGES[0], &[dev]).await.status, 200);
    assert_eq!(send(&domo, CHANGES[0], &[("origin", "http://localhost:5174")]).await.status, 403);
    let (_, seen) = of_host(&domo, "domo.example:3666").await;
    assert!(seen.contains("200 OK"), "{seen}");
}

/// The status line and what follows for a host in the header.
async fn of_host(domo: &Domock, host: &str) -> (String, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut socket = tokio::net::TcpStream::connect(domo.address()).await.unwrap();
    let request = format!(
        "GET /api/data/v3/datasources HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    socket.read_to_string(&mut said).await.unwrap();
    (host.to_owned(), said)
}

#[tokio::test]
async fn a_name_that_was_made_to_resolve_here_is_not_served() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    for host in ["evil.example", "rebound.attacker.net:80", "127.0.0.1.nip.io", "notdomo.com"] {
        let (_, said) = of_host(&domo, host).await;
        assert!(said.starts_with("HTTP/1.1 403"), "{host}: {said}");
        assert!(said.contains("--allow-host"), "{host}: {said}");
    }
    for host in ["localhost", "127.0.0.1:1", "[::1]:1", "acme.domo.com", "domock:3666"] {
        let (_, said) = of_host(&domo, host).await;
        assert!(said.starts_with("HTTP/1.1 200"), "{host}: {said}");
    }
}

async fn instances(domo: &Domock) -> usize {
    let all = client::send(domo.address(), ("GET", "/_domock/instances"), &[], "").await.unwrap();
    all.json().as_array().unwrap().len()
}

#[tokio::test]
async fn what_is_refused_or_comes_from_a_page_makes_no_instance() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    for number in 0..20 {
        let path = format!("/one{number}.domo.com/api/data/v3/datasources");
        let image = [("sec-fetch-site", "cross-site")];
        assert_eq!(send(&domo, ("GET", &path), &image).await.status, 403);
        let health = format!("/one{number}.domo.com/_domock/health");
        assert_eq!(send(&domo, ("GET", &health), &image).await.status, 403);
        let nowhere = format!("/two{number}.domo.com/no/such/route");
        assert_eq!(send(&domo, ("GET", &nowhere), &[]).await.status, 404);
        let (_, said) = of_host(&domo, &format!("three{number}.domo.com.evil.example")).await;
        assert!(said.starts_with("HTTP/1.1 403"), "{said}");
    }
    assert_eq!(instances(&domo).await, 1);
    let seen = send(&domo, ("GET", "/acme.domo.com/api/data/v3/datasources"), &[]).await;
    assert_eq!((seen.status.as_u16(), instances(&domo).await), (200, 2));
}

#[tokio::test]
async fn requests_that_strict_mode_refuses_make_no_instance() {
    let seed = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/auth/seed");
    let mut config = Config::for_tests().with_seed_dir(seed);
    config.answers.auth = domock::config::AuthArg::Strict;
    let domo = Domock::start(config).await.unwrap();
    let before = instances(&domo).await;
    for number in 0..20 {
        let path = format!("/one{number}.domo.com/api/data/v3/datasources");
        assert_eq!(send(&domo, ("GET", &path), &[]).await.status, 401);
    }
    assert_eq!(instances(&domo).await, before);
}
