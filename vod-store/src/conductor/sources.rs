//! The sources' side: each one's runs, from its keyframe to its going.

use tokio::time::Instant;

use super::Desk;
use crate::{
    SourceId,
    intake::Offer,
    media::Part,
    recording::Shows,
    run::{Fate, Run},
    sources::Sources,
};

impl Desk {
    pub(super) fn rank(&self, source: SourceId) -> Option<usize> {
        self.given.recording.sources().pictures.iter().position(|other| *other == source)
    }

    /// From now on these are the sources.
    pub(super) fn change_sources(&mut self, sources: Sources) {
        let all = sources.all();
        self.runs.retain(|source, _| sources.pictures.contains(source));
        // One who speaks another language now begins anew.
        let before = self.given.recording.sources().interpreters;
        let stays =
            |source: &SourceId| before.iter().any(|one| one.source == *source && sources.interpreters.contains(one));
        self.booths.retain(|source, _| stays(source));
        if self.halted == Some(Shows::InCamera) {
            self.given.intake.close_doors(self.given.recording.meeting(), &all);
        }
        let known = |source: &SourceId| self.runs.contains_key(source) || self.booths.contains_key(source);
        let fresh: Vec<SourceId> = all.into_iter().filter(|source| !known(source)).collect();
        self.given.recording.set_sources(sources);
        self.given.intake.listen(&fresh, &self.given.offers);
    }

    pub(super) async fn on_offer(&mut self, source: SourceId, offer: Offer) {
        let sources = self.given.recording.sources();
        if let Some(interpreter) = sources.interpreters.iter().find(|one| one.source == source) {
            return self.on_interpreter(*interpreter, offer).await;
        }
        if !sources.pictures.contains(&source) {
            return;
        }
        match offer {
            Offer::Tracks(tracks) => {
                self.leave(source);
                self.runs.insert(source, Run::new(tracks));
            }
            Offer::Gone => {
                self.leave(source);
                self.looks_at = Instant::now();
            }
            // What was offered just before the press is not kept either.
            Offer::Part(_) | Offer::Thumbnail(_) if self.halted.is_some() => {}
            Offer::Thumbnail(picture) => {
                // While the disk is busy with the one before, this one is let go: pictures must not hold up the parts.
                let live = self.given.slate.is_some();
                let busy = live && self.thumbnail.as_ref().is_some_and(|task| !task.is_finished());
                if (!live || self.shown_source() == Some(source)) && !busy {
                    let recording = self.given.recording.clone();
                    self.thumbnail = Some(tokio::task::spawn_blocking(move || {
                        if let Err(error) = recording.thumbnails_file().keep(&picture) {
                            tracing::warn!(%error, "a thumbnail was not kept");
                        }
                    }));
                }
            }
            Offer::Part(part) => {
                let Some(run) = self.runs.get_mut(&source) else { return };
                match run.part(part, Instant::now() >= self.try_again).await {
                    Fate::Kept => {}
                    Fate::Hangs(take) => self.give_up(take),
                    Fate::Opens { tracks, parts } => self.open_run(source, &tracks, parts).await,
                }
            }
        }
    }

    /// Opens the take of a source that has come to a keyframe.
    pub(super) async fn open_run(&mut self, source: SourceId, tracks: &[crate::media::Track], parts: Vec<Part>) {
        let begins = self.runs.get(&source).and_then(|run| run.begins(&parts));
        let interpretations = begins.map(|begins| self.interpretations(source, begins)).unwrap_or_default();
        let mut tracks = tracks.to_vec();
        tracks.extend(interpretations.iter().map(|one| one.track().clone()));
        match self.open_take(Some(source), tracks) {
            Ok((id, writer)) => {
                let Some(run) = self.runs.get_mut(&source) else { return };
                run.writes(id, writer, interpretations);
                for part in parts {
                    if let Fate::Hangs(take) = run.part(part, true).await {
                        return self.give_up(take);
                    }
                }
                if let Fate::Hangs(take) = self.interpret_recent(source).await {
                    self.give_up(take);
                }
            }
            Err(error) => self.disk_refused(self.folder, &error),
        }
    }

    /// A source's run is over: its take is closed; if it was on air the slate follows once its last part is on disk.
    pub(super) fn leave(&mut self, source: SourceId) {
        self.runs.remove(&source);
        if self.shown_source() == Some(source) {
            self.away_since = Instant::now();
        }
    }

    pub(super) fn shown_source(&self) -> Option<SourceId> {
        match self.on_air.as_ref()?.shows {
            Shows::Source { source } => Some(source),
            Shows::Gap | Shows::Pause | Shows::InCamera => None,
        }
    }
}
