//! Accepts connections, serves them, and lets those in flight finish at the end.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::Service;

/// How long a client may take to send the head of a request.
const HEAD_TIME_MAX: Duration = Duration::from_secs(30);
/// How long connections in flight may take to finish at the end.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(10);

/// Serves until `stop` says so, and then until what is in flight is done.
pub async fn serve<S>(
    listener: TcpListener,
    service: S,
    connections_max: usize,
    mut stop: watch::Receiver<bool>,
) where
    S: Service<Request<hyper::body::Incoming>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
{
    let permits = Arc::new(Semaphore::new(connections_max));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &permits) => accepted,
            _ = stop.wait_for(|it| *it) => break,
        };
        let Some((socket, permit)) = accepted else { continue };
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME_MAX);
        let connection =
            http.serve_connection(TokioIo::new(socket), TowerToHyperService::new(service.clone()));
        let connection = graceful.watch(connection);
        in_background(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIME_MAX, graceful.shutdown()).await.is_err() {
        tracing::warn!(
            "gave up on connections that did not finish in {} s",
            DRAIN_TIME_MAX.as_secs()
        );
    }
}

type Permit = tokio::sync::OwnedSemaphorePermit;

/// The next connection, once there is room for it. An error of one connection is no reason to stop.
async fn accept(listener: &TcpListener, permits: &Arc<Semaphore>) -> Option<(TcpStream, Permit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((socket, _)) => {
            // An answer is written whole: waiting to fill a packet would only delay it.
            socket.set_nodelay(true).ok();
            Some((socket, permit))
        }
        Err(error) => {
            tracing::warn!(%error, "could not accept a connection");
            pause_if_out_of_files(&error).await;
            None
        }
    }
}

/// Without a pause, running out of file handles would be a busy loop.
#[expect(clippy::disallowed_methods, reason = "this waits for the machine, not for emulated time")]
async fn pause_if_out_of_files(error: &io::Error) {
    let is_of_the_peer = matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
    );
    if !is_of_the_peer {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "a connection is served beside the others")]
fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(work);
}
