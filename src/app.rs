//! The only place where the parts are wired together.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, uri::PathAndQuery};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Router, body::Body};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::decompression::RequestDecompressionLayer;

use crate::config::Config;
use crate::control::routes::Control;
use crate::control::seed;
use crate::domain::instance::InstanceSettings;
use crate::domain::{Clock, Instance};
use crate::engine::{Engine, EngineLimits, SqlSettings};
use crate::front::listen;
use crate::wire::error::{self, Refusal};
use crate::wire::extract;
use crate::wire::routes::{self, Evidence};
use crate::{control, wire};

/// Says how sure Domock is of an answer.
const EVIDENCE: HeaderName = HeaderName::from_static("x-domock-evidence");

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Domock {
    address: SocketAddr,
    instance: Instance,
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
        let origin = seed::load(dir.as_deref(), (config.seed.id_seed, now), &engine)?;
        let instance =
            Instance::new("default", Arc::new(origin), engine, instance_settings(&config));
        let wanted = config.listen.address()?;
        let listener = TcpListener::bind(wanted).await.with_context(|| {
            format!("cannot listen at {wanted}: is it in use? (--port 0 takes a free port)")
        })?;
        let address = listener.local_addr()?;
        let seed = dir.map_or_else(|| "none".to_owned(), |it| it.display().to_string());
        let router = router(&config, Control { started, seed });
        let default = instance.clone();
        let service = ServiceBuilder::new()
            .map_request(move |request| addressed(request, &default))
            .service(router);
        let (stop, stopped) = watch::channel(false);
        let serving = listen::serve(listener, service, config.limits.max_connections, stopped);
        Ok(Self { address, instance, stop, server: Some(in_background(serving)) })
    }

    /// Where it listens: `http://127.0.0.1:3666`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Back to the seed, at once.
    pub fn reset(&self) {
        self.instance.reset();
    }

    /// The emulated instance, without HTTP around it.
    pub fn instance(&self) -> &Instance {
        &self.instance
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
    }
}

/// The layers, outermost first:
/// 1. `dress` puts whatever was refused inside into Domo's envelope;
/// 2. a panic becomes a 500 for `dress`;
/// 3. gzip is undone before a handler counts bytes, also where only the content type tells of it;
/// 4. `label`, on Domo's routes only, because it needs to know which route it was.
fn router(config: &Config, control: Control) -> Router {
    let settings = wire::Settings {
        default_shape: config.answers.default_shape,
        json_bytes_max: config.limits.max_json_bytes,
        part_bytes_max: config.limits.max_part_bytes,
    };
    let domo = routes::router()
        .route_layer(middleware::from_fn_with_state(config.answers.require_evidence, label))
        .with_state(settings);
    Router::new()
        .merge(domo)
        .merge(control::routes::router(control))
        .fallback(error::no_such_route)
        .method_not_allowed_fallback(error::no_such_verb)
        .layer(
            ServiceBuilder::new()
                .layer(middleware::from_fn(error::dress))
                .layer(CatchPanicLayer::custom(panicked))
                .map_request(extract::gzip_by_type)
                .layer(RequestDecompressionLayer::new()),
        )
}

/// Gives a request its instance, and its path the one spelling that the router knows.
fn addressed<B>(mut request: Request<B>, default: &Instance) -> Request<B> {
    if let Some(uri) = without_last_slash(request.uri()) {
        *request.uri_mut() = uri;
    }
    request.extensions_mut().insert(default.clone());
    request
}

fn without_last_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/').filter(|it| !it.is_empty())?;
    let spelling = match uri.query() {
        Some(query) => format!("{}?{query}", path.trim_end_matches('/')),
        None => path.trim_end_matches('/').to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(spelling).ok()?);
    Uri::from_parts(parts).ok()
}

/// Says how sure we are of an answer, and withholds it where that is not sure enough.
async fn label(
    State(required): State<Evidence>,
    path: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let Some(route) = routes::find(request.method(), path.as_str()) else {
        return next.run(request).await;
    };
    let mut response = if route.evidence <= required {
        next.run(request).await
    } else {
        let grade = route.evidence.name();
        let message =
            format!("{} is {grade} only, and {} evidence is required", route.id, required.name());
        Refusal::new(StatusCode::NOT_IMPLEMENTED, message).into_response()
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
