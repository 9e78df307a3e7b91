//! Builds a server from its parts. No other module connects them.

mod addressing;
mod guard;
mod layers;
mod read_on;

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::{AuthArg, Config};
use crate::control::{Control, NO_SEED};
use crate::domain::instance::InstanceSettings;
use crate::domain::instances::Instances;
use crate::domain::{Clock, Instance};
use crate::engine::{Engine, EngineLimits, SqlSettings};
use crate::front::listen::{self, ServeOptions};
use crate::front::tls::Tls;
use crate::seed::{self, SeedOptions};
use crate::wire::auth::{self, TokenKey};
use crate::wire::routes::RouteCounters;
use guard::Guard;
use layers::LayerOptions;

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Domock {
    address: SocketAddr,
    instances: Instances,
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<()>>,
}

impl Domock {
    /// Loads the seed, starts to listen and serves on a task of the current runtime.
    ///
    /// # Errors
    /// A mistake in the seed, with file, line and column, or an address that is not available.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        let started = Instant::now();
        let engine = Engine::new(engine_limits(&config)).with_sql(sql_settings(&config));
        let dir = config.seed.dir();
        let now = config.time.frozen_at.map_or_else(Clock::running, Clock::frozen).now();
        let options = SeedOptions {
            id_seed: config.seed.id_seed(),
            now,
            may_lie_outside: config.seed.seed_outside,
        };
        let seeds = seed::all(dir.as_deref(), options, &engine)?;
        if config.answers.auth == AuthArg::Strict && !seeds.have_credentials() {
            bail!(
                "--auth strict would refuse every request: the seed has no users.toml with a password, a token or a client"
            );
        }
        let instances =
            Instances::new(seeds, engine, instance_settings(&config), config.limits.max_instances);
        let tls = Tls::new(config.tls.source())?;
        let wanted = config.listen.address()?;
        let listener = TcpListener::bind(wanted).await.with_context(|| {
            format!("cannot listen on {wanted}: is it in use? (--port 0 picks a free port)")
        })?;
        let address = listener.local_addr()?;
        let seed = dir.map_or_else(|| NO_SEED.to_owned(), |it| it.display().to_string());
        let guard = Guard::new(
            config.listen.allow_origins.iter(),
            config.listen.allow_hosts.iter().chain(&config.tls.tls_names),
        );
        let router = layers::router(
            &config,
            guard.clone(),
            Control {
                started,
                seed,
                instances: instances.clone(),
                tls: tls.clone(),
                counters: RouteCounters::new(),
            },
        );
        let layers = LayerOptions {
            instances: instances.clone(),
            key: token_key(&config),
            guard,
            body_time_max: config.limits.body_time_max(),
        };
        let service = layers::around(router, layers);
        let (stop, stopped) = watch::channel(false);
        let options = ServeOptions {
            tls,
            head_time_max: config.limits.head_time_max(),
            connections_max: config.limits.max_connections,
            unread_time_max: config.limits.body_time_max(),
            stop: stopped,
        };
        let serving = listen::serve(listener, service, options);
        Ok(Self { address, instances, stop, server: Some(in_background(serving)) })
    }

    /// The URL of the server, without a trailing slash: `http://127.0.0.1:3666`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of datasets of the default instance.
    pub fn dataset_count(&self) -> usize {
        self.instances.default_instance().dataset_count()
    }

    /// Restores the seed of every instance.
    pub fn reset(&self) {
        self.instances.all().iter().for_each(Instance::reset);
    }

    /// The instance of requests that name none.
    pub fn instance(&self) -> Instance {
        self.instances.default_instance()
    }

    /// All instances, by name.
    pub fn instances(&self) -> &Instances {
        &self.instances
    }

    /// Stops listening, waits for requests in flight and returns once they are finished.
    pub async fn shut_down(mut self) {
        self.stop.send_replace(true);
        if let Some(server) = self.server.take() {
            server.await.ok();
        }
    }
}

impl Drop for Domock {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

fn engine_limits(config: &Config) -> EngineLimits {
    let limits = &config.limits;
    EngineLimits {
        data_bytes_max: limits.row_bytes_max(),
        upload_bytes_max: limits.upload_bytes_max(),
        text_bytes_max: limits.text_bytes_max(),
        answer_bytes_max: limits.answer_bytes_max(),
        query_bytes_max: limits.query_bytes_max(),
        query_time_max: limits.query_time_max(),
        query_rows_max: limits.max_query_rows,
        queries_at_once_max: limits.max_queries.unwrap_or_else(|| limits.threads()).max(1),
        sql_bytes_max: limits.max_sql_bytes,
        threads: limits.threads(),
    }
}

fn token_key(config: &Config) -> TokenKey {
    TokenKey::new(config.seed.id_seed())
}

fn sql_settings(config: &Config) -> SqlSettings {
    SqlSettings {
        mode: config.answers.sql.into(),
        string_compare: config.answers.string_compare.into(),
        utc_offset_minutes: config.time.time_zone.minutes,
        evidence: config.answers.require_evidence.of_sql(),
    }
}

fn instance_settings(config: &Config) -> InstanceSettings {
    InstanceSettings {
        index_ms: i64::from(config.time.index_ms),
        execution_ms: i64::from(config.time.execution_ms),
        frozen_at: config.time.frozen_at,
        auth: config.answers.auth.into(),
        login_token: config.seed.id_seed.is_none().then_some(auth::random_token),
    }
}

#[expect(clippy::disallowed_methods, reason = "the server runs beside whoever started it")]
fn in_background(work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(work)
}
