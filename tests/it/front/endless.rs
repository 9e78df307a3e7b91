//! Clients that never come to an end. What they can take of the server is bounded.

use std::time::Duration;

use domock::{Config, Domock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::hostile::{goes_on, impatient};
use super::{connect, get, trusting, tunnel};

/// Sends a beginning and then a piece again and again, up to so many bytes, while the server takes them; how many it
/// took, and what it said.
async fn flood(domo: &Domock, beginning: &[u8], piece: &[u8], bytes: usize) -> (usize, String) {
    let (mut reader, mut writer) = connect(domo).await.into_split();
    let listening = async {
        let mut said = Vec::new();
        let _ = reader.read_to_end(&mut said).await;
        String::from_utf8_lossy(&said).into_owned()
    };
    let sending = async move {
        let mut taken = 0;
        let _ = writer.write_all(beginning).await;
        while taken < bytes && writer.write_all(piece).await.is_ok() {
            taken += piece.len();
        }
        taken
    };
    tokio::join!(sending, listening)
}

/// Sends a piece again and again, with pauses; whether the server gave the client up before it had all.
async fn trickle(domo: &Domock, beginning: &[u8], piece: &[u8], pieces: usize) -> bool {
    let mut socket = connect(domo).await;
    socket.write_all(beginning).await.unwrap();
    let mut answer = [0; 64];
    for _ in 0..pieces {
        if socket.write_all(piece).await.is_err() {
            return true;
        }
        let pause = tokio::time::timeout(Duration::from_millis(10), socket.read(&mut answer));
        if pause.await.is_ok() {
            return true;
        }
    }
    false
}

#[tokio::test]
async fn a_head_of_100_megabytes_is_refused_at_its_beginning() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let (many, long) = (b"x: 1\r\n".repeat(10_000), vec![b'a'; 64 << 10]);
    for (beginning, piece) in [("", &many), ("x: ", &long)] {
        let head = format!("GET /health HTTP/1.1\r\n{beginning}");
        let (taken, said) = flood(&domo, head.as_bytes(), piece, 100 << 20).await;
        // Buffers of the system hold a few more than the server reads.
        assert!(taken < 32 << 20, "{taken}");
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 431"), "{said}");
    }
    goes_on(&domo).await;
}

#[tokio::test]
async fn a_head_that_trickles_is_given_up() {
    let domo = Domock::start(impatient()).await.unwrap();
    assert!(trickle(&domo, b"GET /health HTTP/1.1\r\n", b"x: 1\r\n", 500).await);
    goes_on(&domo).await;
}

#[tokio::test]
async fn a_handshake_that_trickles_is_given_up() {
    let domo = Domock::start(impatient()).await.unwrap();
    assert!(trickle(&domo, b"\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03", b"\0", 500).await);
    goes_on(&domo).await;
}

#[tokio::test]
async fn a_body_without_end_is_refused_at_its_limit() {
    let mut config = Config::for_tests();
    config.limits.max_json_bytes = 1 << 20;
    let domo = Domock::start(config).await.unwrap();
    let head =
        b"POST /api/data/v2/datasources HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let (taken, said) = flood(&domo, head, chunk.as_bytes(), 100 << 20).await;
    assert!(taken < 32 << 20, "{taken}");
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 413"), "{said}");
    goes_on(&domo).await;
}

#[tokio::test]
async fn text_within_tls_that_is_not_encrypted_ends_its_own_connection_only() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    let tls = trusting(&domo, connect(&domo).await, "localhost").await.unwrap();
    let (mut socket, _) = tls.into_inner();
    socket.write_all(get("/health", "localhost").as_bytes()).await.unwrap();
    let mut said = Vec::new();
    let _ = socket.read_to_end(&mut said).await;
    assert!(!said.starts_with(b"HTTP"), "{said:?}");
    goes_on(&domo).await;
}

#[tokio::test]
async fn text_in_a_tunnel_that_is_neither_tls_nor_http_ends_its_own_connection_only() {
    let domo = Domock::start(Config::for_tests()).await.unwrap();
    for text in [&b"EHLO acme.domo.com\r\n\r\n"[..], b"\0\0\0\0\0\0\0\0", b"SSH-2.0-x\r\n\r\n"] {
        let mut inside = tunnel(&domo, "acme.domo.com:443").await.unwrap();
        inside.write_all(text).await.unwrap();
        let mut said = Vec::new();
        let _ = inside.read_to_end(&mut said).await;
        let said = String::from_utf8_lossy(&said);
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 400"), "{said}");
    }
    goes_on(&domo).await;
}
