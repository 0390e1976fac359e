//! The stream keys in memory, so that an encoder is let in while the database is away.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use council::{Council, SourceId, stream_key::KeyHash};
use tokio_util::sync::CancellationToken;

/// How soon a new or rotated key is known.
const EVERY: Duration = Duration::from_secs(2);

/// The keys' hashes with their sources, as last read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys(Arc<RwLock<HashMap<KeyHash, SourceId>>>);

impl Keys {
    /// The source that a presented key opens.
    pub(crate) fn source(&self, presented: &str) -> Option<SourceId> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(&KeyHash::of(presented)).copied()
    }

    /// Reads the keys again and again until `shutdown`; while the database is away the last ones hold.
    pub(crate) async fn follow(self, council: Council, shutdown: CancellationToken) {
        let mut away = false;
        loop {
            match council.keys().await {
                Ok(keys) => {
                    let keys = keys.into_iter().map(|(source, hash)| (hash, source)).collect();
                    *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
                    away = false;
                }
                Err(error) if !away => {
                    tracing::error!(%error, "the stream keys could not be read; the last known ones hold");
                    away = true;
                }
                Err(_) => {}
            }
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }
}
