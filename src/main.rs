//! The binary: flags, log, server, signals.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use domock::Domock;
use domock::config::{self, Cli, Command, LogConfig, LogFormat};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

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
    start_log(&cli.log)?;
    for name in config::unknown_variables() {
        tracing::warn!("{name} is set, and no flag has it: see domock --help");
    }
    let (mut interrupt, mut terminate) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let domo = Domock::start(cli.config.clone()).await?;
    println!("domock ready {} in {} ms", domo.url(), started.elapsed().as_millis());
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
    domo.shut_down().await;
    Ok(ExitCode::SUCCESS)
}

fn start_log(log: &LogConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.log)
        .map_err(|it| anyhow::anyhow!("--log '{}' is no filter: {it}", log.log))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    match log.log_format {
        LogFormat::Json => builder.json().init(),
        LogFormat::Text => builder.init(),
    }
    Ok(())
}
