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

use super::addressing::{addressed, keep, refuse_misaddressed};
use super::guard::Guard;
use super::read_on::read_on;
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
    pub(super) guard: Guard,
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
    let LayerOptions { instances, key, guard, body_time_max } = options;
    ServiceBuilder::new()
        // 1. The instance, by path, host or token: everything else happens in it.
        .map_request(move |request: axum::http::Request<Incoming>| {
            addressed(request, &instances, (&key, &guard)).map(Body::new)
        })
        // 2. What is left of a body is read on, so that a client who is still writing gets the answer.
        .layer(middleware::from_fn(read_on))
        // 3. Domo's envelope around every refusal from further in.
        .layer(middleware::from_fn(error::envelope_refusals))
        // 4. A panic becomes a 500, and the server goes on.
        .layer(CatchPanicLayer::custom(panicked))
        // 5. A request for no instance is refused.
        .layer(middleware::from_fn(refuse_misaddressed))
        // 6. A body that stops arriving is given up.
        .layer(RequestBodyTimeoutLayer::new(body_time_max))
        // 7. Decompresses gzip before handlers count bytes, also if only the first bytes of a body tell that it is gzip.
        .map_request(|request: axum::http::Request<_>| request.map(Body::new))
        .layer(middleware::from_fn(extract::find_gzip))
        .layer(RequestDecompressionLayer::new())
        // 8. On Domo's routes: `check_evidence_and_caller`, which needs to know the route.
        .service(router)
}

/// Domo's routes and Domock's own.
pub(super) fn router(config: &Config, guard: Guard, control: Control) -> Router {
    let settings = wire::Settings {
        default_shape: config.answers.default_shape,
        json_bytes_max: config.limits.max_json_bytes,
        part_bytes_max: config.limits.max_part_bytes,
        token_key: token_key(config),
    };
    let labels = Labels {
        required: config.answers.require_evidence,
        counters: control.counters.clone(),
        key: token_key(config),
        instances: control.instances.clone(),
        guard: guard.clone(),
    };
    let instances = control.instances.clone();
    let kept = middleware::from_fn(move |mut request: Request, next: Next| {
        let kept = keep(&mut request, &instances, &guard);
        async move {
            match kept {
                Ok(_) => next.run(request).await,
                Err(refusal) => refusal.into_response(),
            }
        }
    });
    let domo = routes::router()
        .route_layer(middleware::from_fn_with_state(labels, check_evidence_and_caller))
        .with_state(settings);
    Router::new()
        .merge(domo)
        .merge(control::routes::router(control).route_layer(kept))
        .fallback(error::no_such_route)
        .method_not_allowed_fallback(error::no_such_verb)
}

/// What [`check_evidence_and_caller`] works with.
#[derive(Clone)]
struct Labels {
    required: Evidence,
    counters: RouteCounters,
    key: TokenKey,
    instances: Instances,
    guard: Guard,
}

/// Says how sure we are of an answer, and withholds it where that is not sure enough. Counts the request, and lets it
/// in as its user, or not at all.
async fn check_evidence_and_caller(
    State(Labels { required, counters, key, instances, guard }): State<Labels>,
    path: MatchedPath,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(route) = routes::find(request.method(), path.as_str()) else {
        return next.run(request).await;
    };
    counters.count(route);
    request.extensions_mut().insert(route);
    let admitted = if route.evidence <= required {
        let_in(route, &key, &mut request)
            .and_then(|()| keep(&mut request, &instances, &guard))
            .and_then(|is_other| if is_other { let_in(route, &key, &mut request) } else { Ok(()) })
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
        Needs::Nothing => {}
        Needs::Login | Needs::Dataset(_) | Needs::Admin => {
            auth::authenticate(route.is_public(), key, request)?;
        }
    }
    route.refuse_unknown_parameters(request.uri())
}

fn panicked(payload: Box<dyn std::any::Any + Send>) -> Response<Body> {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("no message");
    tracing::error!(panic = text, "a request failed because of a bug in Domock");
    Refusal::defect("a bug in Domock; its log has the details").into_response()
}
