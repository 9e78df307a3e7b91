//! The binary: flags, log, server, signals.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use domock::Domock;
use domock::config::{self, Cli, Command};
use tokio::signal::unix::{SignalKind, signal};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let started = Instant::now();
    let cli = Cli::parse();
    match run(&cli, started) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("domock: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(cli: &Cli, started: Instant) -> anyhow::Result<ExitCode> {
    if let Some(Command::Health(server)) = &cli.command {
        return Ok(domock::health::ask(server).await);
    }
    domock::log::start(&cli.log)?;
    for name in config::unknown_variables() {
        tracing::warn!("{name} is set, and no flag has it: see domock --help");
    }
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let domo = Domock::start(cli.config.clone()).await?;
    let filled = match domo.dataset_count() {
        0 => {
            "; it has no datasets: create them through the API, or start it with --seed-dir FOLDER"
        }
        _ => "",
    };
    // Whoever started it may have closed stdout.
    let _ = writeln!(
        io::stdout(),
        "domock ready {} in {} ms{filled}",
        domo.url(),
        started.elapsed().as_millis()
    );
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
    tokio::select! {
        () = domo.shut_down() => Ok(ExitCode::SUCCESS),
        // Asked a second time, it does not wait for anybody.
        _ = interrupt.recv() => Ok(ExitCode::FAILURE),
        _ = terminate.recv() => Ok(ExitCode::FAILURE),
    }
}
