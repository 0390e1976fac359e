//! The RTMP server that encoders publish to.
//!
//! It reads the protocol and nothing of the media: what was published goes, re-tagged, to a worker process.
//! A peer can end its own connection and nothing else. Stream keys appear in no log.

mod amf;
mod chunks;
mod connection;
pub(crate) mod fuzz;
mod session;

use std::{sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use vod_store::{Clock, Intake, SourceId};

pub use crate::failures::{FAILURE_WINDOW, MAX_FAILURES};
use crate::{WorkerCommand, failures::Failures};

/// Whose the presented stream key is, if it is anybody's.
pub type Admit = Arc<dyn Fn(&str) -> Option<SourceId> + Send + Sync>;

/// Connections at a time.
pub const MAX_CONNECTIONS: usize = 128;
/// How long a handshake may take.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a peer may take from the handshake to its publish.
pub const PUBLISH_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection without a byte for so long is closed.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(10);
/// What every connection needs.
pub(super) struct Server {
    pub(super) admit: Admit,
    pub(super) intake: Intake,
    pub(super) workers: WorkerCommand,
    pub(super) clock: Clock,
    pub(super) shutdown: CancellationToken,
    pub(super) failures: Failures,
}

/// Accepts encoders until `shutdown`. Connections run on `tracker`; each ends its source's work before it ends.
pub async fn serve(
    listener: TcpListener,
    admit: Admit,
    intake: Intake,
    workers: WorkerCommand,
    clock: Clock,
    shutdown: CancellationToken,
    tracker: TaskTracker,
) {
    let failures = Failures::default();
    let server = Arc::new(Server { admit, intake, workers, clock, shutdown: shutdown.clone(), failures });
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            () = shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of descriptors, most likely: trying again at once would only spin.
                tracing::warn!(%error, "an RTMP connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if server.failures.must_wait(peer.ip()) {
            tracing::debug!(%peer, "an address with too many failures must wait");
            continue;
        }
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
            tracing::warn!(%peer, limit = MAX_CONNECTIONS, "too many RTMP connections; this one is closed");
            continue;
        };
        let server = Arc::clone(&server);
        tracker.spawn(async move {
            if let Err(error) = connection::run(&server, socket, peer).await {
                tracing::info!(%peer, %error, "an RTMP connection failed");
            }
            drop(place);
        });
    }
}
