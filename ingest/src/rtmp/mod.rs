//! The RTMP server that encoders publish to.
//!
//! It reads the protocol and nothing of the media: what was published goes, re-tagged, to a worker process.
//! A peer can end its own connection and nothing else. Stream keys appear in no log.

mod amf;
mod chunks;
mod connection;
mod session;

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use vod_store::{Clock, Intake, SourceId};

use crate::WorkerCommand;

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
/// So many connections of one address that presented no known key within [`FAILURE_WINDOW`], and it must wait.
pub const MAX_FAILURES: u32 = 20;
/// How long failures count.
pub const FAILURE_WINDOW: Duration = Duration::from_secs(60);
/// Addresses whose failures are counted at a time.
const MAX_ADDRESSES: usize = 10_000;

/// What every connection needs.
pub(super) struct Server {
    pub(super) admit: Admit,
    pub(super) intake: Intake,
    pub(super) workers: WorkerCommand,
    pub(super) clock: Clock,
    pub(super) shutdown: CancellationToken,
    failures: Mutex<HashMap<IpAddr, (Instant, u32)>>,
}

impl Server {
    /// Notes that a connection of this address presented no known key.
    pub(super) fn failed(&self, address: IpAddr) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MAX_ADDRESSES {
            failures.retain(|_, (since, _)| since.elapsed() < FAILURE_WINDOW);
        }
        if failures.len() >= MAX_ADDRESSES {
            return;
        }
        let entry = failures.entry(address).or_insert_with(|| (Instant::now(), 0));
        if entry.0.elapsed() >= FAILURE_WINDOW {
            *entry = (Instant::now(), 0);
        }
        entry.1 += 1;
    }

    fn must_wait(&self, address: IpAddr) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(&address).is_some_and(|(since, count)| *count >= MAX_FAILURES && since.elapsed() < FAILURE_WINDOW)
    }
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
    let failures = Mutex::default();
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
        if server.must_wait(peer.ip()) {
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
