//! What a recording shows when.

use serde::{Deserialize, Serialize};

use crate::{Recording, SourceId};

/// A stretch of the recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// Wall clock of its start, milliseconds UTC.
    pub starts_at_ms: i64,
    /// Where it starts in the player's time (the sum of the segments before it), milliseconds.
    pub position_ms: u64,
    /// How long it is.
    pub duration_ms: u64,
    /// What it shows.
    #[serde(flatten)]
    pub shows: Shows,
}

/// What a stretch of a recording shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "shows")]
pub enum Shows {
    /// A source.
    Source {
        /// Which.
        source: SourceId,
    },
    /// The slate, while no source was there.
    Gap,
    /// The slate, while the clerk paused.
    Pause,
    /// The slate, while the meeting was in camera.
    InCamera,
}

impl Shows {
    /// Whether it is a source, and not the slate.
    pub(crate) fn is_source(&self) -> bool {
        matches!(self, Self::Source { .. })
    }
}

impl Recording {
    /// What a cut shows.
    pub(crate) fn shows(&self, cut: u32) -> Option<Shows> {
        self.cuts().get(cut as usize).map(|cut| cut.shows.clone())
    }

    /// What the recording shows when, from its first instant.
    #[must_use]
    pub fn stretches(&self) -> Vec<Stretch> {
        let Some(leading) = self.leading() else { return Vec::new() };
        let segments = leading.segments();
        let mut stretches: Vec<Stretch> = Vec::new();
        for (index, cut) in self.cuts().iter().enumerate() {
            let own = segments.iter().filter(|segment| segment.cut as usize == index);
            let duration_ms = own.clone().map(|segment| segment.duration_ns).sum::<u64>() / 1_000_000;
            let Some(first) = own.clone().next() else { continue };
            match stretches.last_mut() {
                Some(before) if before.shows == cut.shows => before.duration_ms += duration_ms,
                _ => stretches.push(Stretch {
                    starts_at_ms: first.at_ms,
                    position_ms: first.position_ns / 1_000_000,
                    duration_ms,
                    shows: cut.shows.clone(),
                }),
            }
        }
        stretches
    }
}
