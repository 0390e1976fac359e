//! The HTTP server: its own accept loop, so that every connection is counted, bounded and ended in order.

pub mod acme;
mod tls;

use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    pin::{Pin, pin},
    str::FromStr,
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, FromRequestParts, Request},
    http::request::Parts,
    response::Response,
};
use hyper::{body::Incoming, service::Service as _};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

pub use tokio_rustls::TlsAcceptor;

pub use tls::{BadCertificate, Certificate, only_to_https};

use crate::App;

/// Connections at once; the next one waits to be accepted.
const CONNECTIONS: usize = 20_000;
/// Connections that the kernel may hold until we accept them; the usual 128 drops a council's rush.
const BACKLOG: u32 = 4096;
/// A client has this long to send a request's head.
const HEAD: Duration = Duration::from_secs(10);
/// What is buffered of a request's head; a longer one is refused.
const HEAD_BYTES: usize = 16 << 10;
/// Answers under way have this long to finish once the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// A network of addresses: `10.0.0.0/8`, `::1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u32,
}

/// Text that is no network.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no address and no network such as 10.0.0.0/8")]
pub struct BadNetwork(String);

impl FromStr for Network {
    type Err = BadNetwork;

    fn from_str(text: &str) -> Result<Self, BadNetwork> {
        let bad = || BadNetwork(text.to_owned());
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(widest), str::parse).map_err(|_| bad())?;
        if bits > widest { Err(bad()) } else { Ok(Self { address, bits }) }
    }
}

impl Network {
    /// Whether an address lies in it; IPv4 written as IPv6 is IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                (u32::from(ours) ^ u32::from(theirs)).checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                (u128::from(ours) ^ u128::from(theirs)).checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// The client's address: the peer's, or what a proxy that we trust says of it.
pub(crate) struct Client(pub(crate) IpAddr);

impl FromRequestParts<App> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let peer =
            parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::from([127, 0, 0, 1]), |info| info.0.ip());
        let trusted = |address: IpAddr| app.config.trusted_proxies.iter().any(|network| network.contains(address));
        if !trusted(peer) {
            return Ok(Self(peer.to_canonical()));
        }
        let said = parts.headers.get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
        let said: Vec<IpAddr> =
            said.flat_map(|value| value.split(',')).filter_map(|text| text.trim().parse().ok()).collect();
        // The last that no proxy of ours wrote about itself.
        let client = said.into_iter().rev().find(|address| !trusted(*address)).unwrap_or(peer);
        Ok(Self(client.to_canonical()))
    }
}

/// Cancelled when the server stops: streams that never end must end then.
#[derive(Clone, Default)]
pub(crate) struct Stopping(pub(crate) CancellationToken);

impl<S: Sync> FromRequestParts<S> for Stopping {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Keeps a connection counted, and waited for when the server stops, after it has become a socket.
#[derive(Clone, Default)]
pub(crate) struct Held {
    _place: Option<Arc<(OwnedSemaphorePermit, TaskTrackerToken)>>,
}

impl<S: Sync> FromRequestParts<S> for Held {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// What a connection knows of its end.
struct Life {
    stopping: CancellationToken,
    held: Held,
}

/// Binds an address with room for a rush of connections. An IPv6 wildcard takes IPv4 too.
///
/// # Errors
/// When the address is taken or not ours.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv6() { TcpSocket::new_v6()? } else { TcpSocket::new_v4()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `stopping`, then lets answers under way finish for a few seconds. With `tls` it speaks HTTPS alone.
pub async fn serve(listener: TcpListener, tls: Option<TlsAcceptor>, router: Router, stopping: CancellationToken) {
    let connections = TaskTracker::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let now = CancellationToken::new();
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { break };
        let (stream, peer) = tokio::select! {
            () = stopping.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of descriptors, or the peer has gone: neither ends the server.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        // Parts are small and urgent; where the option fails the connection is only slower.
        let _ = stream.set_nodelay(true);
        let held = Held { _place: Some(Arc::new((place, connections.token()))) };
        let (router, tls, now) = (router.clone(), tls.clone(), now.clone());
        let life = Life { stopping: stopping.clone(), held };
        connections.spawn(async move {
            let served = async {
                let Some(tls) = tls else { return http1(stream, peer, router, life).await };
                // What TLS needs is much, and most are behind a proxy without it.
                Box::pin(secure(tls, stream, peer, router, life)).await;
            };
            tokio::select! {
                () = now.cancelled() => {}
                () = served => {}
            }
        });
    }
    drop(listener);
    connections.close();
    if tokio::time::timeout(GRACE, connections.wait()).await.is_err() {
        now.cancel();
        connections.wait().await;
    }
}

async fn secure(tls: TlsAcceptor, stream: TcpStream, peer: SocketAddr, router: Router, life: Life) {
    // A client that does not finish its greeting, or speaks something else, is let go.
    let Ok(Ok(mut stream)) = tokio::time::timeout(HEAD, tls.accept(stream)).await else { return };
    match stream.get_ref().1.alpn_protocol() {
        Some(b"h2") => http2(stream, peer, router, life).await,
        // The greeting was the proof, and no more is said (RFC 8737 §3); how it ends is the other's affair.
        Some(tls::PROOF) => drop(tokio::time::timeout(HEAD, stream.shutdown()).await),
        _ => http1(stream, peer, router, life).await,
    }
}

async fn http1(stream: impl Stream, peer: SocketAddr, router: Router, life: Life) {
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(HEAD_BYTES).pipeline_flush(true);
    let stopping = life.stopping.clone();
    let service = service(peer, router, life);
    to_its_end(pin!(builder.serve_connection(TokioIo::new(stream), service).with_upgrades()), stopping).await;
}

async fn http2(stream: impl Stream, peer: SocketAddr, router: Router, life: Life) {
    let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
    builder.timer(TokioTimer::new()).max_concurrent_streams(100).keep_alive_interval(Duration::from_secs(20));
    let stopping = life.stopping.clone();
    let service = service(peer, router, life);
    to_its_end(pin!(builder.serve_connection(TokioIo::new(stream), service)), stopping).await;
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for S {}

/// The router as hyper calls it, for the requests of one connection.
fn service(
    peer: SocketAddr,
    router: Router,
    life: Life,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = Response,
    Error = Infallible,
    Future = impl Future<Output = Result<Response, Infallible>> + Send + 'static,
> {
    let (router, stopping, held) = (TowerToHyperService::new(router), Stopping(life.stopping), life.held);
    hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(stopping.clone());
        request.extensions_mut().insert(held.clone());
        router.call(request)
    })
}

/// A connection that takes no further request once it is asked to end.
trait Ending: Future<Output = hyper::Result<()>> {
    fn end(self: Pin<&mut Self>);
}

impl<I, S> Ending for hyper::server::conn::http1::UpgradeableConnection<I, S>
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
    S: hyper::service::HttpService<Incoming, ResBody = Body, Error = Infallible>,
{
    fn end(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

impl<I, S> Ending for hyper::server::conn::http2::Connection<I, S, TokioExecutor>
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    S: hyper::service::HttpService<Incoming, ResBody = Body, Error = Infallible>,
    TokioExecutor: hyper::rt::bounds::Http2ServerConnExec<S::Future, Body>,
{
    fn end(self: Pin<&mut Self>) {
        self.graceful_shutdown();
    }
}

/// Serves a connection until its client goes, or until `stopping` and what it answers is out.
/// How it ends is the client's affair; what we answered has been logged where it went wrong.
async fn to_its_end(mut connection: Pin<&mut impl Ending>, stopping: CancellationToken) {
    let _ = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().end();
            connection.await
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses_only() {
        for (network, address, holds) in [
            ("10.0.0.0/8", "10.255.1.2", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("127.0.0.1", "127.0.0.2", false),
            ("127.0.0.1", "::ffff:127.0.0.1", true),
            ("::1", "::1", true),
            ("2001:db8::/32", "2001:db8:5::1", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
        ] {
            let network: Network = network.parse().unwrap();
            assert_eq!(network.contains(address.parse().unwrap()), holds, "{network:?} {address}");
        }
        for wrong in ["10.0.0.0/33", "ten", "10.0.0.0/", "::1/129", ""] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
