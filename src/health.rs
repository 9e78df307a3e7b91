//! `domock health`: a health check for images that contain no HTTP client.

use std::net::{IpAddr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::config::{HealthArgs, port_or_default};

const PATIENCE: Duration = Duration::from_secs(2);

/// Asks the server for its health and prints the answer. Exit code 0 if the status is 200, else 1.
pub async fn ask(args: &HealthArgs) -> ExitCode {
    let answer = tokio::time::timeout(PATIENCE, answer(args)).await;
    match answer {
        Ok(Ok(text)) if text.starts_with("HTTP/1.1 200 ") => {
            println!("{}", text.split_once("\r\n\r\n").map_or("", |(_, body)| body));
            ExitCode::SUCCESS
        }
        Ok(Ok(text)) => complain(text.lines().next().unwrap_or("an empty answer")),
        Ok(Err(error)) => complain(&format!("{error:#}")),
        Err(_) => complain(&format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

async fn answer(args: &HealthArgs) -> anyhow::Result<String> {
    // 0.0.0.0 is an address to listen at, not one to connect to.
    let host = if args.host.is_unspecified() { IpAddr::from([127, 0, 0, 1]) } else { args.host };
    let mut socket = TcpStream::connect(SocketAddr::new(host, port_or_default(args.port)?)).await?;
    let request =
        format!("GET /_domock/health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await?;
    let mut text = String::new();
    socket.take(64 << 10).read_to_string(&mut text).await?;
    Ok(text)
}

fn complain(problem: &str) -> ExitCode {
    eprintln!("domock: not healthy: {problem}");
    ExitCode::FAILURE
}
