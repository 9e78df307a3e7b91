//! Accepts connections, serves them beside each other, and lets those in flight finish at the end.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::Service;

use super::connection::Connection;
use super::tls::Tls;

/// How long connections in flight may take to finish at the end.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(10);

/// What every connection is served with.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    pub tls: Tls,
    /// How long a client may take to begin, to agree on TLS, and to send the head of a request.
    pub head_time_max: Duration,
    pub connections_max: u32,
    /// Says when to stop.
    pub stop: watch::Receiver<bool>,
}

/// Serves until it is told to stop, and then until what is in flight is done.
pub async fn serve<S>(listener: TcpListener, service: S, options: ServeOptions)
where
    S: Service<Request<hyper::body::Incoming>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send,
{
    let permits = Arc::new(Semaphore::new(options.connections_max as usize));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &permits) => accepted,
            () = stopped(options.stop.clone()) => break,
        };
        let Some((socket, permit)) = accepted else { continue };
        let connection = Connection::new(service.clone(), options.clone(), permit);
        in_background(connection.serve(socket));
    }
    drop(listener);
    let all_done = permits.acquire_many(options.connections_max);
    if tokio::time::timeout(DRAIN_TIME_MAX, all_done).await.is_err() {
        let seconds = DRAIN_TIME_MAX.as_secs();
        tracing::warn!("gave up on connections that did not finish in {seconds} s");
    }
}

/// The next connection, once there is room for it. An error of one connection is no reason to stop.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
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

/// Returns once the server stops, or is gone.
pub(super) async fn stopped(mut stop: watch::Receiver<bool>) {
    stop.wait_for(|it| *it).await.ok();
}

#[expect(clippy::disallowed_methods, reason = "a connection is served beside the others")]
pub(super) fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(work);
}
