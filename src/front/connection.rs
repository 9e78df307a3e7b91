//! One connection: plain HTTP or TLS, recognised by the first byte, and CONNECT tunnels inside it.

use std::convert::Infallible;
use std::io::{self, Cursor};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, Uri};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tower::{Service, ServiceExt};

use super::options::{ServeOptions, in_background, stopped};
use super::patient::Patient;
use super::proxy;

/// First byte of every TLS connection and of no HTTP request.
const TLS_HANDSHAKE: u8 = 0x16;

/// Bytes of a head, and of what is read or written at a time: thousands of connections may hold as much.
const BUFFER_BYTES_MAX: usize = 128 << 10;

/// How a request came; an extension of every request.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    pub peer: SocketAddr,
    /// Counts from 1.
    pub connection: u64,
    /// When its head was there.
    pub at: Instant,
}

pub(super) struct Connection<S> {
    service: S,
    options: ServeOptions,
    peer: SocketAddr,
    number: u64,
    /// Held until the connection ends, and a tunnel that it became.
    _permit: OwnedSemaphorePermit,
}

impl<S> Connection<S>
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send,
{
    pub(super) fn new(
        service: S,
        options: ServeOptions,
        (peer, permit): (SocketAddr, OwnedSemaphorePermit),
    ) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        Self { service, options, peer, number, _permit: permit }
    }

    pub(super) async fn serve(self, socket: TcpStream) {
        let Ok(local) = socket.local_addr() else { return };
        let mut first = [0];
        // Otherwise the client closed the connection or sent nothing.
        if let Some(1) = self.in_time(socket.peek(&mut first)).await {
            let socket = Patient::new(socket, self.options.unread_time_max);
            Arc::new(self).serve_either(socket, first[0], local, None).await;
        }
    }

    async fn serve_either<I>(
        self: Arc<Self>,
        io: I,
        first: u8,
        local: SocketAddr,
        tunnel: Option<String>,
    ) where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        if first != TLS_HANDSHAKE {
            return self.serve_http(io, local, tunnel).await;
        }
        match self.options.tls.acceptor() {
            Ok(acceptor) => {
                if let Some(io) = self.in_time(acceptor.accept(io)).await {
                    self.serve_http(io, local, tunnel).await;
                }
            }
            Err(error) => tracing::error!("no certificate for TLS: {error:#}"),
        }
    }

    async fn serve_http<I>(self: Arc<Self>, io: I, local: SocketAddr, tunnel: Option<String>)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stopped = stopped(self.options.stop.clone());
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.options.head_time_max)
            .max_buf_size(BUFFER_BYTES_MAX);
        let service = service_fn(move |request| {
            let (connection, tunnel) = (Arc::clone(&self), tunnel.clone());
            async move { connection.answer(request, local, tunnel).await }
        });
        let mut connection = pin!(http.serve_connection(TokioIo::new(io), service).with_upgrades());
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopped => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    async fn answer(
        self: Arc<Self>,
        mut request: Request<Incoming>,
        local: SocketAddr,
        tunnel: Option<String>,
    ) -> Result<Response, Infallible> {
        let addressed = proxy::addressed(&request, local, tunnel);
        let connects = *request.method() == Method::CONNECT;
        if let (Some(host), true) = (proxy::tunnel_to(&addressed), connects) {
            let upgrade = hyper::upgrade::on(&mut request);
            in_background(Arc::clone(&self).serve_tunnel(upgrade, local, host.to_owned()));
            return Ok(Response::new(Body::empty()));
        }
        if connects {
            // CONNECT has no path, but the router needs one to refuse it.
            *request.uri_mut() = Uri::from_static("/");
        }
        let arrival = Arrival { peer: self.peer, connection: self.number, at: Instant::now() };
        request.extensions_mut().insert(arrival);
        request.extensions_mut().insert(addressed);
        self.service.clone().oneshot(request).await
    }

    /// Boxed, because serving a tunnel is recursive.
    fn serve_tunnel(
        self: Arc<Self>,
        upgrade: hyper::upgrade::OnUpgrade,
        local: SocketAddr,
        host: String,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            let Ok(upgraded) = upgrade.await else { return };
            let (mut reader, writer) = tokio::io::split(TokioIo::new(upgraded));
            if let Some(first) = self.in_time(reader.read_u8()).await {
                let io = tokio::io::join(Cursor::new([first]).chain(reader), writer);
                self.serve_either(io, first, local, Some(host)).await;
            }
        })
    }

    /// Waits for the client until its time is up or the server stops.
    async fn in_time<T>(&self, work: impl Future<Output = io::Result<T>>) -> Option<T> {
        tokio::select! {
            done = tokio::time::timeout(self.options.head_time_max, work) => match done {
                Ok(Ok(done)) => Some(done),
                Ok(Err(error)) => {
                    report(&error);
                    None
                }
                Err(_) => None,
            },
            () = stopped(self.options.stop.clone()) => None,
        }
    }
}

/// Warns about the one failure that users have to fix themselves.
fn report(error: &io::Error) {
    use rustls::AlertDescription::{BadCertificate, CertificateUnknown, UnknownCA};
    let cause = error.get_ref().and_then(|it| it.downcast_ref::<rustls::Error>());
    if let Some(rustls::Error::AlertReceived(UnknownCA | BadCertificate | CertificateUnknown)) =
        cause
    {
        tracing::warn!(
            "a client does not trust Domock's certificate: it needs that of GET /_domock/ca.pem"
        );
    } else {
        tracing::debug!(%error, "a connection did not begin");
    }
}
