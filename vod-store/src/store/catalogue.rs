//! What the disks know of every meeting, so that the database's catalogue can be rebuilt from them.

use std::{collections::BTreeSet, ffi::OsString, io, path::PathBuf};

use super::{About, Error, Store, blocking, error};
use crate::{MeetingId, Sources, program, recording::Shows};

/// A recording as the disk knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogueEntry {
    /// The meeting.
    pub meeting: MeetingId,
    /// What the disk keeps about it.
    pub about: About,
    /// Its sources.
    pub sources: Sources,
    /// When it began, milliseconds UTC.
    pub began_at_ms: i64,
    /// Since when it pauses; none where it does not.
    pub paused_at_ms: Option<i64>,
    /// Since when it is in camera; none where it is not.
    pub in_camera_at_ms: Option<i64>,
    /// When it ended; none where it was running.
    pub ended_at_ms: Option<i64>,
}

impl Store {
    /// Every recording on disk with what it says about its meeting.
    ///
    /// # Errors
    /// When the folder cannot be read; a recording that cannot is left out and logged.
    pub async fn catalogue(&self) -> Result<Vec<CatalogueEntry>, Error> {
        let folders = self.all_folders().to_owned();
        blocking(move || {
            let mut found = Vec::new();
            for name in names(&folders)?.into_iter().filter(|name| name != super::FILMS) {
                let paths: Vec<PathBuf> = folders.iter().map(|folder| folder.join(&name)).collect();
                let path = &paths[0];
                match program::entries(&paths).map(|entries| program::outline(&entries.unwrap_or_default())) {
                    Ok(Some(story)) => found.push(CatalogueEntry {
                        paused_at_ms: story.halted_by(&Shows::Pause),
                        in_camera_at_ms: story.halted_by(&Shows::InCamera),
                        meeting: story.meeting,
                        about: story.about,
                        sources: story.sources,
                        began_at_ms: story.began_at_ms,
                        ended_at_ms: story.ended_at_ms,
                    }),
                    Ok(None) => tracing::warn!(folder = %path.display(), "no programme begins here"),
                    Err(error) => {
                        tracing::warn!(folder = %path.display(), %error, "this is no recording that can be read")
                    }
                }
            }
            found.sort_by_key(|entry| entry.began_at_ms);
            Ok(found)
        })
        .await
        .map_err(|source| error(self.folder(), source))
    }
}

/// The names of all that lies in the folders. Only the first must be readable: a spare may be a disk that has gone.
fn names(folders: &[PathBuf]) -> io::Result<BTreeSet<OsString>> {
    let mut names = BTreeSet::new();
    for (index, folder) in folders.iter().enumerate() {
        let read = std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        match read {
            Ok(entries) => names.extend(entries.into_iter().map(|entry| entry.file_name())),
            Err(error) if index == 0 => return Err(error),
            Err(error) => tracing::error!(folder = %folder.display(), %error, "the spare folder cannot be read"),
        }
    }
    Ok(names)
}
