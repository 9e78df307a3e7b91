//! Domock inside a test: `cargo run --example in_a_test`.
//!
//! The client under test can be any HTTP client. This one is a few lines over a socket, so that the example needs no dependency.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use domock::{Config, Domock};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let domo = Domock::start(Config::for_tests().with_seed_dir("seed-data")).await?;
    println!("Domo is at {}", domo.url());

    let address = domo.address();
    let answer = tokio::task::spawn_blocking(move || {
        let sql = r#"{"sql": "SELECT name FROM airlines WHERE carrier = 'UA'"}"#;
        post(address, "/api/query/v1/execute/1a000000-0000-4000-8000-000000000001", sql)
    })
    .await??;
    println!("{answer}");
    assert!(answer.ends_with(r#"[{"name":"United Air Lines Inc."}]"#), "the seed's rows are there");

    domo.reset();
    Ok(())
}

fn post(address: SocketAddr, path: &str, body: &str) -> std::io::Result<String> {
    let mut socket = TcpStream::connect(address)?;
    let length = body.len();
    write!(
        socket,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer)?;
    Ok(answer)
}
