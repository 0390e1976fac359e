//! The slate's side, and what is due by the clock.

use std::sync::PoisonError;

use tokio::time::Instant;

use super::{Desk, LATE, SlateTake};
use crate::{SourceId, recording::Shows, run::SILENT, take::Hangs};

/// The slate's clock is behind by this, milliseconds: its parts are there at once, a source's only some time after they
/// were captured, and after a silence it has to keep coming, so that dates never run back where the source takes over.
/// Players place what they play by the dates.
const BEHIND_MS: i64 = 1_100;

impl Desk {
    pub(super) async fn on_tick(&mut self) {
        self.rush().await;
        self.leave_hanging_disk();
        self.reserve().await;
        self.seat_interpreters();
        if self.given.offered.is_empty() {
            let gone = |source: &SourceId| !self.given.intake.connected(*source);
            let gone: Vec<SourceId> = self.runs.keys().copied().filter(gone).collect();
            gone.into_iter().for_each(|source| self.leave(source));
        }
        let shown = self.shown_source();
        let present = shown.and_then(|shown| self.runs.get(&shown)).is_some_and(|run| !run.silent());
        // A closed run's last parts may still be on their way to the disk: they are shown before the slate.
        let finishing = self.on_air.as_ref().is_some_and(|on_air| {
            let writes_on =
                shown.and_then(|shown| self.runs.get(&shown)).is_some_and(|run| run.take() == Some(on_air.take.id));
            let at_work = self.takes.get(&on_air.take.id);
            !writes_on && shown.is_some() && at_work.is_some_and(|work| !work.backlog.all_public())
        });
        // After a pause and behind doors that open the slate stays as it is while a source is about to come to its keyframe.
        let stands = self.slate.as_ref().is_some_and(|slate| slate.shows != Shows::Gap);
        let resuming = stands && self.runs.keys().any(|source| self.given.intake.comes(*source, SILENT));
        let wanted = if let Some(halted) = &self.halted {
            Some(halted.clone())
        } else if present || finishing || resuming {
            None
        } else {
            Some(Shows::Gap)
        };
        if let Some(wanted) = wanted
            && self.slate.as_ref().is_none_or(|slate| slate.shows != wanted)
        {
            self.start_slate(wanted);
        }
        let (Some(slate), Some(pictures)) = (&mut self.slate, &self.given.slate) else { return };
        let id = slate.id;
        for part in slate.running.due(pictures, slate.since.elapsed()) {
            if let Err(Hangs) = slate.writer.part(part).await {
                return self.give_up(id);
            }
        }
    }

    /// Whether a source is on air, comes, and is kept in time: nothing is due by the clock.
    pub(super) fn is_calm(&self) -> bool {
        let comes = self.shown_source().and_then(|shown| self.runs.get(&shown)).is_some_and(|run| !run.silent());
        comes && self.slate.is_none() && self.takes.values().all(|work| work.backlog.age() < LATE)
    }

    pub(super) fn start_slate(&mut self, shows: Shows) {
        let Some(slate) = self.given.slate.clone() else { return };
        if Instant::now() < self.try_again {
            return;
        }
        match self.open_take(None, slate.tracks()) {
            Ok((id, writer)) => {
                let behind = self.given.clock.now_ms() - BEHIND_MS;
                let from_ms = self.shown_until_ms().map_or(behind, |shown| shown.max(behind));
                let running = slate.run(from_ms, self.floor_lacks());
                self.slate = Some(SlateTake { id, writer, running, since: Instant::now(), shows });
            }
            Err(error) => self.disk_refused(self.folder, &error),
        }
    }

    /// When, by its dates, what is on air ends so far; milliseconds UTC.
    fn shown_until_ms(&self) -> Option<i64> {
        let on_air = self.on_air.as_ref()?;
        let ends = on_air.take.tracks.iter().zip(&on_air.public).filter_map(|(track, public)| {
            let parts = track.parts.read().unwrap_or_else(PoisonError::into_inner);
            let last = parts.get(usize::try_from(public.checked_sub(1)?).ok()?)?;
            let lasts_ms = u64::from(last.duration) * 1000 / u64::from(track.about.timescale);
            Some(last.captured_at_ms + i64::try_from(lasts_ms).unwrap_or_default())
        });
        ends.max()
    }
}
