//! The load generator of `benches/run`; without arguments it prints its usage.

mod bare;
mod data;
mod http;
mod start;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "\
load data orders|flights ROWS SEED        a CSV without a header line, to stdout
load bare PORT BODY [NAME:VALUE]...       answers every GET with the bytes of the file BODY under these headers
load http PORT PLAN CONNECTIONS SECONDS [REQUESTS]
                                          asks 127.0.0.1:PORT what the file PLAN says, prints figures as JSON
load start PORT PATH COMMAND [ARG]...     starts a server and prints the ms until PATH was answered";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["data", table, rows, seed] => data::write(table, number(rows), number(seed)),
        ["bare", port, body, headers @ ..] => bare::serve(number(port) as u16, body, headers),
        ["http", port, plan, connections, seconds, rest @ ..] => http::run(&http::Run {
            port: number(port) as u16,
            plan: (*plan).to_owned(),
            connections: number(connections) as usize,
            seconds: number(seconds),
            requests_max: rest.first().map_or(u64::MAX, |it| number(it)),
        }),
        ["start", port, path, command @ ..] if !command.is_empty() => {
            start::measure(number(port) as u16, path, command)
        }
        _ => Err(std::io::Error::other(USAGE)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_else(|_| {
        eprintln!("'{text}' is no whole number\n{USAGE}");
        std::process::exit(2)
    })
}
