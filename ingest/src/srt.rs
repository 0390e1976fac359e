//! The SRT listener that encoders call: one UDP port for all sources, the stream key in the stream id.
//!
//! It reads the protocol and nothing of the media: the transport stream goes, as it came, to a worker process.
//! Every caller has a socket and tasks of its own: whatever it sends, a caller can end its own connection and
//! nothing else. Stream keys appear in no log.

use std::{
    collections::HashSet,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};
use srt_protocol::{packet::SocketId, settings::KeySettings};
use srt_tokio::{
    ConnectionRequest, SrtListener, SrtSocket,
    access::{AccessControlList, RejectReason, ServerRejectReason},
    options::{KeySize, Passphrase},
};
use tokio::{
    net::UdpSocket,
    sync::{Semaphore, mpsc},
    time::timeout,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use vod_store::{
    Clock, Intake,
    intake::{Connection, Feed, Refused},
};

use crate::{
    Error, Result, WorkerCommand,
    failures::Failures,
    rtmp::Admit,
    supervisor::{self, Ended},
    worker::Container,
};

/// Callers at a time.
pub const MAX_CALLERS: usize = 64;
/// How long a handshake may take.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection without a packet of media for so long is closed.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(10);
/// The least time that lost packets have to be sent again: enough for 10 % of loss at 40 ms there and back. A caller may ask
/// for more, and should over a longer line or a worse one.
const LATENCY: Duration = Duration::from_millis(300);
/// Packets that wait for a worker: at 8 Mb/s five seconds.
const QUEUE: usize = 4096;
/// The kernel's room for packets that have come.
const SOCKET_BYTES: usize = 2 << 20;
/// How long a listener stays to say why a caller was refused.
const FAREWELL: Duration = Duration::from_millis(500);
/// The longest datagram: an Ethernet frame's.
const DATAGRAM: usize = 1500;

/// The port, with the secret that callers must share.
pub struct Listener {
    socket: UdpSocket,
    passphrase: Option<Passphrase>,
}

impl Listener {
    /// Takes the port. With a passphrase only callers who encrypt with it are let in; without, only those who do not.
    ///
    /// # Errors
    /// When the port is taken or cannot be had, or the passphrase has less than 10 or more than 79 bytes.
    pub fn bind(address: SocketAddr, passphrase: Option<String>) -> io::Result<Self> {
        let refused = |_| io::Error::new(io::ErrorKind::InvalidInput, "an SRT passphrase has 10 to 79 bytes");
        let passphrase = passphrase.map(Passphrase::try_from).transpose().map_err(refused)?;
        // Callers' sockets share the port, and with that another program of this user could share it too, unnoticed:
        // taken alone for a moment, it shows that nobody has it.
        std::net::UdpSocket::bind(address)?;
        Ok(Self { socket: open(address, None)?, passphrase })
    }

    /// The address as bound.
    ///
    /// # Errors
    /// When the system does not tell it.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }
}

/// A socket at `address`; with a peer it gets that peer's packets and no other's, before the socket without one.
fn open(address: SocketAddr, peer: Option<SocketAddr>) -> io::Result<UdpSocket> {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = rustix::net::socket_with(family, SocketType::DGRAM, flags, None)?;
    sockopt::set_socket_reuseport(&socket, true)?;
    if address.is_ipv6() {
        sockopt::set_ipv6_v6only(&socket, false)?;
    }
    sockopt::set_socket_recv_buffer_size(&socket, SOCKET_BYTES)?;
    rustix::net::bind(&socket, &address)?;
    if let Some(peer) = peer {
        rustix::net::connect(&socket, &peer)?;
    }
    UdpSocket::from_std(std::net::UdpSocket::from(socket))
}

/// Whether the datagram begins a call: a handshake of the kind "induction" (draft-sharabayko-srt-01 §3.2.1).
fn begins_call(datagram: &[u8]) -> bool {
    let word = |at: usize| datagram.get(at..at + 4);
    datagram.len() >= 64
        && word(0) == Some(&[0x80, 0, 0, 0])
        && word(12) == Some(&[0; 4])
        && word(36) == Some(&[0, 0, 0, 1])
}

/// What tells a caller that it is refused since it encrypts or does not (draft-sharabayko-srt-01 §3.2.1: a handshake
/// whose type is 1000 and the reason).
fn refusal(caller: SocketId) -> [u8; 64] {
    const UNSECURE: u32 = 11;
    let mut datagram = [0; 64];
    let mut write = |at: usize, word: u32| datagram[at..at + 4].copy_from_slice(&word.to_be_bytes());
    write(0, 0x8000_0000);
    write(12, caller.0);
    write(16, 5);
    write(36, 1000 + UNSECURE);
    datagram
}

/// The stream key in a stream id: all of it, or the resource's name in the standard form `#!::r=KEY,m=publish`.
/// None where the caller wants anything but to publish.
pub(crate) fn key_of(stream_id: &str) -> Option<String> {
    if !stream_id.starts_with("#!") {
        return Some(stream_id.to_owned());
    }
    let entries = stream_id.parse::<AccessControlList>().ok()?.0;
    let value = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str());
    let publishes = value("m").is_none_or(|mode| mode == "publish");
    value("r").filter(|_| publishes).map(ToOwned::to_owned)
}

/// What every caller needs.
struct Server {
    address: SocketAddr,
    passphrase: Option<Passphrase>,
    admit: Admit,
    intake: Intake,
    workers: WorkerCommand,
    clock: Clock,
    shutdown: CancellationToken,
    failures: Failures,
    callers: Mutex<HashSet<SocketAddr>>,
}

/// Takes calls until `shutdown`. Callers run on `tracker`; each ends its source's work before it ends.
pub async fn serve(
    listener: Listener,
    admit: Admit,
    intake: Intake,
    mut workers: WorkerCommand,
    clock: Clock,
    shutdown: CancellationToken,
    tracker: TaskTracker,
) {
    let Listener { socket, passphrase } = listener;
    let Ok(address) = socket.local_addr() else { return tracing::error!("the SRT port has no address") };
    workers.profile.container = Container::TransportStream;
    let (failures, callers) = (Failures::default(), Mutex::default());
    let server = Server { address, passphrase, admit, intake, workers, clock, shutdown, failures, callers };
    let server = Arc::new(server);
    let room = Arc::new(Semaphore::new(MAX_CALLERS));
    let mut datagram = [0; DATAGRAM];
    loop {
        let received = tokio::select! {
            () = server.shutdown.cancelled() => return,
            received = socket.recv_from(&mut datagram) => received,
        };
        let (length, peer) = match received {
            Ok(received) => received,
            Err(error) => {
                tracing::warn!(%error, "the SRT port could not be read");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if !begins_call(&datagram[..length]) || server.failures.must_wait(peer.ip()) {
            continue;
        }
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
            tracing::warn!(%peer, limit = MAX_CALLERS, "too many SRT callers; this one is not answered");
            continue;
        };
        if !server.callers().insert(peer) {
            continue;
        }
        let server = Arc::clone(&server);
        // The caller asks again after a quarter of a second, and its own socket answers.
        tracker.spawn(async move {
            if let Err(error) = answer(&server, peer).await {
                tracing::info!(%peer, %error, "an SRT call failed");
            }
            server.callers().remove(&peer);
            drop(place);
        });
    }
}

impl Server {
    fn callers(&self) -> std::sync::MutexGuard<'_, HashSet<SocketAddr>> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key and the strength of encryption that the connection must use; an error where the two sides differ.
    fn encryption(&self, asked: KeySize) -> Result<Option<KeySettings>> {
        match (&self.passphrase, asked) {
            (None, KeySize::Unspecified) => Ok(None),
            (None, _) => Err(Error::Srt("it encrypts, and no passphrase is set here")),
            // libsrt names no strength where none was asked for, and means the least. Whoever does not encrypt at all
            // is refused by the protocol.
            (Some(passphrase), key_size) => Ok(Some(KeySettings { key_size, passphrase: passphrase.clone() })),
        }
    }
}

/// One caller, from its handshake to its end.
async fn answer(server: &Server, peer: SocketAddr) -> Result<()> {
    let socket = open(server.address, Some(peer))?;
    let listener = SrtListener::builder().set(|options| options.receiver.latency = LATENCY).socket(socket);
    let (listener, mut incoming) = listener.bind(server.address).await?;
    let request = timeout(HANDSHAKE_TIMEOUT, incoming.incoming().next()).await;
    let request = request.map_err(|_| Error::Srt("the handshake took too long"))?;
    let request = request.ok_or(Error::Srt("the handshake is none"))?;
    let outcome = admit(server, request, peer).await;
    // What was said last is on its way while the listener lives.
    tokio::time::sleep(FAREWELL).await;
    drop(listener);
    outcome
}

async fn admit(server: &Server, request: ConnectionRequest, peer: SocketAddr) -> Result<()> {
    let refuse = |request: ConnectionRequest, reason| request.reject(RejectReason::Server(reason));
    let source = request.stream_id().and_then(|id| key_of(id)).and_then(|key| (server.admit)(&key));
    let Some(source) = source else {
        server.failures.failed(peer.ip());
        tracing::info!(%peer, "an SRT call with an unknown stream key was refused");
        return Ok(refuse(request, ServerRejectReason::Unauthorized).await?);
    };
    let encryption = match server.encryption(request.key_size()) {
        Ok(encryption) => encryption,
        Err(error) => {
            server.failures.failed(peer.ip());
            refuse(request, ServerRejectReason::Forbidden).await?;
            return Err(error);
        }
    };
    let since_ms = server.clock.now_ms();
    let connection = Connection { protocol: "srt", remote: peer.to_string(), encoder: String::new(), since_ms };
    let told = |reason| server.intake.refused(source, Refused { at_ms: since_ms, remote: peer.to_string(), reason });
    let feed = match server.intake.connect(source, connection) {
        Ok(feed) => feed,
        Err(reason) => {
            tracing::info!(%source, %peer, ?reason, "an SRT call was refused");
            told(reason);
            return Ok(refuse(request, ServerRejectReason::Conflict).await?);
        }
    };
    let caller = request.remote_socket_id();
    let accepted = timeout(HANDSHAKE_TIMEOUT, request.accept(encryption)).await;
    let Ok(mut socket) = accepted.map_err(|_| Error::Srt("the handshake took too long"))? else {
        server.failures.failed(peer.ip());
        if server.passphrase.is_some() {
            return Err(Error::Srt("the handshake failed; most likely the passphrase is another"));
        }
        // Keys that nobody told of in the request are too much for the protocol's task, which ends without an answer.
        open(server.address, Some(peer))?.send(&refusal(caller)).await?;
        return Err(Error::Srt("it encrypts, and no passphrase is set here"));
    };
    tracing::info!(%source, %peer, "a source calls over SRT");
    let outcome = carry(server, &feed, &mut socket).await;
    drop(feed);
    tracing::info!(%source, %peer, outcome = ?outcome.as_ref().map(|_| ()), "a source has ended");
    // The caller is told, where it is still there.
    let _ = timeout(FAREWELL, socket.close()).await;
    if let Ended::Refused(reason) = outcome? {
        tracing::info!(%source, %peer, ?reason, "a source was refused");
        told(reason);
    }
    Ok(())
}

/// Carries the media to workers until either side ends.
async fn carry(server: &Server, feed: &Feed, socket: &mut SrtSocket) -> Result<Ended> {
    let (packets, queue) = mpsc::channel(QUEUE);
    let work = supervisor::run(&server.workers, feed, queue);
    tokio::pin!(work);
    let read = tokio::select! {
        read = forward(server, socket, packets) => read,
        ended = &mut work => return Ok(ended),
    };
    // What was read before the end, or before the fault, still goes to the record.
    let ended = work.await;
    read?;
    Ok(ended)
}

async fn forward(server: &Server, socket: &mut SrtSocket, packets: mpsc::Sender<Bytes>) -> Result<()> {
    loop {
        let next = tokio::select! {
            next = timeout(IDLE_TIMEOUT, socket.next()) => next.map_err(|_| Error::Srt("no packet for too long"))?,
            () = server.shutdown.cancelled() => return Ok(()),
        };
        let Some(packet) = next else { return Ok(()) };
        let (_, packet) = packet?;
        match packets.try_send(packet) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Closed(_)) => return Ok(()),
            // Waiting here would only have the packets dropped where nobody sees it.
            Err(mpsc::error::TrySendError::Full(_)) => return Err(Error::Srt("the media worker does not keep up")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_found_in_either_form() {
        for (id, key) in [
            ("abc", Some("abc")),
            ("#!::r=abc,m=publish", Some("abc")),
            ("#!::m=publish,r=abc,u=x", Some("abc")),
            ("#!::r=abc", Some("abc")),
            ("#!::r=abc,m=request", None),
            ("#!::u=abc", None),
            ("#!nonsense", None),
        ] {
            assert_eq!(key_of(id).as_deref(), key, "{id}");
        }
    }
}
