//! A take: one unbroken run of a source (or of the slate), a growing CMAF file a track and the journal about them.
//!
//! The order that nothing may change: bytes into the track's file, `fdatasync`; their line into the journal,
//! `fdatasync`; only then is the part public.
//! One exception: a disk that is slow must not stop the transmission. A part that waits for longer than [`SLOW`]
//! is made public from memory, and stays readable from there until the disk has it; the journal says so afterwards.
//!
//! A take is never taken up again: after a crash the source's next run is a new take,
//! so what a crash left behind the last line of the journal is never touched.
mod backlog;
mod index;
mod writer;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub(crate) use backlog::{Backlog, SLOW};
pub(crate) use index::{Take, TakeTrack};
pub(crate) use writer::{Hangs, Opening, Writer, Written};

use crate::{
    MeetingId, SourceId,
    media::{Track, TrackName},
};

/// A take's name: its folder within the recording's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TakeId(uuid::Uuid);

impl TakeId {
    /// A new one; later ones sort later.
    pub(crate) fn new() -> Self {
        Self(uuid::Uuid::now_v7())
    }
}

impl std::fmt::Display for TakeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A line of a take's journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub(crate) enum Entry {
    /// The first line.
    Take {
        /// Of this format.
        version: u32,
        meeting: MeetingId,
        take: TakeId,
        /// None for the slate.
        source: Option<SourceId>,
        opened_at_ms: i64,
        tracks: Vec<Track>,
    },
    /// An init segment, at the start of its track's file.
    Init { track: TrackName, length: u64, sha256: String },
    /// A part. The names are short since there are ten a second.
    Part {
        /// Index into the take's tracks.
        t: u8,
        /// Offset in the track's file.
        o: u64,
        /// Length in bytes.
        n: u32,
        /// Start in the track's ticks.
        s: u64,
        /// Duration in the track's ticks.
        d: u32,
        /// 1: independent; 2: opens a segment.
        f: u8,
        /// Wall clock of its first sample, milliseconds UTC.
        w: i64,
        /// SHA-256 of its bytes.
        h: String,
    },
    /// These parts, which stand above, were made public before they were on the disk, the disk being slow.
    Early {
        /// Index into the take's tracks.
        t: u8,
        /// The first of them, index in the track.
        i: u32,
        /// How many.
        n: u32,
    },
    /// The last line of a take that ended in order.
    Closed { at_ms: i64 },
}

/// Where a part lies and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartAt {
    pub(crate) offset: u64,
    pub(crate) start: u64,
    pub(crate) captured_at_ms: i64,
    pub(crate) length: u32,
    pub(crate) duration: u32,
    pub(crate) independent: bool,
    pub(crate) opens_segment: bool,
}

/// The journal's file in a take's folder.
pub(crate) const JOURNAL: &str = "journal";

/// A track's file in a take's folder.
pub(crate) fn track_path(folder: &Path, track: &TrackName) -> PathBuf {
    folder.join(format!("{track}.mp4"))
}
