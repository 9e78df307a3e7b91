//! Clients that stall, lie or flood. The server goes on for the others.

use domock::{Config, Domock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{ask, connect, get};

/// Sends the beginning of something and waits for the server to give it up; what it said until then.
async fn stall(domo: &Domock, beginning: &[u8]) -> String {
    let mut socket = connect(domo).await;
    socket.write_all(beginning).await.unwrap();
    let mut said = Vec::new();
    let _ = socket.read_to_end(&mut said).await;
    String::from_utf8_lossy(&said).into_owned()
}

pub(super) fn impatient() -> Config {
    let mut config = Config::for_tests();
    config.limits.max_head_ms = 50;
    config.limits.max_body_pause_ms = 50;
    config
}

pub(super) async fn goes_on(domo: &Domock) {
    assert_eq!(ask(connect(domo).await, &get("/health", "localhost")).await.0, 200);
}

#[tokio::test]
async fn whoever_says_nothing_is_given_up() {
    let domo = Domock::start(impatient()).await.unwrap();
    assert_eq!(stall(&domo, b"").await, "");
    goes_on(&domo).await;
}

#[tokio::test]
async fn a_handshake_that_stops_is_given_up() {
    let domo = Domock::start(impatient()).await.unwrap();
    stall(&domo, b"\x16").await;
    // A record of 512 bytes is announced, and one is sent.
    stall(&domo, b"\x16\x03\x01\x02\x00\x01").await;
    goes_on(&domo).await;
}

#[tokio::test]
async fn nonsense_that_begins_as_tls_does_ends_its_own_connection_only() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    stall(&domo, &[0x16; 4096]).await;
    stall(&domo, b"\x16GET / HTTP/1.1\r\n\r\n").await;
    stall(&domo, &[0xff; 4096]).await;
    goes_on(&domo).await;
}

#[tokio::test]
async fn a_head_that_stops_is_given_up() {
    let domo = Domock::start(impatient()).await.unwrap();
    stall(&domo, b"GET /health HTTP/1.1\r\nHost: loc").await;
    goes_on(&domo).await;
}

#[tokio::test]
async fn a_body_that_stops_is_refused() {
    let domo = Domock::start(impatient()).await.unwrap();
    let head = b"POST /api/data/v2/datasources HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{";
    let said = stall(&domo, head).await;
    assert!(said.starts_with("HTTP/1.1 408 Request Timeout"), "{said}");
    assert!(said.contains(r#""status":408"#), "{said}");
    goes_on(&domo).await;
}

#[tokio::test]
async fn a_tunnel_that_stays_silent_is_given_up() {
    let domo = Domock::start(impatient()).await.unwrap();
    let said = stall(&domo, b"CONNECT acme.domo.com:443 HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    goes_on(&domo).await;
}

#[tokio::test]
async fn a_huge_head_is_refused() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let long = "a".repeat(1 << 20);
    let said = stall(&domo, format!("GET /health HTTP/1.1\r\nX: {long}\r\n\r\n").as_bytes()).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 431"), "{said}");
    let many = "x: 1\r\n".repeat(1000);
    let said = stall(&domo, format!("GET /health HTTP/1.1\r\n{many}\r\n").as_bytes()).await;
    assert!(said.starts_with("HTTP/1.1 431"), "{said}");
    goes_on(&domo).await;
}

#[tokio::test]
async fn idle_connections_do_not_keep_others_out_for_longer_than_they_may_idle() {
    let mut config = impatient();
    config.limits.max_connections = 8;
    let domo = Domock::start(config).await.unwrap();
    let mut idle = Vec::new();
    for _ in 0..32 {
        idle.push(connect(&domo).await);
    }
    goes_on(&domo).await;
    drop(idle);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_those_who_say_nothing() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let silent = connect(&domo).await;
    let mut half = connect(&domo).await;
    half.write_all(b"\x16\x03\x01").await.unwrap();
    goes_on(&domo).await;
    let stopped = tokio::time::timeout(std::time::Duration::from_secs(5), domo.shut_down()).await;
    assert!(stopped.is_ok());
    drop((silent, half));
}
