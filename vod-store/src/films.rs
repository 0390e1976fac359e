//! Films on their way in: files of old meetings that come over the network in pieces, until each is whole and has been
//! taken in as a recording.
//!
//! Each has a folder of its own: the film as far as it has come, and `film.json`, which says what it is to become. How
//! much has come is the length of the file on the disk, so that nothing has to be kept in step with it.

mod receiving;

use std::{
    collections::{HashMap, HashSet},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use council::{AccountId, BodyId, MunicipalityId};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

pub use receiving::Receiving;

use crate::{MeetingId, disk, intake::Cause};

/// The largest film that is taken: a day at 9 Mb/s.
pub const MAX_BYTES: u64 = 100 << 30;
/// Films of one municipality that are here at once, whatever becomes of them.
pub const MAX_FILMS: usize = 20;
/// What must be left free beside a film and the recording that is made of it.
const SLACK: u64 = 1 << 30;
const ABOUT: &str = "film.json";
const FILM: &str = "film";

/// A film's name here: its folder's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FilmId(uuid::Uuid);

impl std::fmt::Display for FilmId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for FilmId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        uuid::Uuid::parse_str(text).map(Self)
    }
}

/// What a film is to become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Whose it is.
    pub municipality: MunicipalityId,
    /// Who sends it.
    pub account: AccountId,
    /// The body that met.
    pub body: BodyId,
    /// The meeting's title.
    pub title: String,
    /// Where it was held.
    pub place: String,
    /// When it began, milliseconds UTC.
    pub began_at_ms: i64,
    /// The file's name where it comes from. It names nothing here.
    pub name: String,
    /// Bytes of the whole film.
    pub size: u64,
}

/// How far a film has got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stage")]
pub enum Stage {
    /// Not all of it is here.
    Coming,
    /// All of it is here; another is being taken in before it.
    Waiting,
    /// It is being taken in as this meeting's recording.
    Reading {
        /// The meeting, which nobody knows of yet.
        meeting: MeetingId,
    },
    /// It has become this meeting's recording, and is not here any more.
    Done {
        /// The meeting.
        meeting: MeetingId,
    },
    /// As much of it as could be read has become this meeting's recording; it is still here.
    CutShort {
        /// The meeting.
        meeting: MeetingId,
        /// Why no more of it could be read.
        #[serde(default)]
        cause: Cause,
        /// The technical side of it, in English.
        what: String,
    },
    /// Nothing of it could be read; it is still here.
    Failed {
        /// Why.
        #[serde(default)]
        cause: Cause,
        /// The technical side of it, in English.
        what: String,
    },
}

/// A film and how far it has got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Film {
    /// Its name here.
    pub id: FilmId,
    /// What it is to become.
    #[serde(flatten)]
    pub about: About,
    /// How far it has got.
    #[serde(flatten)]
    pub stage: Stage,
    /// Bytes of it that are here.
    pub received: u64,
    /// While it is being taken in: the share of it that has been, in thousandths.
    pub thousandths: u16,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    about: About,
    #[serde(flatten)]
    stage: Stage,
}

/// Why a film is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none of this name.
    #[error("there is no such film")]
    NotFound,
    /// It goes on at another place.
    #[error("the film goes on at byte {0}")]
    Offset(u64),
    /// Another request is sending it, or it is being taken in.
    #[error("the film is in use")]
    Busy,
    /// More came than was announced, or more was announced than is taken.
    #[error("the film is too large")]
    TooLarge,
    /// It would not fit, with the recording that is made of it.
    #[error("the film needs {needs} bytes, and {has} are free")]
    NoRoom {
        /// Bytes that it needs.
        needs: u64,
        /// Bytes that are free.
        has: u64,
    },
    /// So many are here already.
    #[error("there are {MAX_FILMS} films here already")]
    TooMany,
    /// It is past that.
    #[error("the film is past that")]
    Stage,
    /// The disk.
    #[error("the folder of films: {0}")]
    Io(#[from] io::Error),
}

/// The films of an installation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Films(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    /// Those that a request sends to just now.
    receiving: Mutex<HashSet<FilmId>>,
    progress: Mutex<HashMap<FilmId, u16>>,
    /// Counts the films that became whole, so that who takes them in wakes.
    whole: watch::Sender<u64>,
    /// One new film at a time, so that two do not take the same room.
    gate: tokio::sync::Mutex<()>,
}

impl Films {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self(Arc::new(Inner {
            folder,
            receiving: Mutex::default(),
            progress: Mutex::default(),
            whole: watch::Sender::new(0),
            gate: tokio::sync::Mutex::default(),
        }))
    }

    fn folder(&self, id: FilmId) -> PathBuf {
        self.0.folder.join(id.to_string())
    }

    /// Where the film itself lies.
    #[must_use]
    pub fn path(&self, id: FilmId) -> PathBuf {
        self.folder(id).join(FILM)
    }

    /// Announces a film. `free`: bytes that are free on the disk.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::TooMany`], [`Error::NoRoom`], [`Error::Io`].
    pub async fn announce(&self, about: About, free: u64) -> Result<FilmId, Error> {
        let _gate = self.0.gate.lock().await;
        if about.size == 0 || about.size > MAX_BYTES {
            return Err(Error::TooLarge);
        }
        let here = self.list().await?;
        if here.iter().filter(|film| film.about.municipality == about.municipality).count() >= MAX_FILMS {
            return Err(Error::TooMany);
        }
        // What others are still to bring is not free either; of each film a recording of about its size is made.
        let promised = |film: &Film| match film.stage {
            Stage::Coming => film.about.size * 2 - film.received,
            Stage::Waiting | Stage::Reading { .. } => film.about.size,
            Stage::Done { .. } | Stage::CutShort { .. } | Stage::Failed { .. } => 0,
        };
        let needs = about.size * 2 + SLACK;
        let has = free.saturating_sub(here.iter().map(promised).sum());
        if has < needs {
            return Err(Error::NoRoom { needs, has });
        }
        let id = FilmId(uuid::Uuid::now_v7());
        let folder = self.folder(id);
        blocking(move || {
            disk::make_folder(&folder)?;
            disk::write_synced(&folder.join(FILM), &[])?;
            keep(&folder, &Kept { about, stage: Stage::Coming })
        })
        .await?;
        Ok(id)
    }

    /// All films, oldest first.
    ///
    /// # Errors
    /// [`Error::Io`]. One that cannot be read is left out and logged.
    pub async fn list(&self) -> Result<Vec<Film>, Error> {
        let folder = self.0.folder.clone();
        let mut films = blocking(move || {
            let names = match std::fs::read_dir(&folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                names => names?.collect::<io::Result<Vec<_>>>()?,
            };
            let id = |name: &std::fs::DirEntry| name.file_name().to_str()?.parse().ok();
            let read = |id: FilmId| match read(&folder.join(id.to_string()), id) {
                Ok(film) => Some(film),
                Err(error) => {
                    tracing::warn!(film = %id, %error, "a film's folder cannot be read");
                    None
                }
            };
            Ok(names.iter().filter_map(id).filter_map(read).collect::<Vec<_>>())
        })
        .await?;
        films.sort_by_key(|film| film.id);
        let progress = self.0.progress.lock().unwrap_or_else(PoisonError::into_inner);
        for film in &mut films {
            film.thousandths = progress.get(&film.id).copied().unwrap_or_default();
        }
        Ok(films)
    }

    /// One film of a municipality's.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Io`].
    pub async fn film(&self, municipality: MunicipalityId, id: FilmId) -> Result<Film, Error> {
        let films = self.list().await?;
        films.into_iter().find(|film| film.id == id && film.about.municipality == municipality).ok_or(Error::NotFound)
    }

    /// Lets a film go, whatever has come of it; the recording that was made of it stays.
    ///
    /// # Errors
    /// [`Error::Busy`] while it is being sent or taken in; [`Error::NotFound`], [`Error::Io`].
    pub async fn remove(&self, municipality: MunicipalityId, id: FilmId) -> Result<(), Error> {
        let film = self.film(municipality, id).await?;
        if matches!(film.stage, Stage::Reading { .. }) {
            return Err(Error::Busy);
        }
        let _alone = self.alone(id)?;
        let folder = self.folder(id);
        blocking(move || std::fs::remove_dir_all(folder)).await
    }

    /// Has a film that could not be taken in tried again.
    ///
    /// # Errors
    /// [`Error::Stage`] where it did not fail; [`Error::NotFound`], [`Error::Io`].
    pub async fn again(&self, municipality: MunicipalityId, id: FilmId) -> Result<(), Error> {
        let film = self.film(municipality, id).await?;
        if !matches!(film.stage, Stage::Failed { .. }) {
            return Err(Error::Stage);
        }
        self.moved(&film, Stage::Waiting).await?;
        self.0.whole.send_modify(|count| *count += 1);
        Ok(())
    }

    /// Notes how far a film has got.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub async fn moved(&self, film: &Film, stage: Stage) -> Result<(), Error> {
        let (folder, about) = (self.folder(film.id), film.about.clone());
        self.0.progress.lock().unwrap_or_else(PoisonError::into_inner).remove(&film.id);
        let done = matches!(stage, Stage::Done { .. });
        blocking(move || {
            keep(&folder, &Kept { about, stage })?;
            if done { std::fs::remove_file(folder.join(FILM)) } else { Ok(()) }
        })
        .await
    }

    /// Tells how much of a film has been taken in, in thousandths.
    pub fn progress(&self, id: FilmId, thousandths: u16) {
        self.0.progress.lock().unwrap_or_else(PoisonError::into_inner).insert(id, thousandths);
    }

    /// Changes whenever there may be a film to take in.
    #[must_use]
    pub fn whole(&self) -> watch::Receiver<u64> {
        self.0.whole.subscribe()
    }

    fn alone(&self, id: FilmId) -> Result<Alone, Error> {
        let fresh = self.0.receiving.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        if fresh { Ok(Alone { films: self.clone(), id }) } else { Err(Error::Busy) }
    }
}

/// Nobody else may touch the film.
#[derive(Debug)]
struct Alone {
    films: Films,
    id: FilmId,
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.films.0.receiving.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

fn read(folder: &Path, id: FilmId) -> io::Result<Film> {
    let Kept { about, stage } = serde_json::from_slice(&std::fs::read(folder.join(ABOUT))?)?;
    let received = match &stage {
        Stage::Done { .. } => about.size,
        _ => std::fs::metadata(folder.join(FILM))?.len(),
    };
    Ok(Film { id, about, stage, received, thousandths: 0 })
}

/// Writes what is known of a film, so that a crash leaves what was or what is to be.
fn keep(folder: &Path, kept: &Kept) -> io::Result<()> {
    let (new, path) = (folder.join("film.json.new"), folder.join(ABOUT));
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    disk::write_synced(&new, &serde_json::to_vec(kept)?)?;
    std::fs::rename(&new, &path)?;
    disk::sync_parent(&path)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Error> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(io::Error::other)??)
}

#[cfg(test)]
mod tests;
