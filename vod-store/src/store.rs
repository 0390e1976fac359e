//! The folder of recordings.

use std::{path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Clock, Intake, MeetingId, Recording, SourceId};

/// Why the store could not.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bytes on disk are not what the journal says.
    #[error("{0}")]
    Corrupt(String),
    /// The recording is finished, or is not.
    #[error("the recording is {0}")]
    State(&'static str),
    /// Nothing lies in the span.
    #[error("there is nothing in that span")]
    Empty,
}

/// What the disk keeps about a meeting, so that the catalogue can be rebuilt from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The municipality's slug.
    pub municipality: String,
    /// The body's slug.
    pub body: String,
    /// The body's name in Greek.
    pub body_name: String,
    /// The meeting's title.
    pub title: String,
    /// Where.
    pub place: String,
    /// When it was called for, milliseconds UTC.
    pub starts_at_ms: i64,
    /// The agenda, an item a line.
    pub agenda: Vec<String>,
}

/// The recordings of an installation.
#[derive(Clone)]
pub struct Store {
    #[expect(dead_code, reason = "skeleton")]
    inner: Arc<Inner>,
}

#[expect(dead_code, reason = "skeleton")]
struct Inner {
    folder: PathBuf,
    intake: Intake,
    clock: Clock,
}

impl Store {
    /// Opens the folder; recordings are read when they are asked for.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(folder: PathBuf, intake: Intake, clock: Clock) -> Result<Self, Error> {
        Ok(Self { inner: Arc::new(Inner { folder, intake, clock }) })
    }

    /// The sources of this installation.
    #[must_use]
    pub fn intake(&self) -> &Intake {
        todo!()
    }

    /// Begins a meeting's recording, or takes it up again; sources by rank, the primary first.
    /// What they send from their next keyframe on is recorded and public.
    ///
    /// # Errors
    /// When the disk refuses, or the recording was ended.
    pub async fn begin(&self, meeting: MeetingId, about: &About, sources: &[SourceId]) -> Result<Arc<Recording>, Error> {
        let _ = (meeting, about, sources);
        todo!()
    }

    /// Stops keeping and showing the sources within one part; the slate stands.
    ///
    /// # Errors
    /// When the recording is not running.
    pub async fn pause(&self, meeting: MeetingId) -> Result<(), Error> {
        let _ = meeting;
        todo!()
    }

    /// Shows and keeps the sources again, from their next keyframe.
    ///
    /// # Errors
    /// When the recording is not paused.
    pub async fn resume(&self, meeting: MeetingId) -> Result<(), Error> {
        let _ = meeting;
        todo!()
    }

    /// Ends the recording; its playlists become VOD at the same addresses.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn end(&self, meeting: MeetingId) -> Result<(), Error> {
        let _ = meeting;
        todo!()
    }

    /// A meeting's recording, read from disk if need be; none where there is none.
    ///
    /// # Errors
    /// When what is on disk cannot be read.
    pub async fn recording(&self, meeting: MeetingId) -> Result<Option<Arc<Recording>>, Error> {
        let _ = meeting;
        todo!()
    }

    /// Every recording on disk with what it says about its meeting, when it began, and when it ended (none: it was running).
    ///
    /// # Errors
    /// When the folder cannot be read; a recording that cannot is left out and logged.
    pub async fn catalogue(&self) -> Result<Vec<CatalogueEntry>, Error> {
        todo!()
    }

    /// Room left on the recordings' disk, bytes.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn room_left(&self) -> Result<u64, Error> {
        todo!()
    }

    /// Stops taking parts, lets what is under way reach the disk, and closes every take. For the program's end.
    pub async fn close(&self) {
        todo!()
    }
}

/// A recording as the disk knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogueEntry {
    /// The meeting.
    pub meeting: MeetingId,
    /// What the disk keeps about it.
    pub about: About,
    /// Its sources by rank.
    pub sources: Vec<SourceId>,
    /// When it began, milliseconds UTC.
    pub began_at_ms: i64,
    /// When it ended.
    pub ended_at_ms: Option<i64>,
}
