//! The rest of a body that its handler has not read, as that of a refused upload. A client that is not done writing may
//! not look for an answer, so the rest is read on for a while before the answer is sent; behind that bound the connection
//! is closed, gently, after the answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, timeout, timeout_at};

/// Bytes of a body that are read for nothing.
const BYTES_MAX: usize = 21 << 20;
const TIME_MAX: Duration = Duration::from_secs(10);
/// How long a client may pause meanwhile.
const PAUSE_MAX: Duration = Duration::from_secs(1);

pub(super) async fn read_on(request: Request, next: Next) -> Response {
    let waits_for_consent = request.headers().contains_key(header::EXPECT);
    let rest = Arc::new(Mutex::new(Rest { body: None, is_begun: false }));
    let kept = Arc::clone(&rest);
    let request = request.map(|body| Body::new(Watched { body: Some(body), rest: kept }));
    let mut response = next.run(request).await;
    let Rest { body, is_begun } = std::mem::take(&mut *lock(&rest));
    let Some(body) = body else { return response };
    // A client that asked first, and was not told to go on, sends no body.
    if (waits_for_consent && !is_begun) || !drained(body).await {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Whether the body came to its end within the bounds.
async fn drained(mut body: Body) -> bool {
    let end = Instant::now() + TIME_MAX;
    let mut bytes = 0;
    while bytes <= BYTES_MAX {
        match timeout_at(end, timeout(PAUSE_MAX, body.frame())).await {
            Ok(Ok(Some(Ok(frame)))) => bytes += frame.data_ref().map_or(0, Bytes::len),
            Ok(Ok(None)) => return true,
            _ => return false,
        }
    }
    false
}

#[derive(Default)]
struct Rest {
    /// Where it was left before its end.
    body: Option<Body>,
    is_begun: bool,
}

fn lock(rest: &Mutex<Rest>) -> std::sync::MutexGuard<'_, Rest> {
    rest.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A body that is kept where it is dropped before its end.
struct Watched {
    body: Option<Body>,
    rest: Arc<Mutex<Rest>>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let next = ready!(Pin::new(body).poll_frame(context));
        if !matches!(next, Some(Ok(_))) {
            self.body = None;
        }
        lock(&self.rest).is_begun = true;
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let body = self.body.take().filter(|it| !it.is_end_stream());
        lock(&self.rest).body = body;
    }
}
