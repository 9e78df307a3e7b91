//! What handlers take and give: the session, JSON and CSV bodies, with refusals in Domo's shape.

use std::convert::Infallible;

use axum::body::{Body, BodyDataStream};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_http::timeout::TimeoutError;

use super::Settings;
use super::error::Refusal;
use super::headers::JSON;
use crate::domain::{AnonymousSession, Session};

/// A request of a user; `auth` makes one where a route wants a caller.
impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        given(parts)
    }
}

/// A request of whoever it is.
impl<S: Sync> FromRequestParts<S> for AnonymousSession {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        given(parts)
    }
}

fn given<T: Clone + Send + Sync + 'static>(parts: &Parts) -> Result<T, Refusal> {
    let given = parts.extensions.get::<T>().cloned();
    given.ok_or_else(|| Refusal::defect("the request was given no session"))
}

/// Query parameters; names that the type does not have are passed over.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|it| Self(it.0))
            .map_err(|it| Refusal::bad_request(it.body_text()))
    }
}

/// A JSON object, whatever its content type says: clients send none, or a wrong one.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Settings> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, settings: &Settings) -> Result<Self, Refusal> {
        let bytes = needed_body(request, settings).await?;
        refuse_array(&bytes)?;
        parse(&bytes).map(Self)
    }
}

/// A JSON body that is, or may be, an array.
#[derive(Debug)]
pub struct ArrayOrObject<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Settings> for ArrayOrObject<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, settings: &Settings) -> Result<Self, Refusal> {
        parse(&needed_body(request, settings).await?).map(Self)
    }
}

/// A JSON object that may be missing; so may `null` stand for it, and `[]`, which is how R writes an empty list.
#[derive(Debug)]
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<Settings> for OptionalJson<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, settings: &Settings) -> Result<Self, Refusal> {
        let bytes = whole_body(request, settings.json_bytes_max).await?;
        if matches!(bytes.trim_ascii(), b"" | b"[]") {
            return Ok(Self(T::default()));
        }
        refuse_array(&bytes)?;
        parse::<Option<T>>(&bytes).map(|it| Self(it.unwrap_or_default()))
    }
}

async fn needed_body(request: Request, settings: &Settings) -> Result<bytes::Bytes, Refusal> {
    let bytes = whole_body(request, settings.json_bytes_max).await?;
    if bytes.is_empty() {
        return Err(Refusal::bad_request("the request has no body, and needs one in JSON"));
    }
    Ok(bytes)
}

/// A struct could be read from an array too, member by member, and nobody means that.
fn refuse_array(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Refusal::bad_request(
            "Cannot deserialize the body: it is an array, and an object is needed",
        ));
    }
    Ok(())
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(bytes).map_err(|it| {
        let what =
            if it.is_data() { "Cannot deserialize the body" } else { "The body is not JSON" };
        Refusal::bad_request(format!("{what}: {it}"))
    })
}

/// Paid for while it arrives.
async fn whole_body(request: Request, bytes_max: usize) -> Result<bytes::Bytes, Refusal> {
    let mut lease =
        request.extensions().get::<AnonymousSession>().map(AnonymousSession::body_lease);
    let mut body = std::pin::pin!(request.into_body());
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|it| broken_body(&it))?;
        let Some(piece) = frame.data_ref() else { continue };
        if bytes.len() + piece.len() > bytes_max {
            let message = format!("the body is larger than the limit of {bytes_max} bytes");
            return Err(Refusal::too_large(message));
        }
        if let Some(lease) = &mut lease {
            let grown = lease.grow(piece.len() as u64);
            grown.map_err(|it| Refusal::too_large(it.to_string()))?;
        }
        bytes.extend_from_slice(piece);
    }
    Ok(bytes.freeze())
}

/// Why a body could not be read to its end; a limit may be the cause of a cause.
pub fn broken_body(error: &(dyn std::error::Error + 'static)) -> Refusal {
    let mut cause = Some(error);
    while let Some(it) = cause {
        if it.is::<LengthLimitError>() {
            return Refusal::too_large("the body is larger than its limit");
        }
        if it.is::<TimeoutError>() {
            let message = "the body stopped before its end for longer than the server waits";
            return Refusal::timeout(message);
        }
        cause = it.source();
    }
    Refusal::bad_request(format!("the body could not be read to its end: {error}"))
}

/// A client sends gzip as a content type and without an encoding.
pub fn gzip_by_type<B>(mut request: axum::http::Request<B>) -> axum::http::Request<B> {
    let headers = request.headers_mut();
    let is_gzip = headers.get(header::CONTENT_TYPE).is_some_and(|it| it == "application/gzip");
    if is_gzip && !headers.contains_key(header::CONTENT_ENCODING) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    request
}

/// A CSV body, as a stream of at most the limit for one part.
#[derive(Debug)]
pub struct Csv(pub BodyDataStream);

impl FromRequest<Settings> for Csv {
    type Rejection = Infallible;

    async fn from_request(request: Request, settings: &Settings) -> Result<Self, Infallible> {
        let limited = Limited::new(request.into_body(), settings.part_bytes_max);
        Ok(Self(Body::new(limited).into_data_stream()))
    }
}

/// What most answers fit into, so that they are written without being moved.
const REPLY_BYTES: usize = 2 << 10;

/// Bytes of an answer in JSON, which is written whole.
const REPLY_BYTES_MAX: usize = 64 << 20;

/// A text that stops to grow.
struct Bounded(Vec<u8>);

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > REPLY_BYTES_MAX {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A JSON answer.
#[derive(Debug)]
pub struct Reply<T>(pub T);

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        let mut body = Bounded(Vec::with_capacity(REPLY_BYTES));
        match serde_json::to_writer(&mut body, &self.0) {
            Ok(()) => ([(header::CONTENT_TYPE, JSON)], body.0).into_response(),
            Err(error) if error.is_io() => {
                let message =
                    format!("the answer would be larger than the limit of {REPLY_BYTES_MAX} bytes");
                Refusal::too_large(message).into_response()
            }
            Err(error) => {
                Refusal::defect("the answer could not be written").because(error).into_response()
            }
        }
    }
}
