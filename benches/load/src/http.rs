//! Sends requests over persistent connections, sequentially on each, and measures their latency.

use std::cell::RefCell;
use std::io::{Error, Result};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub struct Run {
    pub port: u16,
    pub plan: String,
    pub connections: usize,
    pub seconds: u64,
    pub requests_max: u64,
}

/// The plan is a list of clients, each with a list of requests. Connection n repeats those of client n, modulo their number.
#[derive(Deserialize)]
struct Request {
    method: String,
    path: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// `{n}` is replaced by a number that is unique in the run.
    #[serde(default)]
    body: String,
}

#[derive(Default)]
struct Tally {
    sent: u64,
    nanos: Vec<u64>,
    bytes: u64,
    not_200: u64,
}

pub fn run(run: &Run) -> Result<()> {
    let plan: Vec<Vec<Request>> = serde_json::from_slice(&std::fs::read(&run.plan)?)?;
    let tally = Rc::new(RefCell::new(Tally::default()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = tokio::task::LocalSet::new();
    let plan = Rc::new(plan);
    let took = local.block_on(&runtime, async {
        let mut streams = Vec::new();
        for _ in 0..run.connections {
            streams.push(connected(run.port).await?);
        }
        let began = Instant::now();
        let until = began + Duration::from_secs(run.seconds);
        let clients: Vec<_> = streams
            .into_iter()
            .enumerate()
            .map(|(client, stream)| {
                let (plan, tally) = (Rc::clone(&plan), Rc::clone(&tally));
                let (port, max) = (run.port, run.requests_max);
                tokio::task::spawn_local(async move {
                    repeat(stream, (port, &plan[client % plan.len()]), &tally, until, max).await
                })
            })
            .collect();
        let patience = Duration::from_secs(run.seconds + 30);
        for client in clients {
            let ended = tokio::time::timeout(patience, client).await;
            ended.map_err(|_| Error::other("an answer never came"))?.map_err(Error::other)??;
        }
        Ok::<_, Error>(began.elapsed())
    })?;
    print(&mut tally.borrow_mut(), took);
    Ok(())
}

async fn repeat(
    mut stream: TcpStream,
    (port, requests): (u16, &[Request]),
    tally: &RefCell<Tally>,
    until: Instant,
    max: u64,
) -> Result<()> {
    let heads: Vec<String> = requests.iter().map(head).collect();
    let (mut text, mut answer) = (Vec::new(), Vec::new());
    for (request, head) in requests.iter().zip(&heads).cycle() {
        let number = tally.borrow().sent;
        if number >= max || Instant::now() >= until {
            break;
        }
        tally.borrow_mut().sent += 1;
        write(request, head, number, &mut text);
        let began = Instant::now();
        stream.write_all(&text).await?;
        answer.clear();
        let is_200 = read(&mut stream, &mut answer).await?;
        if is_last(&answer) {
            stream = connected(port).await?;
        }
        let nanos = began.elapsed().as_nanos() as u64;
        let mut tally = tally.borrow_mut();
        tally.nanos.push(nanos);
        tally.bytes += answer.len() as u64;
        if !is_200 {
            if tally.not_200 == 0 {
                eprintln!("{}", String::from_utf8_lossy(&answer[..answer.len().min(600)]));
            }
            tally.not_200 += 1;
        }
    }
    Ok(())
}

fn head(request: &Request) -> String {
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.path);
    if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        head.push_str("Host: 127.0.0.1\r\n");
    }
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head
}

fn write(request: &Request, head: &str, number: u64, text: &mut Vec<u8>) {
    text.clear();
    text.extend_from_slice(head.as_bytes());
    if request.body.is_empty() {
        text.extend_from_slice(b"\r\n");
    } else {
        let body = request.body.replace("{n}", &number.to_string());
        text.extend_from_slice(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }
}

async fn connected(port: u16) -> Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Whether the server closes the connection after this response.
fn is_last(answer: &[u8]) -> bool {
    let head_end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap_or(answer.len());
    let head = &answer[..head_end];
    head.starts_with(b"HTTP/1.0")
        || head.windows(17).any(|it| it.eq_ignore_ascii_case(b"connection: close"))
}

/// Reads one response, delimited by `Content-Length` or by chunks.
async fn read(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<bool> {
    let mut end = None;
    while end.is_none_or(|it| answer.len() < it) {
        answer.reserve(64 << 10);
        if stream.read_buf(answer).await? == 0 {
            return Err(Error::other("the server closed the connection"));
        }
        if end.is_none() {
            end = end_of(answer)?;
        }
    }
    Ok(answer.get(9..12) == Some(b"200"))
}

fn end_of(answer: &[u8]) -> Result<Option<usize>> {
    let Some(head_end) = answer.windows(4).position(|it| it == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&answer[..head_end]).to_ascii_lowercase();
    for line in head.lines() {
        if let Some(length) = line.strip_prefix("content-length:") {
            let length: usize = length.trim().parse().map_err(Error::other)?;
            return Ok(Some(head_end + 4 + length));
        }
    }
    Ok(answer.ends_with(b"\r\n0\r\n\r\n").then_some(answer.len()))
}

fn print(tally: &mut Tally, took: Duration) {
    tally.nanos.sort_unstable();
    let at = |share: f64| {
        let last = tally.nanos.len().saturating_sub(1);
        tally.nanos.get((last as f64 * share) as usize).copied().unwrap_or(0) as f64 / 1e6
    };
    let seconds = took.as_secs_f64();
    println!(
        "{}",
        serde_json::json!({
            "requests": tally.nanos.len(),
            "not_200": tally.not_200,
            "seconds": seconds,
            "per_second": tally.nanos.len() as f64 / seconds,
            "bytes": tally.bytes,
            "p50_ms": at(0.5), "p90_ms": at(0.9), "p99_ms": at(0.99),
            "min_ms": at(0.0), "max_ms": at(1.0),
        })
    );
}
