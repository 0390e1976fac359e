//! One encoder's connection, from the handshake to its end.

use std::{net::SocketAddr, time::Duration};

use rml_rtmp::handshake::{Handshake, HandshakeProcessResult, PeerType};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::mpsc,
    time::timeout,
};
use vod_store::{
    SourceId,
    intake::{Connection, Feed, Refusal, Refused},
};

use super::{
    HANDSHAKE_TIMEOUT, IDLE_TIMEOUT, PUBLISH_TIMEOUT, Server,
    session::{Event, Session},
};
use crate::{
    Error, Result,
    flv::{self, Body, Kind, Tag},
    supervisor::{self, Ended},
};

/// How long a refused encoder gets to read why.
const FAREWELL: Duration = Duration::from_secs(1);
/// How long an answer may take to be sent.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// So much is read at once.
const READ_BYTES: usize = 64 << 10;

const UNKNOWN_KEY: &str = "This stream key is not known here. Copy it again, or make a new one on the page of sources.";
const BUSY: &str = "Another encoder is sending with this stream key, and it is healthy. Stop that one first.";
const NOT_HERE: &str = "Only publishing is possible here.";

/// A peer with the session on it.
struct Peer {
    socket: TcpStream,
    session: Session,
}

/// What a peer asks for once it has introduced itself.
struct Asked {
    stream: u32,
    key: String,
    encoder: String,
}

/// Takes a peer as far as its publish; none where it left before.
async fn introduce(server: &Server, mut socket: TcpStream) -> Result<Option<(Peer, Asked)>> {
    socket.set_nodelay(true)?;
    rustix::net::sockopt::set_socket_keepalive(&socket, true).map_err(std::io::Error::from)?;
    let early = timeout(HANDSHAKE_TIMEOUT, shake_hands(&mut socket))
        .await
        .map_err(|_| Error::Rtmp("the handshake took too long"))??;
    let mut peer = Peer { socket, session: Session::new()? };
    peer.session.buffer().extend_from_slice(&early);
    let asked = tokio::select! {
        asked = timeout(PUBLISH_TIMEOUT, peer.publish()) => asked.map_err(|_| Error::Rtmp("it published nothing"))??,
        () = server.shutdown.cancelled() => return Ok(None),
    };
    Ok(asked.map(|asked| (peer, asked)))
}

pub(super) async fn run(server: &Server, socket: TcpStream, address: SocketAddr) -> Result<()> {
    let introduced = introduce(server, socket).await.inspect_err(|_| server.failures.failed(address.ip()))?;
    let Some((mut peer, Asked { stream, key, encoder })) = introduced else {
        tracing::info!(peer = %address, "an RTMP connection ended without a publish");
        return Ok(());
    };
    let Some(source) = (server.admit)(&key) else {
        server.failures.failed(address.ip());
        tracing::info!(peer = %address, "a publish with an unknown stream key was refused");
        return peer.refuse(stream, "NetStream.Publish.BadName", UNKNOWN_KEY).await;
    };
    drop(key);
    let since_ms = server.clock.now_ms();
    let connection = Connection { protocol: "rtmp", remote: address.to_string(), encoder, since_ms };
    let feed = match server.intake.connect(source, connection) {
        Ok(feed) => feed,
        Err(reason) => return peer.turn_away(server, source, address, stream, reason).await,
    };
    tracing::info!(%source, peer = %address, "a source publishes");
    peer.session.accept(stream)?;
    peer.flush().await?;
    let outcome = peer.carry(server, &feed).await;
    drop(feed);
    tracing::info!(%source, peer = %address, outcome = ?outcome.as_ref().map(|_| ()), "a source has ended");
    match outcome? {
        Ended::Whole => Ok(()),
        Ended::Gone => peer.refuse(stream, "NetStream.Publish.BadName", BUSY).await,
        Ended::Refused(reason) => peer.turn_away(server, source, address, stream, reason).await,
    }
}

/// Answers the handshake (Adobe RTMP 1.0 §5.2); gives the bytes that came after it.
async fn shake_hands(socket: &mut TcpStream) -> Result<Vec<u8>> {
    let mut handshake = Handshake::new(PeerType::Server);
    let mut bytes = [0; 4096];
    loop {
        let read = socket.read(&mut bytes).await?;
        if read == 0 {
            return Err(Error::Rtmp("the peer left during the handshake"));
        }
        let step = handshake.process_bytes(&bytes[..read]).map_err(|_| Error::Rtmp("the handshake is none"))?;
        match step {
            HandshakeProcessResult::InProgress { response_bytes } => socket.write_all(&response_bytes).await?,
            HandshakeProcessResult::Completed { response_bytes, remaining_bytes } => {
                socket.write_all(&response_bytes).await?;
                return Ok(remaining_bytes);
            }
        }
    }
}

impl Peer {
    /// Waits for a publish; none where the peer leaves first.
    async fn publish(&mut self) -> Result<Option<Asked>> {
        loop {
            while let Some(event) = self.session.next()? {
                match event {
                    Event::Publish { stream, key, encoder } => return Ok(Some(Asked { stream, key, encoder })),
                    Event::NotHere { stream } => {
                        self.refuse(stream, "NetStream.Play.Failed", NOT_HERE).await?;
                        return Ok(None);
                    }
                    Event::Media(_) | Event::Finished => {}
                }
            }
            self.flush().await?;
            if !self.read().await? {
                return Ok(None);
            }
        }
    }

    /// Carries the media to workers until either side ends.
    async fn carry(&mut self, server: &Server, feed: &Feed) -> Result<Ended> {
        let (tags, queue) = mpsc::channel(supervisor::QUEUE);
        let work = supervisor::run(&server.workers, feed, queue);
        tokio::pin!(work);
        let read = tokio::select! {
            read = self.forward(server, tags) => read,
            ended = &mut work => return Ok(ended),
        };
        if let Ok(Some(refusal)) = read {
            return Ok(Ended::Refused(refusal));
        }
        // What was read before the end, or before the fault, still goes to the record.
        let ended = work.await;
        read?;
        Ok(ended)
    }

    /// Reads media until the peer ends; answers why it must be refused, if it must.
    async fn forward(&mut self, server: &Server, tags: mpsc::Sender<Tag>) -> Result<Option<Refusal>> {
        loop {
            while let Some(event) = self.session.next()? {
                match event {
                    Event::Media(tag) => {
                        if let Some(refusal) = foreign(&tag) {
                            return Ok(Some(refusal));
                        }
                        if tags.send(tag).await.is_err() {
                            return Ok(None);
                        }
                    }
                    Event::Finished => return Ok(None),
                    Event::Publish { .. } | Event::NotHere { .. } => return Err(Error::Rtmp("a second publish")),
                }
            }
            self.flush().await?;
            let more = tokio::select! {
                more = timeout(IDLE_TIMEOUT, self.read()) => more.map_err(|_| Error::Rtmp("no byte for too long"))?,
                () = server.shutdown.cancelled() => return Ok(None),
            };
            if !more? {
                return Ok(None);
            }
        }
    }

    /// Reads what is there; false at the end.
    async fn read(&mut self) -> Result<bool> {
        let buffer = self.session.buffer();
        buffer.reserve(READ_BYTES);
        let read = self.socket.read_buf(buffer).await?;
        self.session.received(read)?;
        Ok(read > 0)
    }

    async fn flush(&mut self) -> Result<()> {
        let bytes = self.session.outgoing();
        if bytes.is_empty() {
            return Ok(());
        }
        let written = timeout(WRITE_TIMEOUT, self.socket.write_all(&bytes)).await;
        Ok(written.map_err(|_| Error::Rtmp("the peer does not read"))??)
    }

    async fn turn_away(
        mut self,
        server: &Server,
        source: SourceId,
        address: SocketAddr,
        stream: u32,
        reason: Refusal,
    ) -> Result<()> {
        tracing::info!(%source, peer = %address, ?reason, "a publish was refused");
        let (at_ms, remote) = (server.clock.now_ms(), address.to_string());
        let (code, words) = match &reason {
            Refusal::Busy => ("NetStream.Publish.BadName", BUSY.to_owned()),
            Refusal::Codec { got, set } => {
                ("NetStream.Publish.Rejected", format!("{got} is not taken here. Set the encoder to {set}."))
            }
            // Only of what is called.
            Refusal::Unreachable | Refusal::Denied => ("NetStream.Publish.BadName", BUSY.to_owned()),
            Refusal::Unreadable { what, .. } => {
                ("NetStream.Publish.Rejected", format!("What the encoder sends cannot be read: {what}."))
            }
        };
        server.intake.refused(source, Refused { at_ms, remote, reason });
        self.refuse(stream, code, &words).await
    }

    /// Says why, and gives the encoder a moment to read it.
    async fn refuse(&mut self, stream: u32, code: &str, words: &str) -> Result<()> {
        self.session.refuse(stream, code, words)?;
        self.flush().await?;
        self.socket.shutdown().await?;
        let mut rest = [0; 4096];
        // A close with bytes unread would be a reset, which overtakes the words.
        let drained = async { while self.socket.read(&mut rest).await.is_ok_and(|read| read > 0) {} };
        let _ = timeout(FAREWELL, drained).await;
        Ok(())
    }
}

/// Whether the tag's first byte names a codec that is not taken.
fn foreign(tag: &Tag) -> Option<Refusal> {
    let (body, set) = match tag.kind {
        Kind::Video => (flv::video(&tag.data), "H.264"),
        Kind::Audio => (flv::audio(&tag.data), "AAC"),
        Kind::Script => return None,
    };
    match body {
        Body::Foreign(got) => Some(Refusal::Codec { got, set: set.into() }),
        _ => None,
    }
}
