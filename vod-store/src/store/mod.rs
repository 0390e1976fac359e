//! The folder of recordings.

mod catalogue;
mod doors;
mod import;

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Clock, Films, Intake, MeetingId, Recording, Sources,
    conductor::{Command, Conductor, OFFERS},
    disk,
    finished::Finished,
    program::{self, Entry, Story, Writer},
    slate::Slate,
};

pub use catalogue::CatalogueEntry;

/// The folder of films, among those of the recordings.
pub(crate) const FILMS: &str = "films";

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
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// By rank: programmes and takes go to the first that takes them.
    folders: Vec<PathBuf>,
    room_for: Duration,
    films: Films,
    intake: Intake,
    clock: Clock,
    slate: Arc<Slate>,
    running: Mutex<HashMap<MeetingId, Arc<Recording>>>,
    /// Finished recordings, while somebody reads them or lately did.
    finished: Mutex<Finished>,
    /// One opening, beginning or ending at a time: two clerks may press at once.
    gate: tokio::sync::Mutex<()>,
    tasks: TaskTracker,
    /// Where recordings are led.
    runtime: tokio::runtime::Handle,
    shutdown: CancellationToken,
}

impl Store {
    /// Opens the folder; recordings are read when they are asked for.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn open(folder: PathBuf, intake: Intake, clock: Clock) -> Result<Self, Error> {
        Self::open_with_spares(vec![folder], Duration::ZERO, intake, clock)
    }

    /// Opens several folders, on several disks: programmes and takes go to the first that takes them.
    /// Recordings are led on the runtime in which it is called.
    /// A live meeting holds room on its disk for what it is still to write, planned as `room_for` long; zero: none.
    ///
    /// # Errors
    /// When the first folder cannot be made. A spare that cannot is left out and logged.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn open_with_spares(
        mut folders: Vec<PathBuf>,
        room_for: Duration,
        intake: Intake,
        clock: Clock,
    ) -> Result<Self, Error> {
        if let Some(first) = folders.first() {
            disk::make_folder(first).map_err(|source| error(first, source))?;
        }
        folders.retain(|folder| match disk::make_folder(folder) {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(folder = %folder.display(), %error, "the spare folder cannot be used");
                false
            }
        });
        let films = Films::new(folders.first().map(|first| first.join(FILMS)).unwrap_or_default());
        Ok(Self {
            inner: Arc::new(Inner {
                folders,
                films,
                room_for,
                intake,
                clock,
                slate: Arc::new(Slate::new()),
                running: Mutex::default(),
                finished: Mutex::default(),
                gate: tokio::sync::Mutex::default(),
                tasks: TaskTracker::new(),
                runtime: tokio::runtime::Handle::current(),
                shutdown: CancellationToken::new(),
            }),
        })
    }

    /// The sources of this installation.
    #[must_use]
    pub fn intake(&self) -> &Intake {
        &self.inner.intake
    }

    /// The films on their way in.
    #[must_use]
    pub fn films(&self) -> &Films {
        &self.inner.films
    }

    /// The first of the folders.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.inner.folders[0]
    }

    pub(crate) fn all_folders(&self) -> &[PathBuf] {
        &self.inner.folders
    }

    fn folders(&self, meeting: MeetingId) -> Vec<PathBuf> {
        self.inner.folders.iter().map(|folder| folder.join(meeting.to_string())).collect()
    }

    fn running(&self) -> MutexGuard<'_, HashMap<MeetingId, Arc<Recording>>> {
        self.inner.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a meeting's recording, or takes it up again; sources by rank, the primary first.
    /// What they send from their next keyframe on is recorded and public.
    ///
    /// # Errors
    /// When the disk refuses, or the recording was ended.
    pub async fn begin(
        &self,
        meeting: MeetingId,
        about: &About,
        sources: impl Into<Sources>,
    ) -> Result<Arc<Recording>, Error> {
        let at_ms = self.inner.clock.now_ms();
        self.open_recording(meeting, about, sources.into(), at_ms, Kind::Live).await
    }

    async fn open_recording(
        &self,
        meeting: MeetingId,
        about: &About,
        sources: Sources,
        at_ms: i64,
        kind: Kind,
    ) -> Result<Arc<Recording>, Error> {
        let _gate = self.inner.gate.lock().await;
        if let Some(running) = self.running().get(&meeting) {
            return Ok(running.clone());
        }
        let folders = self.folders(meeting);
        let about = about.clone();
        let (program, story) = blocking(move || {
            let program = match Writer::resume(&folders)? {
                Some(program) => program,
                None => Writer::begin(&folders, Entry::opened(meeting, about, sources, at_ms))?,
            };
            let story = program::read(program.entries(), &folders)?;
            Ok((program, story))
        })
        .await
        .map_err(|source| error(&self.folders(meeting)[0], source))?;
        if story.ended_at_ms.is_some() {
            return Err(Error::State("ended"));
        }
        Ok(self.conduct(meeting, program, story, kind))
    }

    fn conduct(&self, meeting: MeetingId, program: Writer, story: Story, kind: Kind) -> Arc<Recording> {
        let (commands, queue) = mpsc::channel(8);
        self.stand_at_doors(&story);
        let folders = self.folders(meeting);
        let recording = Arc::new(Recording::new(story, folders[0].clone(), Some(commands)));
        let (offers, offered) = mpsc::channel(OFFERS);
        self.inner.intake.listen(&recording.sources().all(), &offers);
        let conductor = Conductor {
            recording: recording.clone(),
            program,
            folders,
            intake: self.inner.intake.clone(),
            clock: self.inner.clock.clone(),
            slate: (kind == Kind::Live).then(|| self.inner.slate.clone()),
            commands: queue,
            room_for: self.inner.room_for,
            offers,
            offered,
        };
        self.running().insert(meeting, recording.clone());
        self.inner.tasks.spawn_on(conductor.run(self.inner.shutdown.clone()), &self.inner.runtime);
        recording
    }

    async fn tell(
        &self,
        meeting: MeetingId,
        command: impl FnOnce(oneshot::Sender<io::Result<()>>) -> Command,
    ) -> Result<(), Error> {
        let recording = self.running().get(&meeting).cloned().ok_or(Error::State("not running"))?;
        let commands = recording.commands().ok_or(Error::State("not running"))?;
        let (reply, answer) = oneshot::channel();
        commands.send(command(reply)).await.map_err(|_| Error::State("not running"))?;
        let done = answer.await.map_err(|_| Error::State("not running"))?;
        done.map_err(|source| error(&self.folders(meeting)[0], source))
    }

    /// Stops keeping and showing the sources within one part; the slate stands.
    ///
    /// # Errors
    /// When the recording is not running.
    pub async fn pause(&self, meeting: MeetingId) -> Result<(), Error> {
        self.tell(meeting, Command::Pause).await
    }

    /// Shows and keeps the sources again, from their next keyframe.
    ///
    /// # Errors
    /// When the recording is not running.
    pub async fn resume(&self, meeting: MeetingId) -> Result<(), Error> {
        self.tell(meeting, Command::Resume).await
    }

    /// Replaces the sources of a running recording.
    ///
    /// # Errors
    /// When the recording is not running.
    pub async fn set_sources(&self, meeting: MeetingId, sources: impl Into<Sources>) -> Result<(), Error> {
        let sources = sources.into();
        self.tell(meeting, |reply| Command::Sources(sources, reply)).await
    }

    /// Ends the recording; its playlists become VOD at the same addresses.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn end(&self, meeting: MeetingId) -> Result<(), Error> {
        let _gate = self.inner.gate.lock().await;
        self.tell(meeting, Command::End).await?;
        let ended = self.running().remove(&meeting);
        if let Some(recording) = ended {
            self.inner.finished.lock().unwrap_or_else(PoisonError::into_inner).keep(recording);
        }
        Ok(())
    }

    /// A meeting's recording, read from disk if need be; none where there is none.
    ///
    /// # Errors
    /// When what is on disk cannot be read.
    pub async fn recording(&self, meeting: MeetingId) -> Result<Option<Arc<Recording>>, Error> {
        if let Some(running) = self.running().get(&meeting) {
            return Ok(Some(running.clone()));
        }
        if let Some(known) = self.inner.finished.lock().unwrap_or_else(PoisonError::into_inner).find(meeting) {
            return Ok(Some(known));
        }
        let folders = self.folders(meeting);
        let folder = folders[0].clone();
        let read = blocking(move || {
            let Some(entries) = program::entries(&folders)? else { return Ok(None) };
            let story = program::read(&entries, &folders)?;
            Ok(Some(Arc::new(Recording::new(story, folder, None))))
        })
        .await
        .map_err(|source| error(&self.folders(meeting)[0], source))?;
        let Some(recording) = read else { return Ok(None) };
        // While it was read it may have been begun, by a clerk or at the start of the program.
        if let Some(running) = self.running().get(&meeting) {
            return Ok(Some(running.clone()));
        }
        self.inner.finished.lock().unwrap_or_else(PoisonError::into_inner).keep(recording.clone());
        Ok(Some(recording))
    }

    /// Room left on the recordings' disk for recordings, bytes: what live meetings hold there is counted as left.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn room_left(&self) -> Result<u64, Error> {
        let held: u64 = self.running().values().map(|recording| recording.held()).sum();
        let free = disk::room_left(self.folder()).map_err(|source| error(self.folder(), source))?;
        Ok(free.saturating_add(held))
    }

    /// Stops taking parts, lets what is under way reach the disk, and closes every take. For the program's end.
    pub async fn close(&self) {
        self.inner.shutdown.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

/// Where a recording comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// From the chamber, now; the slate stands where no source does.
    Live,
    /// From a film.
    Film,
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn error(path: &Path, source: io::Error) -> Error {
    Error::Io { what: path.display().to_string(), source }
}
