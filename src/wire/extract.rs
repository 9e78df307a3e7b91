//! What handlers take and give: the session, JSON and CSV bodies, with refusals in Domo's shape.

use std::convert::Infallible;

use axum::body::{Body, BodyDataStream};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use futures::{StreamExt, stream};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_ignored::Path;
use tower_http::timeout::TimeoutError;

use super::Settings;
use super::error::Refusal;
use super::headers::JSON;
use super::routes::Route;
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

/// Query parameters; those that the route does not know were refused before.
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
        let route = route_of(&request);
        let bytes = needed_body(request, settings).await?;
        refuse_array(&bytes)?;
        parse(&bytes, route).map(Self)
    }
}

/// A JSON body that is, or may be, an array.
#[derive(Debug)]
pub struct ArrayOrObject<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Settings> for ArrayOrObject<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, settings: &Settings) -> Result<Self, Refusal> {
        let route = route_of(&request);
        parse(&needed_body(request, settings).await?, route).map(Self)
    }
}

/// A JSON object that may be missing; so may `null` stand for it, `[]`, which is how R writes an empty list, and `""`, which
/// the Java SDK sends.
#[derive(Debug)]
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<Settings> for OptionalJson<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, settings: &Settings) -> Result<Self, Refusal> {
        let route = route_of(&request);
        let bytes = whole_body(request, settings.json_bytes_max).await?;
        if matches!(bytes.trim_ascii(), b"" | b"[]" | b"\"\"") {
            return Ok(Self(T::default()));
        }
        refuse_array(&bytes)?;
        parse::<Option<T>>(&bytes, route).map(|it| Self(it.unwrap_or_default()))
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

/// The route that the request was let in to.
fn route_of(request: &Request) -> Option<&'static Route> {
    request.extensions().get::<&'static Route>().copied()
}

fn parse<T: DeserializeOwned>(bytes: &[u8], route: Option<&Route>) -> Result<T, Refusal> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let mut unknown = Ok(());
    let parsed = serde_ignored::deserialize(&mut deserializer, |path| {
        if let (Ok(()), Some(route)) = (&unknown, route) {
            unknown = route.refuse_unknown_member(&member(&path));
        }
    });
    unknown?;
    parsed.and_then(|it| deserializer.end().map(|()| it)).map_err(|it| {
        let what =
            if it.is_data() { "Cannot deserialize the body" } else { "The body is not JSON" };
        Refusal::bad_request(format!("{what}: {it}"))
    })
}

/// The names on the way to a member; places in lists have none.
fn member(path: &Path<'_>) -> String {
    match path {
        Path::Root => String::new(),
        Path::Map { parent: Path::Root, key } => key.clone(),
        Path::Map { parent, key } => match member(parent) {
            parent if parent.is_empty() => key.clone(),
            parent => format!("{parent}.{key}"),
        },
        Path::Seq { parent, .. }
        | Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => member(parent),
    }
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

/// Every gzip stream begins with these bytes, and no CSV in UTF-8 does.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Clients send gzip without saying so in an encoding: with its content type, or, as the documentation shows it, with that
/// of CSV. Its first bytes tell.
/// <https://github.com/DomoApps/domo-developer-portal/blob/main/docs/Connectors/API-Data-Connection/import-and-export-data.md>
pub async fn find_gzip(mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let may_be_csv = kind.is_none_or(|it| !it.starts_with("application/json"));
    let has_body = request.method() != Method::GET && request.method() != Method::DELETE;
    if has_body && may_be_csv && !headers.contains_key(header::CONTENT_ENCODING) {
        let (mut parts, body) = request.into_parts();
        let (body, is_gzip) = begins_with_gzip(body).await;
        if is_gzip {
            parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            parts.headers.remove(header::CONTENT_LENGTH);
        }
        request = Request::from_parts(parts, body);
    }
    next.run(request).await
}

/// The same body, and whether its first bytes are those of gzip.
async fn begins_with_gzip(body: Body) -> (Body, bool) {
    let mut rest = body.into_data_stream();
    let (mut seen, mut first) = (Vec::new(), Vec::new());
    while first.len() < GZIP.len() {
        let Some(chunk) = rest.next().await else { break };
        if let Ok(bytes) = &chunk {
            first.extend(bytes.iter().take(GZIP.len() - first.len()));
        }
        let is_over = chunk.is_err() || !GZIP.starts_with(&first);
        seen.push(chunk);
        if is_over {
            break;
        }
    }
    let is_gzip = first == GZIP;
    (Body::from_stream(stream::iter(seen).chain(rest)), is_gzip)
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
