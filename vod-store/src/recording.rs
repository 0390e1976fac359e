//! The recording of one meeting, growing or finished.

use std::{fs::File, sync::Arc};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::watch;

use crate::{MeetingId, SourceId};

/// What a viewer should know of a recording now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// Open, and nothing has come yet.
    Waiting,
    /// Parts of a source are coming.
    Running,
    /// The source is away; the slate stands.
    Away {
        /// Since when, milliseconds UTC.
        since_ms: i64,
    },
    /// The clerk has paused the transmission; the slate stands and no source is kept.
    Paused {
        /// Since when, milliseconds UTC.
        since_ms: i64,
    },
    /// Finished.
    Ended,
}

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
    pub shows: Shows,
}

/// What a stretch of a recording shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
}

/// A playlist ready to be sent; the same one is shared by all who ask for this version.
pub struct Playlist {
    /// The text.
    pub text: Bytes,
    /// A strong validator.
    pub etag: String,
    gzip: std::sync::OnceLock<Bytes>,
}

impl Playlist {
    /// The text, gzipped once for all.
    pub fn gzip(&self) -> Bytes {
        self.gzip.get_or_init(|| todo!()).clone()
    }
}

/// What of a media playlist is asked (RFC 8216bis §6.2.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlaylistRequest {
    /// `_HLS_msn`.
    pub msn: Option<u64>,
    /// `_HLS_part`; only with `msn`.
    pub part: Option<u64>,
    /// `_HLS_skip=YES` (or `v2`, which skips the same).
    pub skip: bool,
}

/// Why a playlist is not answered.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaylistError {
    /// `_HLS_part` without `_HLS_msn`, or further ahead than two segments: HTTP 400.
    #[error("the playlist asked for lies too far ahead, or the request is malformed")]
    Bad,
    /// Waited three target durations in vain: HTTP 503.
    #[error("the part asked for did not come in time")]
    Late,
    /// No such rendition: HTTP 404.
    #[error("there is no such rendition")]
    NotFound,
}

/// Bytes of a segment, a part or an init segment.
pub enum Media {
    /// In memory.
    Memory(Bytes),
    /// On disk.
    File {
        /// The track's file.
        file: Arc<File>,
        /// Where the bytes begin.
        offset: u64,
        /// How many.
        length: u64,
    },
}

/// The recording of a meeting.
pub struct Recording {
    meeting: MeetingId,
}

/// One rendition of a recording: a media playlist and what it names.
pub struct Rendition {}

impl Recording {
    /// Whose it is.
    #[must_use]
    pub fn meeting(&self) -> MeetingId {
        self.meeting
    }

    /// What a viewer should know, now and as it changes.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<State> {
        todo!()
    }

    /// The multivariant playlist; none before the first part is public.
    #[must_use]
    pub fn multivariant(&self) -> Option<Arc<Playlist>> {
        todo!()
    }

    /// A rendition by its name (`video`, `audio`, …); none before its first part is public.
    #[must_use]
    pub fn rendition(&self, name: &str) -> Option<Arc<Rendition>> {
        let _ = name;
        todo!()
    }

    /// What the recording shows when, from its first instant.
    #[must_use]
    pub fn stretches(&self) -> Vec<Stretch> {
        todo!()
    }

    /// The small picture that stands nearest before `at_ms` (wall clock), with the instant that it shows.
    #[must_use]
    pub fn thumbnail(&self, at_ms: i64) -> Option<(i64, Media)> {
        let _ = at_ms;
        todo!()
    }

    /// The instants of which there are small pictures, milliseconds UTC, ascending.
    #[must_use]
    pub fn thumbnails(&self) -> Vec<i64> {
        todo!()
    }

    /// The whole, or a span of wall clock (from, to), as one MP4 with the index first.
    ///
    /// # Errors
    /// When nothing lies in the span, or a file cannot be read.
    pub fn download(&self, span_ms: Option<(i64, i64)>) -> Result<Download, crate::store::Error> {
        let _ = span_ms;
        todo!()
    }
}

impl Rendition {
    /// The media playlist, now or when what is asked for has come.
    ///
    /// # Errors
    /// See [`PlaylistError`].
    pub async fn playlist(&self, request: PlaylistRequest) -> Result<Arc<Playlist>, PlaylistError> {
        let _ = request;
        todo!()
    }

    /// Segment `number`, whole; of a live recording only once it is complete.
    pub async fn segment(&self, number: u64) -> Option<Media> {
        let _ = number;
        todo!()
    }

    /// Part `part` of segment `number`. The one that the preload hint names is waited for.
    pub async fn part(&self, number: u64, part: u64) -> Option<Media> {
        let _ = (number, part);
        todo!()
    }

    /// Init segment `number`.
    #[must_use]
    pub fn init(&self, number: u64) -> Option<Bytes> {
        let _ = number;
        todo!()
    }
}

/// One MP4 laid out: its head in memory, its body as ranges of files.
pub struct Download {
    /// How many bytes in all.
    pub length: u64,
    /// In order.
    pub pieces: Vec<Media>,
}
