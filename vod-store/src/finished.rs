//! Finished recordings in memory.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Weak},
};

use crate::{MeetingId, Recording};

/// Finished recordings that stay in memory: an eight-hour one takes about twelve megabytes.
const KEPT: usize = 16;

/// Finished recordings, while somebody reads them or lately did.
#[derive(Debug, Default)]
pub(crate) struct Finished {
    known: HashMap<MeetingId, Weak<Recording>>,
    /// The last ones that were asked for, so that a viewer's requests do not read the disk each time.
    kept: VecDeque<Arc<Recording>>,
}

impl Finished {
    pub(crate) fn find(&mut self, meeting: MeetingId) -> Option<Arc<Recording>> {
        self.known.get(&meeting).and_then(Weak::upgrade)
    }

    pub(crate) fn keep(&mut self, recording: Arc<Recording>) {
        self.known.retain(|_, known| known.strong_count() > 0);
        self.known.insert(recording.meeting(), Arc::downgrade(&recording));
        self.kept.push_back(recording);
        if self.kept.len() > KEPT {
            self.kept.pop_front();
        }
    }
}
