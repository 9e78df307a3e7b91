//! How Domock is reached: TLS beside plain HTTP, instances by name, as a proxy.

use std::io;
use std::sync::Arc;

use domock::{Config, Domock};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

mod endless;
mod hostile;
mod refusals;

/// The status and the body of the answer to a request that closes its connection.
pub(super) async fn ask(
    mut io: impl AsyncRead + AsyncWrite + Unpin,
    request: &str,
) -> (u16, Value) {
    io.write_all(request.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    // A server that refuses may not have read all of the request, and the system then cuts the connection.
    let _ = io.read_to_end(&mut text).await;
    let text = String::from_utf8(text).unwrap();
    let status = text.split(' ').nth(1).unwrap_or_default().parse().unwrap_or(0);
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, serde_json::from_str(body).unwrap_or_else(|_| json!(body)))
}

pub(super) fn get(path: &str, host: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
}

fn create(path: &str, host: &str) -> String {
    let body = json!({ "dataSourceName": "new", "schema": { "columns": [] } }).to_string();
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

const CREATE: &str = "/api/data/v2/datasources";

pub(super) async fn connect(domo: &Domock) -> TcpStream {
    TcpStream::connect(domo.address()).await.unwrap()
}

async fn datasets_of(domo: &Domock, host: &str) -> u64 {
    let (_, health) = ask(connect(domo).await, &get("/_domock/health", host)).await;
    health["datasets"].as_u64().unwrap()
}

pub(super) async fn trusting(
    domo: &Domock,
    io: impl AsyncRead + AsyncWrite + Unpin,
    name: &str,
) -> io::Result<TlsStream<impl AsyncRead + AsyncWrite + Unpin>> {
    let (_, pem) = ask(connect(domo).await, &get("/_domock/ca.pem", "localhost")).await;
    let authority = CertificateDer::from_pem_slice(pem.as_str().unwrap().as_bytes()).unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, io).await
}

#[tokio::test]
async fn http_and_https_share_a_port() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    assert_eq!(ask(connect(&domo).await, &get("/health", "localhost")).await.0, 200);
    for name in ["localhost", "127.0.0.1", "::1", "acme.domo.com", "api.domo.com"] {
        let tls = trusting(&domo, connect(&domo).await, name).await.unwrap();
        assert_eq!(ask(tls, &get("/health", name)).await.0, 200, "{name}");
    }
    assert!(trusting(&domo, connect(&domo).await, "evil.example").await.is_err());
}

#[tokio::test]
async fn a_server_is_certified_for_the_names_it_is_given() {
    let mut config = Config::for_tests();
    config.tls.tls_names = vec!["domo.test".to_owned(), "10.0.0.7".to_owned()];
    let domo = Domock::start(config).await.unwrap();
    for name in ["domo.test", "10.0.0.7"] {
        assert!(trusting(&domo, connect(&domo).await, name).await.is_ok(), "{name}");
    }
}

#[tokio::test]
async fn an_instance_is_named_by_host_by_path_and_by_proxy() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let path = format!("/acme.domo.com{CREATE}");
    assert_eq!(ask(connect(&domo).await, &create(&path, "localhost")).await.0, 200);
    assert_eq!(ask(connect(&domo).await, &create(CREATE, "ACME.domo.com:80")).await.0, 200);
    let absolute = format!("https://acme.domo.com{CREATE}");
    assert_eq!(ask(connect(&domo).await, &create(&absolute, "x")).await.0, 200);
    assert_eq!(datasets_of(&domo, "acme.domo.com").await, 3);
    assert_eq!(datasets_of(&domo, "beta.domo.com").await, 0);
    assert_eq!(datasets_of(&domo, "localhost").await, 0);
    assert_eq!(datasets_of(&domo, "api.domo.com").await, 0);
    assert_eq!(domo.instances().find("acme").unwrap().dataset_count(), 3);
}

#[tokio::test]
async fn a_reset_is_of_one_instance_or_of_all() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let reset = |query: &str| {
        format!(
            "POST /_domock/reset{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        )
    };
    for host in ["acme.domo.com", "beta.domo.com", "localhost"] {
        assert_eq!(ask(connect(&domo).await, &create(CREATE, host)).await.0, 200);
    }
    ask(connect(&domo).await, &reset("?instance=acme")).await;
    assert_eq!(datasets_of(&domo, "acme.domo.com").await, 0);
    assert_eq!(datasets_of(&domo, "beta.domo.com").await, 1);
    assert_eq!(datasets_of(&domo, "localhost").await, 1);
    ask(connect(&domo).await, &reset("?instance=*")).await;
    assert_eq!(datasets_of(&domo, "beta.domo.com").await, 0);
    assert_eq!(datasets_of(&domo, "localhost").await, 0);
}

#[tokio::test]
async fn instances_are_listed_deleted_and_bounded() {
    let mut config = Config::for_tests();
    config.limits.max_instances = 1;
    let domo = Domock::start(config).await.unwrap();
    ask(connect(&domo).await, &create(CREATE, "acme.domo.com")).await;
    let (status, refusal) = ask(connect(&domo).await, &get("/health", "beta.domo.com")).await;
    assert_eq!(status, 507);
    assert!(refusal["message"].as_str().unwrap().contains("--max-instances"), "{refusal}");
    let (_, listed) = ask(connect(&domo).await, &get("/_domock/instances", "localhost")).await;
    let expected = json!([{ "name": "default", "datasets": 0 }, { "name": "acme", "datasets": 1 }]);
    assert_eq!(listed, expected);
    let delete = get("/_domock/instances/acme", "localhost").replace("GET", "DELETE");
    assert_eq!(ask(connect(&domo).await, &delete).await.0, 204);
    assert_eq!(ask(connect(&domo).await, &delete).await.0, 404);
    assert_eq!(ask(connect(&domo).await, &get("/health", "beta.domo.com")).await.0, 200);
    let (status, refusal) = ask(connect(&domo).await, &get("/health", "a_b.domo.com")).await;
    assert_eq!(status, 400, "{refusal}");
}

/// What comes out of a tunnel to the host, once it is open.
pub(super) async fn tunnel(domo: &Domock, host: &str) -> Result<TcpStream, (u16, Value)> {
    let mut socket = connect(domo).await;
    let request = format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    if head.starts_with(b"HTTP/1.1 200 ") {
        return Ok(socket);
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.split_once("content-length: ").unwrap().1.split("\r\n").next().unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    socket.read_exact(&mut body).await.unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Err((status, serde_json::from_slice(&body).unwrap()))
}

#[tokio::test]
async fn a_tunnel_leads_to_the_instance_of_its_host() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let inside = tunnel(&domo, "acme.domo.com:443").await.unwrap();
    let tls = trusting(&domo, inside, "acme.domo.com").await.unwrap();
    assert_eq!(ask(tls, &create(CREATE, "acme.domo.com")).await.0, 200);
    let plain = tunnel(&domo, "acme.domo.com:80").await.unwrap();
    assert_eq!(ask(plain, &create(CREATE, "whatever")).await.0, 200);
    assert_eq!(datasets_of(&domo, "acme.domo.com").await, 2);
}

#[tokio::test]
async fn nothing_is_passed_on() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    for host in ["evil.example:443", "127.0.0.1:22", "169.254.169.254:80", "domo.com.evil:443"] {
        let (status, refusal) = tunnel(&domo, host).await.unwrap_err();
        assert_eq!(status, 403, "{host}");
        let message = refusal["message"].as_str().unwrap();
        assert!(message.contains("forwards nothing to other hosts"), "{message}");
        let absolute = get(&format!("http://{host}/"), "acme.domo.com");
        assert_eq!(ask(connect(&domo).await, &absolute).await.0, 403, "{host}");
    }
    let inside = tunnel(&domo, "acme.domo.com:80").await.unwrap();
    let nested = "CONNECT beta.domo.com:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assert_eq!(ask(inside, nested).await.0, 400);
}

#[tokio::test]
async fn a_folder_of_the_seed_that_is_named_for_an_instance_is_its_seed() {
    let folder = std::env::temp_dir().join(format!("domock-seeds-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("acme.domo.com")).unwrap();
    std::fs::write(folder.join("acme.domo.com/one.csv"), "a\n1\n").unwrap();
    std::fs::write(folder.join("acme.domo.com/two.csv"), "a\n1\n").unwrap();
    std::fs::write(folder.join("usual.csv"), "a\n1\n").unwrap();
    let domo = Domock::start(Config::for_tests().with_seed_dir(&folder)).await.unwrap();
    assert_eq!(datasets_of(&domo, "acme.domo.com").await, 2);
    assert_eq!(datasets_of(&domo, "beta.domo.com").await, 1);
    std::fs::remove_dir_all(folder).unwrap();
}
