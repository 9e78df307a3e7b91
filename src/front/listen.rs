//! Accepts connections, serves them concurrently, and lets them finish when the server stops.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Service;

use super::connection::Connection;
use super::options::{in_background, stopped};

pub use super::options::ServeOptions;

/// How long open connections may take to finish when the server stops: Docker kills after ten seconds.
const DRAIN_TIME_MAX: Duration = Duration::from_secs(8);

/// Serves until told to stop, then waits for open connections.
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
        let Some((socket, peer, permit)) = accepted else { continue };
        let connection = Connection::new(service.clone(), options.clone(), (peer, permit));
        in_background(connection.serve(socket));
    }
    drop(listener);
    let all_done = permits.acquire_many(options.connections_max);
    if tokio::time::timeout(DRAIN_TIME_MAX, all_done).await.is_err() {
        let seconds = DRAIN_TIME_MAX.as_secs();
        tracing::warn!("gave up on connections that did not finish in {seconds} s");
    }
}

/// Accepts the next connection once a permit is free. An error of one connection does not stop the server.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(permits).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((socket, peer)) => {
            // Responses are written whole, so Nagle's algorithm would only delay them.
            socket.set_nodelay(true).ok();
            Some((socket, peer, permit))
        }
        Err(error) => {
            tracing::warn!(%error, "could not accept a connection");
            pause_if_out_of_files(&error).await;
            None
        }
    }
}

/// Without a pause, accepting in a loop would spin when the process is out of file descriptors.
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
