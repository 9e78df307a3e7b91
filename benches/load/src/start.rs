//! Time from the start of a process to its first response.

use std::io::{Read, Result, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_micros(200);

pub fn measure(port: u16, path: &str, command: &[&str]) -> Result<()> {
    let began = Instant::now();
    let mut server = Command::new(command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let mut outcome = Err(std::io::Error::other("it never answered"));
    while began.elapsed() < PATIENCE {
        if let Ok(true) = is_answered(port, path) {
            outcome = Ok(began.elapsed());
            break;
        }
        if let Some(status) = server.try_wait()? {
            outcome = Err(std::io::Error::other(format!("it ended with {status}")));
            break;
        }
        std::thread::sleep(PAUSE);
    }
    server.kill().ok();
    server.wait()?;
    println!("{:.3}", outcome?.as_secs_f64() * 1000.0);
    Ok(())
}

fn is_answered(port: u16, path: &str) -> Result<bool> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer.starts_with(b"HTTP/1."))
}
