//! The layers around the router, outermost first, each with its reason.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Router, body::Body};
use hyper::body::Incoming;
use tower::{Service, ServiceBuilder};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::decompression::RequestDecompressionLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::addressing::{addressed, refuse_misaddressed};
use super::token_key;
use crate::config::Config;
use crate::control::{self, Control};
use crate::domain::instances::Instances;
use crate::wire::auth::{self, TokenKey};
use crate::wire::error::{self, Refusal};
use crate::wire::extract;
use crate::wire::{
    self,
    routes::{self, Evidence, Needs, Route, RouteCounters},
};

/// The evidence for the behaviour of the route.
const EVIDENCE: HeaderName = HeaderName::from_static("x-domock-evidence");

/// What the layers need to know.
pub(super) struct LayerOptions {
    pub(super) instances: Instances,
    pub(super) key: TokenKey,
    pub(super) body_time_max: Duration,
}

/// Puts the layers around the router. `Router::layer` would clone and box each of them for every request.
pub(super) fn around(
    router: Router,
    options: LayerOptions,
) -> impl Service<
    axum::http::Request<Incoming>,
    Response = Response<Body>,
    Error = Infallible,
    Future: Send,
> + Clone
+ Send
+ Sync
+ 'static {
    let LayerOptions { instances, key, body_time_max } = options;
    ServiceBuilder::new()
        // 1. The instance, by path, host or token: everything else happens in it.
        .map_request(move |request: axum::http::Request<Incoming>| {
            addressed(request, &instances, &key).map(Body::new)
        })
        // 2. Domo's envelope around every refusal from further in.
        .layer(middleware::from_fn(error::envelope_refusals))
        // 3. A panic becomes a 500, and the server goes on.
        .layer(CatchPanicLayer::custom(panicked))
        // 4. A request for no instance is refused.
        .layer(middleware::from_fn(refuse_misaddressed))
        // 5. Gives up on a body that stops arriving.
        .layer(RequestBodyTimeoutLayer::new(body_time_max))
        // 6. Decompresses gzip before handlers count bytes, also if only the content type says that it is gzip.
        .map_request(extract::gzip_by_type)
        .layer(RequestDecompressionLayer::new())
        // 7. On Domo's routes only, `check_evidence_and_caller`, which needs to know the route.
        .service(router)
}

/// Domo's routes and Domock's own.
pub(super) fn router(config: &Config, control: Control) -> Router {
    let settings = wire::Settings {
        default_shape: config.answers.default_shape,
        json_bytes_max: config.limits.max_json_bytes,
        part_bytes_max: config.limits.max_part_bytes,
        token_key: token_key(config),
    };
    let labels = (config.answers.require_evidence, control.counters.clone(), token_key(config));
    let domo = routes::router()
        .route_layer(middleware::from_fn_with_state(labels, check_evidence_and_caller))
        .with_state(settings);
    Router::new()
        .merge(domo)
        .merge(control::routes::router(control))
        .fallback(error::no_such_route)
        .method_not_allowed_fallback(error::no_such_verb)
}

/// Counts the request, answers 501 if the evidence for the route is too weak, and authenticates the caller.
async fn check_evidence_and_caller(
    State((required, counters, key)): State<(Evidence, RouteCounters, TokenKey)>,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(route) = routes::find(request.method(), path.as_str()) else {
        return next.run(request).await;
    };
    counters.count(route);
    let admitted = if route.evidence <= required {
        let_in(route, &key, &mut request)
    } else {
        let grade = route.evidence.name();
        let message = format!(
            "the evidence for {} is {grade}, but --require-evidence is {}",
            route.id,
            required.name()
        );
        Err(Refusal::too_unsure(message))
    };
    let mut response = match admitted {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    // A query's answer is known as its least certain part is.
    let of_answer = response.extensions().get::<Evidence>().copied();
    let evidence = of_answer.map_or(route.evidence, |it| it.max(route.evidence));
    response.headers_mut().insert(EVIDENCE, HeaderValue::from_static(evidence.name()));
    response
}

fn let_in(route: &Route, key: &TokenKey, request: &mut Request) -> Result<(), Refusal> {
    match route.needs {
        Needs::Nothing => Ok(()),
        Needs::Login | Needs::Dataset(_) | Needs::Admin => {
            auth::authenticate(route.is_public(), key, request)
        }
    }
}

fn panicked(payload: Box<dyn std::any::Any + Send>) -> Response<Body> {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
    tracing::error!(panic = text, "a request failed because of a bug in Domock");
    Refusal::defect("a bug in Domock; its log has the details").into_response()
}
