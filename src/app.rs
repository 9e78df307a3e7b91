//! The only place where the parts are wired together.

mod addressing;

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::{Context, bail};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Router, body::Body};
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::config::{AuthArg, Config};
use crate::control::routes::Control;
use crate::control::seed;
use crate::domain::instance::InstanceSettings;
use crate::domain::instances::Instances;
use crate::domain::{Clock, Instance};
use crate::engine::{Engine, EngineLimits, SqlSettings};
use crate::front::listen::{self, Terms};
use crate::front::tls::Tls;
use crate::wire::auth::{self, TokenKey};
use crate::wire::error::{self, Refusal};
use crate::wire::extract;
use crate::wire::routes::{self, Evidence, Hits};
use crate::{control, wire};
use addressing::{addressed, admit};

/// Says how sure Domock is of an answer.
const EVIDENCE: HeaderName = HeaderName::from_static("x-domock-evidence");

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Domock {
    address: SocketAddr,
    instances: Instances,
    stop: watch::Sender<bool>,
    server: Option<JoinHandle<()>>,
}

impl Domock {
    /// Loads the seed, listens, and serves from a task of the current runtime.
    ///
    /// # Errors
    /// A seed with a mistake, named by file, line and column; an address that cannot be listened at.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        let started = Instant::now();
        let engine = Engine::new(engine_limits(&config)).with_sql(sql_settings(&config));
        let dir = config.seed.dir();
        let now = config.time.frozen_at.unwrap_or_else(|| Clock::running().now());
        let seeds = seed::all(dir.as_deref(), (config.seed.id_seed, now), &engine)?;
        if config.answers.auth == AuthArg::Strict && !seeds.have_credentials() {
            bail!(
                "--auth strict would let nobody in: the seed has no users.toml with a password, a token or a client"
            );
        }
        let instances =
            Instances::new(seeds, engine, instance_settings(&config), config.limits.max_instances);
        let tls = Tls::new(config.tls.source())?;
        let wanted = config.listen.address()?;
        let listener = TcpListener::bind(wanted).await.with_context(|| {
            format!("cannot listen at {wanted}: is it in use? (--port 0 takes a free port)")
        })?;
        let address = listener.local_addr()?;
        let seed = dir.map_or_else(|| "none".to_owned(), |it| it.display().to_string());
        let router = router(
            &config,
            Control {
                started,
                seed,
                instances: instances.clone(),
                tls: tls.clone(),
                hits: Hits::new(),
            },
        );
        let (known, key) = (instances.clone(), token_key(&config));
        let body_time_max = config.limits.body_time_max();
        // Around the router and not by `Router::layer`, which would copy and box them for each request.
        let service = ServiceBuilder::new()
            .map_request(move |request: axum::http::Request<Incoming>| {
                addressed(request, &known, &key).map(Body::new)
            })
            .layer(middleware::from_fn(error::dress))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(middleware::from_fn(admit))
            .layer(RequestBodyTimeoutLayer::new(body_time_max))
            .map_request(extract::gzip_by_type)
            .layer(RequestDecompressionLayer::new())
            .service(router);
        let (stop, stopped) = watch::channel(false);
        let terms = Terms {
            tls,
            head_time_max: config.limits.head_time_max(),
            connections_max: config.limits.max_connections,
            stop: stopped,
        };
        let serving = listen::serve(listener, service, terms);
        Ok(Self { address, instances, stop, server: Some(in_background(serving)) })
    }

    /// Where it listens: `http://127.0.0.1:3666`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All instances back to their seeds, at once.
    pub fn reset(&self) {
        self.instances.all().iter().for_each(Instance::reset);
    }

    /// The instance of whoever names none, without HTTP around it.
    pub fn instance(&self) -> Instance {
        self.instances.default_instance()
    }

    /// All instances, by name.
    pub fn instances(&self) -> &Instances {
        &self.instances
    }

    /// Stops to listen, lets what is in flight finish, and returns when all is done.
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
        data_bytes_max: limits.max_data_bytes,
        query_bytes_max: limits.max_query_bytes,
        query_time_max: limits.query_time_max(),
        query_rows_max: limits.max_query_rows,
        queries_at_once_max: limits.max_queries.unwrap_or_else(|| limits.threads()).max(1),
        sql_bytes_max: limits.max_sql_bytes,
        threads: limits.threads(),
    }
}

fn token_key(config: &Config) -> TokenKey {
    TokenKey::new(config.seed.id_seed)
}

fn sql_settings(config: &Config) -> SqlSettings {
    SqlSettings {
        mode: config.answers.sql.into(),
        string_compare: config.answers.string_compare.into(),
        utc_offset_minutes: config.time.time_zone.minutes,
    }
}

fn instance_settings(config: &Config) -> InstanceSettings {
    InstanceSettings {
        index_ms: i64::from(config.time.index_ms),
        execution_ms: i64::from(config.time.execution_ms),
        frozen_at: config.time.frozen_at,
        auth: config.answers.auth.into(),
    }
}

/// What lies around it, outermost first:
/// 1. `addressed` says which instance a request is for;
/// 2. `dress` puts whatever was refused inside into Domo's envelope;
/// 3. a panic becomes a 500 for `dress`;
/// 4. what is for no instance is refused;
/// 5. a body that does not come on is given up;
/// 6. gzip is undone before a handler counts bytes, also where only the content type tells of it.
///
/// Within it, on Domo's routes only, `label` needs to know which route it was.
fn router(config: &Config, control: Control) -> Router {
    let settings = wire::Settings {
        default_shape: config.answers.default_shape,
        json_bytes_max: config.limits.max_json_bytes,
        part_bytes_max: config.limits.max_part_bytes,
        token_key: token_key(config),
    };
    let labels = (config.answers.require_evidence, control.hits.clone(), token_key(config));
    let domo = routes::router()
        .route_layer(middleware::from_fn_with_state(labels, label))
        .with_state(settings);
    Router::new()
        .merge(domo)
        .merge(control::routes::router(control))
        .fallback(error::no_such_route)
        .method_not_allowed_fallback(error::no_such_verb)
}

/// Says how sure we are of an answer, and withholds it where that is not sure enough. Counts the request, and lets it
/// in as its user, or not at all.
async fn label(
    State((required, hits, key)): State<(Evidence, Hits, TokenKey)>,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(route) = routes::find(request.method(), path.as_str()) else {
        return next.run(request).await;
    };
    hits.count(route);
    let admitted = if route.evidence <= required {
        auth::authenticate(route, &key, &mut request)
    } else {
        let grade = route.evidence.name();
        let message =
            format!("{} is {grade} only, and {} evidence is required", route.id, required.name());
        Err(Refusal::new(StatusCode::NOT_IMPLEMENTED, message))
    };
    let mut response = match admitted {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    response.headers_mut().insert(EVIDENCE, HeaderValue::from_static(route.evidence.name()));
    response
}

fn panicked(payload: Box<dyn std::any::Any + Send>) -> Response<Body> {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
    tracing::error!(panic = text, "a request met a defect of Domock");
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "a defect of Domock: its log says more")
        .into_response()
}

#[expect(clippy::disallowed_methods, reason = "the server runs beside whoever started it")]
fn in_background(work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(work)
}
