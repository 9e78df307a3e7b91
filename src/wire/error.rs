//! Domo's error envelope, and the only statuses of refusals.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use super::headers::{JSON, UNSUPPORTED};
use super::not_emulated;
use crate::domain::{AnonymousSession, AskedFor, Error, SqlError};

/// A refusal on its way out: [`envelope_refusals`] writes its body, because that tells the path and a trace id.
#[derive(Clone, Debug)]
pub struct Refusal {
    status: StatusCode,
    message: String,
    /// The cause, for the log; `None` where the message says it all.
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
    /// `WWW-Authenticate`, with which the public API says what is wrong with a token, and sends no body.
    challenge: Option<HeaderValue>,
    /// Domock's own refusal, which Domo would not give: its message always arrives.
    is_ours: bool,
}

/// What Domo answers when it refuses.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Envelope {
    status: u16,
    status_reason: &'static str,
    message: String,
    path: String,
    /// The trace id of Domo's "thread of execution".
    toe: String,
}

/// What the public API says of a 403:
/// <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/API-Reference/Domo-APIs/DataSet-API.yaml>
#[derive(Debug, Serialize)]
struct Forbidden {
    status: u16,
    toe: String,
}

impl Refusal {
    /// Private, so that each status has a name here.
    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), cause: None, challenge: None, is_ours: false }
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// A request that Domock itself keeps out, as of a page of another origin.
    pub fn kept_out(message: impl Into<String>) -> Self {
        Self { is_ours: true, ..Self::forbidden(message) }
    }

    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// The body did not come on.
    pub fn timeout(message: impl Into<String>) -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, message)
    }

    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    }

    /// `what` is Domo's and not Domock's.
    pub fn not_emulated(what: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, format!("{what} is not emulated"))
    }

    /// The route is there, and its answer is not sure enough for this server.
    pub fn too_unsure(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, message)
    }

    /// Something that only a mistake in Domock can cause.
    pub fn defect(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    #[must_use]
    pub fn because(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.cause = Some(Arc::new(cause));
        self
    }

    /// With this header and without a body.
    #[must_use]
    pub fn with_challenge(mut self, challenge: HeaderValue) -> Self {
        self.challenge = Some(challenge);
        self
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::NotFound { .. } | Error::UnknownMember(_) => StatusCode::NOT_FOUND,
            Error::Conflict { .. } | Error::Overtaken(_) => StatusCode::CONFLICT,
            Error::Forbidden { .. } => StatusCode::FORBIDDEN,
            // Nothing that a client would try again by itself.
            Error::TooManyInstances { .. } => StatusCode::INSUFFICIENT_STORAGE,
            Error::TooLarge { .. } | Error::Budget(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Unsupported(_) => StatusCode::NOT_IMPLEMENTED,
            Error::NotIndexed { asked_for: AskedFor::Schema, .. } => StatusCode::NOT_FOUND,
            Error::Csv { source, .. } if source.is_too_large() => StatusCode::PAYLOAD_TOO_LARGE,
            Error::NotIndexed { asked_for: AskedFor::Rows, .. }
            | Error::Invalid { .. }
            | Error::Csv { .. }
            | Error::Conversion { .. } => StatusCode::BAD_REQUEST,
            Error::Query(refusal) => status_of_query(refusal),
        };
        Self::new(status, error.to_string()).because(error)
    }
}

impl From<SqlError> for Refusal {
    fn from(error: SqlError) -> Self {
        Error::Query(error).into()
    }
}

fn status_of_query(refusal: &SqlError) -> StatusCode {
    match refusal {
        SqlError::Memory { .. } | SqlError::Rows { .. } | SqlError::Budget(_) => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        SqlError::Evidence { .. } => StatusCode::NOT_IMPLEMENTED,
        _ => StatusCode::BAD_REQUEST,
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A path that no route has: of Domo's, as far as that is known, or of nobody's.
pub async fn no_such_route(uri: axum::http::Uri) -> Refusal {
    match not_emulated::named(uri.path()) {
        Some(what) => {
            Refusal::new(StatusCode::NOT_IMPLEMENTED, format!("not emulated by Domock: {what}"))
        }
        None => Refusal::not_found("no such route"),
    }
}

pub async fn no_such_verb() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "this route does not answer to this method")
}

/// Puts every refusal into Domo's envelope, also those that no handler has seen.
pub async fn envelope_refusals(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let is_public = path.starts_with("/v1/");
    let session = request.extensions().get::<AnonymousSession>().cloned();
    let response = next.run(request).await;
    if response.status().as_u16() < 400 {
        return response;
    }
    let Some(refusal) = refusal_of(&response) else { return response };
    let trace = session.map(|it| it.trace()).unwrap_or_default();
    log(&refusal, &path, &trace);
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    if let Some(challenge) = refusal.challenge {
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.insert(header::WWW_AUTHENTICATE, challenge);
        return Response::from_parts(parts, Body::empty());
    }
    parts.headers.insert(header::CONTENT_TYPE, JSON);
    if refusal.status == StatusCode::FORBIDDEN && is_public && !refusal.is_ours {
        let body = to_json(&Forbidden { status: 403, toe: trace });
        return Response::from_parts(parts, Body::from(body));
    }
    let feature = (refusal.status == StatusCode::NOT_IMPLEMENTED).then(|| refusal.message.clone());
    let envelope = Envelope {
        status: refusal.status.as_u16(),
        status_reason: refusal.status.canonical_reason().unwrap_or_default(),
        message: refusal.message,
        path,
        toe: trace,
    };
    if let Some(feature) = feature.and_then(|it| HeaderValue::try_from(it).ok()) {
        parts.headers.insert(UNSUPPORTED, feature);
    }
    Response::from_parts(parts, Body::from(to_json(&envelope)))
}

/// The refusal that a response carries, or what its bare status says; none where it has a JSON body already.
fn refusal_of(response: &Response) -> Option<Refusal> {
    if let Some(refusal) = response.extensions().get::<Refusal>() {
        return Some(refusal.clone());
    }
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|it| it.as_bytes().starts_with(b"application/json"));
    let reason = response.status().canonical_reason().unwrap_or("refused");
    (!is_json).then(|| Refusal::new(response.status(), reason))
}

fn log(refusal: &Refusal, path: &str, trace: &str) {
    let cause = refusal.cause.as_deref().and_then(std::error::Error::source).map(chain);
    let status = refusal.status.as_u16();
    if refusal.status.is_server_error() && refusal.status != StatusCode::NOT_IMPLEMENTED {
        tracing::error!(status, path, toe = trace, message = refusal.message, cause, "failed");
    } else {
        tracing::info!(status, path, toe = trace, message = refusal.message, cause, "refused");
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

fn to_json(envelope: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(envelope).expect("a struct of numbers and strings is always JSON")
}
