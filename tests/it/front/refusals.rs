//! A refusal reaches a client who is still writing, and a client who does not go on holds nothing up.

use std::time::{Duration, Instant};

use domock::{Config, Domock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::connect;
use super::hostile::goes_on;
use crate::support::Mock;

const NOWHERE: &str = "/api/data/v3/datasources/0a9a2a6c-0000-4000-8000-000000000000";

/// Writes all of a request before it reads anything, as Node's fetch and Python's http.client do.
async fn said(socket: &mut TcpStream, request: &[u8]) -> String {
    socket.write_all(request).await.expect("the server reads all that is written");
    let mut said = Vec::new();
    let mut piece = [0; 4096];
    while !said.ends_with(b"}") {
        match socket.read(&mut piece).await.expect("the answer is not lost") {
            0 => break,
            count => said.extend_from_slice(&piece[..count]),
        }
    }
    String::from_utf8(said).unwrap()
}

fn put(path: &str, length: usize) -> Vec<u8> {
    let head = format!("PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
    let mut request = head.into_bytes();
    request.resize(request.len() + length, b'1');
    request
}

#[tokio::test]
async fn the_refusal_of_a_large_body_arrives_and_the_connection_stays() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let mut socket = connect(&domo).await;
    for bytes in [2 << 20, 20 << 20] {
        let said = said(&mut socket, &put(&format!("{NOWHERE}/uploads/1/parts/1"), bytes)).await;
        assert!(said.starts_with("HTTP/1.1 404"), "{said}");
    }
    // JSON bodies have a limit of 8 MB.
    let said = said(&mut socket, &put(&format!("{NOWHERE}/uploads/1/commit"), 9 << 20)).await;
    assert!(said.starts_with("HTTP/1.1 413") || said.starts_with("HTTP/1.1 404"), "{said}");
}

#[tokio::test]
async fn the_refusal_of_a_body_beyond_all_bounds_arrives_before_the_connection_closes() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let (mut reader, mut writer) = connect(&domo).await.into_split();
    let request = put(&format!("{NOWHERE}/uploads/1/parts/1"), 100 << 20);
    // A client of this size reads while it writes, and stops to write once it is refused.
    let reading = async {
        let mut said = String::new();
        let _ = reader.read_to_string(&mut said).await;
        said
    };
    let (_, said) = tokio::join!(writer.write_all(&request), reading);
    assert!(said.starts_with("HTTP/1.1 404"), "{said}");
    assert!(said.to_lowercase().contains("connection: close"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_pause_hold_no_thread_and_no_other_upload_up() {
    let mock = Mock::start(Config::for_tests(), &[("n", "LONG")]).await;
    let upload = mock.start_upload().await;
    let mut paused = Vec::new();
    for part in 0..600 {
        let path = mock.path(&format!("/uploads/{upload}/parts/{part}"));
        let mut socket = TcpStream::connect(mock.address()).await.unwrap();
        let head = format!("PUT {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n1\n2\n");
        socket.write_all(head.as_bytes()).await.unwrap();
        paused.push(socket);
    }
    let began = Instant::now();
    mock.upload("1\n2\n3\n", serde_json::json!({})).await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    #[cfg(target_os = "linux")]
    {
        let threads = std::fs::read_dir("/proc/self/task").unwrap().count();
        assert!(threads < 300, "{threads} threads");
    }
    drop(paused);
    goes_on(&mock.domo).await;
}

#[tokio::test]
async fn an_answer_that_is_not_read_is_given_up() {
    let mut config = Config::for_tests();
    config.limits.max_body_pause_ms = 200;
    config.limits.max_query_ms = 2_000;
    let mock = Mock::start(config, &[("s", "STRING")]).await;
    let line = format!("{}\n", "x".repeat(1_000));
    mock.upload(&line.repeat(50_000), serde_json::json!({})).await;
    let body = r#"{"sql":"SELECT * FROM t"}"#;
    let request = format!(
        "POST /api/query/v1/execute/{} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
        mock.dataset,
        body.len()
    );
    let mut sockets = Vec::new();
    for _ in 0..8 {
        let mut socket = TcpStream::connect(mock.address()).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        sockets.push(socket);
    }
    let began = Instant::now();
    assert_eq!(mock.rows("SELECT COUNT(*) FROM t").await, serde_json::json!([[50_000]]));
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    tokio::time::timeout(Duration::from_secs(3), std::future::pending::<()>()).await.ok();
    // But for the short answer, which is kept.
    assert!(mock.domo.instance().engine().budgets().answers.used() < 1_000);
}
