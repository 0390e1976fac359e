//! Keeps the index in step with the council: reads its log of changes, and indexes anew every meeting that it names.
//!
//! How far the log was read is part of each commit: after a crash the index goes on exactly where it was.

use std::{collections::BTreeSet, time::Duration};

use council::{Council, MeetingId, MunicipalityId, meeting::Stage};
use tokio_util::sync::CancellationToken;

use crate::{Error, Index, Moment, Place, Result};

/// How often the log is looked at: a correction is found within two seconds.
const LOOK: Duration = Duration::from_millis(500);
/// After a failure it is tried again later.
const AFTER_FAILURE: Duration = Duration::from_secs(10);
/// So many meetings are committed at once.
const BATCH: usize = 50;

impl Index {
    /// Follows the council until `shutdown`.
    pub async fn follow(self, council: Council, shutdown: CancellationToken) {
        loop {
            let wait = match self.catch_up(&council, &shutdown).await {
                Ok(0) => LOOK,
                Ok(meetings) => {
                    tracing::debug!(meetings, moments = self.moments(), "the search index is up to date");
                    LOOK
                }
                Err(error) => {
                    tracing::error!(%error, "the search index is behind; it is tried again");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Indexes what has changed since the last commit; answers how many meetings that were.
    ///
    /// # Errors
    /// When the database or the disk fails; what was committed stays.
    pub async fn catch_up(&self, council: &Council, shutdown: &CancellationToken) -> Result<usize> {
        let mut known = self.known()?;
        let mut done = 0;
        for (municipality, until) in council.changes().await? {
            let name = municipality.to_string();
            let mut after = known.get(&name).copied().unwrap_or(0);
            if after == until {
                continue;
            }
            if after > until || after == 0 {
                // The database is another one than that which was indexed.
                self.remove_municipality(&name);
                after = 0;
            }
            let changed: BTreeSet<MeetingId> =
                council.changed_meetings(municipality, after, until).await?.into_iter().collect();
            let changed: Vec<MeetingId> = changed.into_iter().collect();
            for batch in changed.chunks(BATCH) {
                for meeting in batch {
                    if shutdown.is_cancelled() {
                        return Ok(done);
                    }
                    self.take(council, municipality, *meeting).await?;
                    done += 1;
                }
                // What is indexed is seen; that the log was read is noted with the last of it.
                let index = self.clone();
                let so_far = known.clone();
                blocking(move || index.commit(&so_far)).await?;
            }
            known.insert(name, until);
            let (index, so_far) = (self.clone(), known.clone());
            blocking(move || index.commit(&so_far)).await?;
        }
        Ok(done)
    }

    /// Indexes one meeting anew: its title, its agenda, its decisions and its words.
    async fn take(&self, council: &Council, municipality: MunicipalityId, id: MeetingId) -> Result<()> {
        let meeting = match council.meeting(municipality, id).await {
            Err(council::Error::NotFound(_)) => {
                self.remove_meeting(id);
                return Ok(());
            }
            found => found?,
        };
        let agenda = council.agenda(municipality, id).await?;
        let transcript = council.transcript(municipality, id).await?;
        let index = self.clone();
        blocking(move || {
            index.remove_meeting(id);
            let began_ms = match meeting.stage {
                Stage::Ended { started_at_ms, .. } => started_at_ms,
                ref other => other.in_session().unwrap_or(meeting.starts_at_ms),
            };
            let body = meeting.body.id.to_string();
            let add = |place, at_ms, speaker: &str, text: &str| {
                index.add(municipality, &body, id, &Moment { place, at_ms, speaker, text })
            };
            add(Place::Meeting, began_ms, "", &meeting.title)?;
            for item in &agenda.items {
                let taken_up = agenda.moments.iter().find(|moment| moment.item == item.id);
                add(Place::Item(item.id), taken_up.map_or(began_ms, |moment| moment.at_ms), "", &item.title)?;
            }
            for decision in &agenda.decisions {
                add(Place::Decision(decision.id), decision.at_ms, "", &decision.line())?;
            }
            for (place, said) in (0..).zip(&transcript.utterances) {
                let place = Place::Utterance { revision: transcript.revision, place };
                add(place, said.from_ms, &said.speaker, &said.text)?;
            }
            Ok(())
        })
        .await
    }
}

/// Work on the index's files, beside the tasks that wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Error::Folder(std::io::Error::other(error))),
    }
}
