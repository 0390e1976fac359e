//! Recordings that are made of films.

use std::sync::Arc;

use super::{About, Error, Kind, Store, blocking, error};
use crate::{MeetingId, Recording, SourceId, conductor::Command, program};

impl Store {
    /// Begins the recording of a meeting that was held at `began_at_ms`, from a film that `source` will offer:
    /// no slate stands in it. [`Store::end`] finishes it.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub async fn import(
        &self,
        meeting: MeetingId,
        about: &About,
        source: SourceId,
        began_at_ms: i64,
    ) -> Result<Arc<Recording>, Error> {
        self.open_recording(meeting, about, (&[source]).into(), began_at_ms, Kind::Film).await
    }

    /// Takes back an import that was not finished: the film that it was made of is still there.
    ///
    /// # Errors
    /// [`Error::State`] where the recording is running or finished; when the disk refuses.
    pub async fn take_back(&self, meeting: MeetingId) -> Result<(), Error> {
        let _gate = self.inner.gate.lock().await;
        if self.running().contains_key(&meeting) {
            return Err(Error::State("running"));
        }
        let folders = self.folders(meeting);
        let finished = blocking(move || {
            let story = program::entries(&folders)?.and_then(|entries| program::outline(&entries));
            let finished = story.is_some_and(|story| story.ended_at_ms.is_some());
            for folder in folders.iter().filter(|folder| !finished && folder.is_dir()) {
                std::fs::remove_dir_all(folder)?;
            }
            Ok(finished)
        })
        .await
        .map_err(|source| error(&self.folders(meeting)[0], source))?;
        if finished { Err(Error::State("ended")) } else { Ok(()) }
    }

    /// Ends an import of which nothing could be read, and removes what there is of it.
    ///
    /// # Errors
    /// When it is not running, or the disk refuses.
    pub async fn abandon(&self, meeting: MeetingId) -> Result<(), Error> {
        let _gate = self.inner.gate.lock().await;
        self.tell(meeting, Command::End).await?;
        self.running().remove(&meeting);
        let folders = self.folders(meeting);
        blocking(move || folders.iter().filter(|folder| folder.is_dir()).try_for_each(std::fs::remove_dir_all))
            .await
            .map_err(|source| error(&self.folders(meeting)[0], source))
    }
}
