//! Options for every connection, and how it learns that the server stops.

use std::time::Duration;

use tokio::sync::watch;

use super::tls::Tls;

/// Options for every connection.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    pub tls: Tls,
    /// Time for a client to send its first byte, to finish the TLS handshake, and to send the head of a request.
    pub head_time_max: Duration,
    pub connections_max: u32,
    /// How long a client may leave an answer unread.
    pub unread_time_max: Duration,
    /// True once the server has to stop.
    pub stop: watch::Receiver<bool>,
}

/// Returns once the server stops or is dropped.
pub(super) async fn stopped(mut stop: watch::Receiver<bool>) {
    stop.wait_for(|it| *it).await.ok();
}

#[expect(clippy::disallowed_methods, reason = "a connection is served beside the others")]
pub(super) fn in_background(work: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(work);
}
