//! What is wrong with the disks under a growing recording, for the clerk's screen and for metrics.

use serde::Serialize;
use tokio::sync::watch;

/// Something about the disks that a person must look at. It stands until it is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "alarm")]
pub enum Alarm {
    /// The disk takes longer than half a second to keep a part; what is shown meanwhile is in memory only.
    Slow {
        /// How long it took last.
        took_ms: u64,
    },
    /// The disk refused a write. It stands until that folder takes one again.
    DiskRefused {
        /// The folder.
        folder: String,
        /// What the system said.
        what: String,
    },
    /// The recording goes on in a spare folder.
    Failover {
        /// The folder that it goes to.
        folder: String,
    },
    /// Parts were shown while the disk was slow, and then it refused them: they are in memory only, and the recording
    /// will not have them.
    Lost {
        /// How many, of all tracks together.
        parts: u64,
    },
    /// The disk does not last for the meeting that was planned, at the rate at which its sources send.
    LittleRoom {
        /// How long it lasts, in steps of ten.
        minutes: u64,
    },
}

impl Alarm {
    /// Whether `other` is about the same thing, and so takes this one's place.
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::DiskRefused { folder, .. }, Self::DiskRefused { folder: other, .. }) => folder == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

/// The alarms of one recording that stand now.
#[derive(Debug, Default)]
pub(crate) struct Alarms(watch::Sender<Vec<Alarm>>);

impl Alarms {
    pub(crate) fn watch(&self) -> watch::Receiver<Vec<Alarm>> {
        self.0.subscribe()
    }

    /// Raises an alarm in place of the one about the same thing.
    pub(crate) fn raise(&self, alarm: Alarm) {
        self.0.send_if_modified(|alarms| {
            if let Some(before) = alarms.iter_mut().find(|before| before.same(&alarm)) {
                let changed = *before != alarm;
                *before = alarm;
                return changed;
            }
            alarms.push(alarm);
            true
        });
    }

    /// Clears those that are over.
    pub(crate) fn clear(&self, over: impl Fn(&Alarm) -> bool) {
        self.0.send_if_modified(|alarms| {
            let before = alarms.len();
            alarms.retain(|alarm| !over(alarm));
            alarms.len() != before
        });
    }
}
