//! Command-line flags and environment variables; `domock --help` is their manual. Flags override variables, which override defaults.

mod limits;
mod tls;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::Timestamp;
use crate::domain::instance::Auth;
use crate::engine::{SqlMode, StringCompare};
use crate::wire::queries::DefaultShape;
use crate::wire::routes::Evidence;

pub use limits::LimitConfig;
pub use tls::TlsConfig;

/// A local Domo for tests: the Datasets API with real state, real CSV uploads and real SQL.
///
/// Starts a server, loads the seed, and prints one line to stdout when it is ready. Logs go to stderr.
#[derive(Clone, Debug, Parser)]
#[command(name = "domock", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub config: Config,
    #[command(flatten)]
    pub log: LogConfig,
}

#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Asks a running server for its health; exits with 0 if it is healthy, else with 1
    Health(HealthArgs),
}

/// The server to ask. The defaults and variables are those of the server itself.
#[derive(Clone, Debug, Args)]
pub struct HealthArgs {
    /// Port of the server
    #[arg(long, env = "DOMOCK_PORT")]
    pub port: Option<u16>,
    /// Address of the server
    #[arg(long, env = "DOMOCK_HOST", default_value = "127.0.0.1", value_parser = parse_host)]
    pub host: IpAddr,
}

/// The configuration of a server.
#[derive(Clone, Debug, Args)]
pub struct Config {
    #[command(flatten)]
    pub listen: ListenConfig,
    #[command(flatten)]
    pub tls: TlsConfig,
    #[command(flatten)]
    pub seed: SeedConfig,
    #[command(flatten)]
    pub time: TimeConfig,
    #[command(flatten)]
    pub answers: AnswerConfig,
    #[command(flatten)]
    pub limits: LimitConfig,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Listening")]
pub struct ListenConfig {
    /// Address to listen on; 0.0.0.0 accepts connections from other machines
    #[arg(long, env = "DOMOCK_HOST", default_value = "127.0.0.1", value_parser = parse_host)]
    pub host: IpAddr,
    /// Port to listen on; 0 picks a free one [default: the variable PORT, else 3666]
    #[arg(long, env = "DOMOCK_PORT")]
    pub port: Option<u16>,
    /// Origin whose pages may change something, such as http://localhost:5173; others may not
    #[arg(
        long = "allow-origin",
        env = "DOMOCK_ALLOW_ORIGINS",
        value_delimiter = ',',
        value_name = "ORIGIN"
    )]
    pub allow_origins: Vec<String>,
    /// Host name to be served besides Domo's, localhost, addresses, and names without a dot
    #[arg(
        long = "allow-host",
        env = "DOMOCK_ALLOW_HOSTS",
        value_delimiter = ',',
        value_name = "HOST"
    )]
    pub allow_hosts: Vec<String>,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Seed")]
pub struct SeedConfig {
    /// Folder with the seed, the initial datasets [default: /seed, else ./seed-data, if it exists]
    #[arg(long, env = "DOMOCK_SEED_DIR", value_name = "DIR")]
    pub seed_dir: Option<PathBuf>,
    /// Start without datasets, even if a default seed folder exists
    #[arg(long, env = "DOMOCK_EMPTY", conflicts_with = "seed_dir")]
    pub empty: bool,
    /// Read seed files outside of the seed's folder too, where `..`, an absolute path or a link leads there
    #[arg(long, env = "DOMOCK_SEED_OUTSIDE")]
    pub seed_outside: bool,
    /// Seed of the generated ids: the same number gives the same ids. Without it, tokens of logins are random
    /// [default: 3666]
    #[arg(long, env = "DOMOCK_ID_SEED", value_name = "N")]
    pub id_seed: Option<u64>,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Time")]
pub struct TimeConfig {
    /// Start with the clock stopped at this time (RFC 3339)
    #[arg(long, env = "DOMOCK_FROZEN_AT", value_name = "TIME", value_parser = parse_time)]
    pub frozen_at: Option<Timestamp>,
    /// Milliseconds that an index job takes, by the instance's clock
    #[arg(long, env = "DOMOCK_INDEX_MS", default_value_t = 0, value_name = "MS")]
    pub index_ms: u32,
    /// Milliseconds that a connector's execution takes, by the instance's clock
    #[arg(long, env = "DOMOCK_EXECUTION_MS", default_value_t = 0, value_name = "MS")]
    pub execution_ms: u32,
    /// Time zone of NOW() and similar functions: UTC, or an offset such as +02:00
    #[arg(long, env = "DOMOCK_TIME_ZONE", default_value = "UTC", value_name = "ZONE", value_parser = parse_zone)]
    pub time_zone: UtcOffset,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Answers")]
pub struct AnswerConfig {
    /// Shape of query results for requests that do not ask for one
    #[arg(
        long,
        env = "DOMOCK_DEFAULT_SHAPE",
        value_enum,
        default_value = "auto",
        value_name = "SHAPE"
    )]
    pub default_shape: DefaultShape,
    /// SQL to accept: only what Domo is known to accept, or everything that DataFusion can run
    #[arg(long, env = "DOMOCK_SQL", value_enum, default_value = "strict", value_name = "MODE")]
    pub sql: SqlModeArg,
    /// Whether string comparison is case-sensitive (no source says what Domo does)
    #[arg(
        long,
        env = "DOMOCK_STRING_COMPARE",
        value_enum,
        default_value = "sensitive",
        value_name = "HOW"
    )]
    pub string_compare: StringCompareArg,
    /// Answer 501 on routes whose evidence is weaker than this
    #[arg(
        long,
        env = "DOMOCK_REQUIRE_EVIDENCE",
        value_enum,
        default_value = "inferred",
        value_name = "GRADE"
    )]
    pub require_evidence: Evidence,
    /// any: ignore credentials and run as the administrator; strict: require credentials from the seed's users.toml
    #[arg(long, env = "DOMOCK_AUTH", value_enum, default_value = "any", value_name = "WHO")]
    pub auth: AuthArg,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Logging")]
pub struct LogConfig {
    /// Format of the log on stderr
    #[arg(
        long,
        env = "DOMOCK_LOG_FORMAT",
        value_enum,
        default_value = "text",
        value_name = "FORMAT"
    )]
    pub log_format: LogFormat,
    /// Log filter: a level, or directives such as domock=debug,tower_http=warn
    #[arg(long, env = "DOMOCK_LOG", default_value = "info", value_name = "FILTER")]
    pub log: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SqlModeArg {
    Strict,
    Lenient,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuthArg {
    Any,
    Strict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StringCompareArg {
    Sensitive,
    Insensitive,
}

/// A time zone without daylight saving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UtcOffset {
    /// Minutes east of UTC.
    pub minutes: i32,
}

impl From<SqlModeArg> for SqlMode {
    fn from(arg: SqlModeArg) -> Self {
        match arg {
            SqlModeArg::Strict => Self::Strict,
            SqlModeArg::Lenient => Self::Lenient,
        }
    }
}

impl From<AuthArg> for Auth {
    fn from(arg: AuthArg) -> Self {
        match arg {
            AuthArg::Any => Self::Any,
            AuthArg::Strict => Self::Strict,
        }
    }
}

impl From<StringCompareArg> for StringCompare {
    fn from(arg: StringCompareArg) -> Self {
        match arg {
            StringCompareArg::Sensitive => Self::Sensitive,
            StringCompareArg::Insensitive => Self::Insensitive,
        }
    }
}

impl Config {
    /// The default flags with a free port of 127.0.0.1 and no seed. Environment variables are ignored.
    pub fn for_tests() -> Self {
        Self {
            listen: ListenConfig {
                host: IpAddr::V4(Ipv4Addr::LOCALHOST),
                port: Some(0),
                allow_origins: Vec::new(),
                allow_hosts: Vec::new(),
            },
            tls: TlsConfig::default(),
            seed: SeedConfig {
                seed_dir: None,
                empty: true,
                seed_outside: false,
                id_seed: Some(3666),
            },
            time: TimeConfig {
                frozen_at: None,
                index_ms: 0,
                execution_ms: 0,
                time_zone: UtcOffset { minutes: 0 },
            },
            answers: AnswerConfig {
                default_shape: DefaultShape::Auto,
                sql: SqlModeArg::Strict,
                string_compare: StringCompareArg::Sensitive,
                require_evidence: Evidence::Inferred,
                auth: AuthArg::Any,
            },
            limits: LimitConfig::default(),
        }
    }

    /// The same configuration with the seed in this folder.
    #[must_use]
    pub fn with_seed_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.seed.seed_dir = Some(dir.into());
        self.seed.empty = false;
        self
    }
}

impl ListenConfig {
    /// The address to listen on. `PORT` is a convention of platforms that run containers.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        Ok(SocketAddr::new(self.host, port_or_default(self.port)?))
    }
}

pub fn port_or_default(port: Option<u16>) -> anyhow::Result<u16> {
    match (port, std::env::var("PORT")) {
        (Some(port), _) => Ok(port),
        (None, Ok(text)) => {
            text.parse().map_err(|_| anyhow::anyhow!("PORT: '{text}' is not a port number"))
        }
        (None, Err(_)) => Ok(3666),
    }
}

impl SeedConfig {
    pub fn id_seed(&self) -> u64 {
        self.id_seed.unwrap_or(3666)
    }

    /// The folder to load, if there is one.
    pub fn dir(&self) -> Option<PathBuf> {
        if self.empty {
            return None;
        }
        let usual = ["/seed", "seed-data"].into_iter().map(PathBuf::from).find(|it| it.is_dir());
        self.seed_dir.clone().or(usual)
    }
}

/// `DOMOCK_…` variables that belong to no flag, which are probably misspelt.
pub fn unknown_variables() -> Vec<String> {
    use clap::CommandFactory;
    let known: Vec<String> = Cli::command()
        .get_arguments()
        .filter_map(|it| it.get_env().map(|name| name.to_string_lossy().into_owned()))
        .collect();
    std::env::vars_os()
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .filter(|it| it.starts_with("DOMOCK_") && !known.contains(it))
        .collect()
}

fn parse_host(text: &str) -> Result<IpAddr, String> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    text.parse().map_err(|_| "must be an IP address or localhost".to_owned())
}

fn parse_time(text: &str) -> Result<Timestamp, String> {
    chrono::DateTime::parse_from_rfc3339(text)
        .map(|it| Timestamp(it.timestamp_millis()))
        .map_err(|it| format!("must be a time such as 2024-01-31T12:00:00Z: {it}"))
}

fn parse_zone(text: &str) -> Result<UtcOffset, String> {
    if text.eq_ignore_ascii_case("UTC") || text == "Z" {
        return Ok(UtcOffset { minutes: 0 });
    }
    text.parse::<chrono::FixedOffset>()
        .map(|it| UtcOffset { minutes: it.local_minus_utc() / 60 })
        .map_err(|_| "must be UTC, or an offset such as +02:00".to_owned())
}
