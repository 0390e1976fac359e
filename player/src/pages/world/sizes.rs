//! How large the sound of a recording is as one file: laid out once, and remembered.

use std::{collections::HashMap, sync::Arc};

use council::MeetingId;
use tokio::sync::Mutex;
use vod_store::Recording;

/// More recordings than this are not remembered.
const REMEMBERED: usize = 4096;

/// What is remembered: the recording's length when it was laid out, and the file's size; none where it has no sound.
#[derive(Default)]
pub(crate) struct Sizes(Mutex<HashMap<MeetingId, (u64, Option<u64>)>>);

impl Sizes {
    /// How many bytes the sound has; none where there is none. One recording is laid out at a time, since it costs the disk.
    pub(super) async fn of(&self, recording: &Arc<Recording>) -> Option<u64> {
        let (meeting, duration_ms) = (recording.meeting(), recording.duration_ms());
        let mut known = self.0.lock().await;
        if let Some((as_long, size)) = known.get(&meeting)
            && *as_long == duration_ms
        {
            return *size;
        }
        let laid_out = recording.clone();
        let laid_out = tokio::task::spawn_blocking(move || laid_out.sound()).await.ok()?;
        let size = match laid_out {
            Ok(sound) => Some(sound.length),
            Err(vod_store::store::Error::Empty) => None,
            Err(error) => {
                tracing::error!(%meeting, %error, "the sound of a recording cannot be laid out");
                return None;
            }
        };
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(meeting, (duration_ms, size));
        size
    }
}
