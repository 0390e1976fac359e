//! Segments and parts that several viewers want at about the same time: read from disk once, kept in memory for a while.

use std::{future::Future, sync::Arc};

use bytes::Bytes;
use council::MeetingId;
use quick_cache::{Weighter, sync::Cache};

use crate::error::Result;

/// What is kept in all. At 2 Mb/s that is four minutes; a live meeting's viewers are within a few seconds of each other.
const KEPT_BYTES: u64 = 64 << 20;
/// So many things are expected to be kept.
const THINGS: usize = 512;

/// A media address: meeting, rendition, file.
type Address = (MeetingId, Box<str>, Box<str>);

#[derive(Clone)]
struct Bulk;

impl Weighter<Address, Bytes> for Bulk {
    fn weight(&self, _: &Address, media: &Bytes) -> u64 {
        media.len() as u64
    }
}

/// What is kept; cheap to clone. Media never changes at its address, so nothing in here goes stale;
/// who may see it is asked before it is looked for.
#[derive(Clone)]
pub(crate) struct Warm(Arc<Cache<Address, Bytes, Bulk>>);

impl Default for Warm {
    fn default() -> Self {
        Self(Arc::new(Cache::with_weighter(THINGS, KEPT_BYTES, Bulk)))
    }
}

impl Warm {
    /// The bytes at an address; `read` reads them if they are not here. Who asks while they are being read waits for that.
    pub(super) async fn get(
        &self,
        meeting: MeetingId,
        rendition: &str,
        file: &str,
        read: impl Future<Output = Result<Bytes>>,
    ) -> Result<Bytes> {
        self.0.get_or_insert_async(&(meeting, rendition.into(), file.into()), read).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[tokio::test]
    async fn a_thing_is_read_once_and_again_after_a_failure() {
        let (warm, meeting) = (Warm::default(), MeetingId::new());
        let refused = warm.get(meeting, "video", "1.m4s", async { Err(Error::NotFound) }).await;
        assert!(matches!(refused, Err(Error::NotFound)));
        let (first, second) = tokio::join!(
            warm.get(meeting, "video", "1.m4s", async {
                tokio::task::yield_now().await;
                Ok(Bytes::from_static(b"one"))
            }),
            warm.get(meeting, "video", "1.m4s", async { unreachable!("it is being read") }),
        );
        assert_eq!((first.unwrap(), second.unwrap()), (Bytes::from_static(b"one"), Bytes::from_static(b"one")));
        let other = warm.get(meeting, "audio", "1.m4s", async { Ok(Bytes::from_static(b"another")) }).await;
        assert_eq!(other.unwrap(), Bytes::from_static(b"another"));
    }

    #[tokio::test]
    async fn memory_is_bounded() {
        let (warm, meeting) = (Warm::default(), MeetingId::new());
        for number in 0..200 {
            let bytes = Bytes::from(vec![0; 1 << 20]);
            warm.get(meeting, "video", &format!("{number}.m4s"), async { Ok(bytes) }).await.unwrap();
        }
        assert!(warm.0.weight() <= KEPT_BYTES, "{}", warm.0.weight());
        assert!(!warm.0.is_empty());
    }
}
