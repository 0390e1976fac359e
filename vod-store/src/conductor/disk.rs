//! The disks' side: takes are opened, given up and failed over; what is slow is shown from memory.

use std::{io, time::Duration};

use tokio::time::Instant;

use super::{AtWork, Desk};
use crate::{
    SourceId,
    alarm::Alarm,
    program::{Entry, LostPart},
    take::{Opening, SLOW, TakeId, Writer, Written},
};

/// An alarm about a slow disk stands for this long after the last time that it was.
const SLOW_STANDS: Duration = Duration::from_secs(30);
/// When every folder has refused, none is tried again before this.
const TRY_AGAIN: Duration = Duration::from_millis(500);
/// A disk that has not taken a part for so long is left for a spare one.
const HANGS: Duration = Duration::from_secs(3);

impl Desk {
    pub(super) fn open_take(
        &mut self,
        source: Option<SourceId>,
        tracks: Vec<crate::media::Track>,
    ) -> io::Result<(TakeId, Writer)> {
        let take = TakeId::new();
        let index = self.folder;
        let folder = self.given.folders[index].join(take.to_string());
        let (meeting, opened_at_ms) = (self.given.recording.meeting(), self.given.clock.now_ms());
        let opening = Opening { folder, meeting, take, source, opened_at_ms, tracks };
        let writer = Writer::open(opening, self.given.clock.clone(), self.written.clone())?;
        self.takes.insert(take, AtWork { source, take: None, folder: index, took: false, backlog: writer.backlog() });
        Ok((take, writer))
    }

    /// The disk of a folder said no: the next take goes to the next folder.
    pub(super) fn disk_refused(&mut self, folder: usize, error: &io::Error) {
        let folders = &self.given.folders;
        let named = folders[folder].display().to_string();
        metrics::counter!("bema_recording_failures_total").increment(1);
        tracing::error!(meeting = %self.given.recording.meeting(), folder = named, %error, "the disk refused");
        self.given.recording.raised().raise(Alarm::DiskRefused { folder: named, what: error.to_string() });
        let full = error.kind() == io::ErrorKind::StorageFull;
        // Several takes may fail with the one disk: the first has gone on to the next folder already.
        if folder == self.folder && !(full && self.reserve.give(folder)) {
            self.folder = (folder + 1) % folders.len();
            self.refusals += 1;
        }
        if self.refusals >= folders.len() {
            self.try_again = Instant::now() + TRY_AGAIN;
        }
    }

    /// A folder took parts: what was said of it is over.
    pub(super) fn disk_took(&mut self, folder: usize) {
        self.refusals = 0;
        let named = self.given.folders[folder].display().to_string();
        let alarms = self.given.recording.raised();
        alarms.clear(|alarm| matches!(alarm, Alarm::DiskRefused { folder, .. } if *folder == named));
        if folder == 0 {
            alarms.clear(|alarm| matches!(alarm, Alarm::Failover { .. }));
        } else {
            alarms.raise(Alarm::Failover { folder: named });
        }
    }

    pub(super) fn slow(&mut self, took: Duration) {
        self.slow_at = Some(Instant::now());
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.given.recording.raised().raise(Alarm::Slow { took_ms });
    }

    pub(super) async fn on_written(&mut self, id: TakeId, what: Written) {
        match what {
            Written::Opened(take) => {
                if let Some(work) = self.takes.get_mut(&id) {
                    work.take = Some(take);
                }
            }
            Written::Part { track, index, data } => {
                self.reserve.wrote(data.len());
                // A disk that is all but full may still take an empty take: only a part proves that it is well again.
                if let Some(folder) = self.takes.get_mut(&id).and_then(AtWork::first_part) {
                    self.disk_took(folder);
                }
                self.show(id, track, index, data).await;
            }
            Written::Slow(took) => {
                metrics::counter!("bema_recording_slow_syncs_total").increment(1);
                tracing::warn!(meeting = %self.given.recording.meeting(), took_ms = took.as_millis(), "the disk is slow");
                self.slow(took);
            }
            Written::Failed(error) => self.failed(id, &error),
            Written::Closed => {
                self.takes.remove(&id);
            }
        }
    }

    /// The take's disk has not taken a part for so long that the next folder must.
    pub(super) fn give_up(&mut self, id: TakeId) {
        self.failed(id, &io::Error::new(io::ErrorKind::TimedOut, "the disk does not answer"));
    }

    /// A take is over because its disk refused.
    pub(super) fn failed(&mut self, id: TakeId, error: &io::Error) {
        let Some(work) = self.takes.remove(&id) else { return };
        let (unwritten, lost) = work.backlog.give_up();
        tracing::error!(take = %id, parts = unwritten.len(), lost = lost.len(), "parts are on no disk");
        self.disk_refused(work.folder, error);
        if !lost.is_empty() && self.given.recording.cuts().iter().any(|cut| cut.take.id == id) {
            self.lost(id, lost);
        }
        match work.source {
            None => {
                self.slate.take_if(|slate| slate.id == id);
            }
            Some(source) => {
                // A run that has begun since has nothing to do with the old one's parts.
                if let Some(run) = self.runs.get_mut(&source).filter(|run| run.take() == Some(id)) {
                    run.restart(unwritten);
                }
            }
        }
    }

    /// Parts that were shown from memory are on no disk: their places are noted.
    pub(super) fn lost(&mut self, take: TakeId, parts: Vec<LostPart>) {
        self.lost += parts.len() as u64;
        metrics::counter!("bema_recording_lost_parts_total").increment(parts.len() as u64);
        self.given.recording.raised().raise(Alarm::Lost { parts: self.lost });
        if let Err(error) = self.note(Entry::Lost { take, at_ms: self.given.clock.now_ms(), parts }) {
            tracing::error!(%error, "the places of lost parts are on no disk either");
        }
    }

    /// What the disk has not taken for half a second is shown from memory: the transmission goes on.
    pub(super) async fn rush(&mut self) {
        // A film is not live: it waits for its disk.
        if self.given.slate.is_none() {
            return;
        }
        let late: Vec<_> =
            self.takes.iter().map(|(id, work)| (*id, work.backlog.age(), work.backlog.rush(SLOW))).collect();
        for (id, age, parts) in late {
            if parts.is_empty() {
                continue;
            }
            metrics::counter!("bema_recording_early_parts_total").increment(parts.len() as u64);
            self.slow(age);
            for (track, index, data) in parts {
                self.show(id, track, index, data).await;
            }
        }
        if self.slow_at.is_some_and(|at| at.elapsed() > SLOW_STANDS) {
            self.slow_at = None;
            self.given.recording.raised().clear(|alarm| matches!(alarm, Alarm::Slow { .. }));
        }
    }

    /// A disk that has not answered for long is left for the next one, where that one answers: each source goes on there from
    /// its next keyframe. What was given before stays readable from memory, and is kept when the disk comes back.
    pub(super) fn leave_hanging_disk(&mut self) {
        let count = self.given.folders.len();
        let hangs =
            |folder: usize| self.takes.values().any(|work| work.folder == folder && work.backlog.age() >= HANGS);
        let (from, to) = (self.folder, (self.folder + 1) % count);
        if self.given.slate.is_none() || from == to || !hangs(from) || hangs(to) {
            return;
        }
        self.disk_refused(from, &io::Error::new(io::ErrorKind::TimedOut, "the disk does not answer"));
        let there = |take: TakeId| self.takes.get(&take).is_some_and(|work| work.folder == from);
        for run in self.runs.values_mut().filter(|run| run.take().is_some_and(there)) {
            run.moves();
        }
        self.slate.take_if(|slate| there(slate.id));
    }

    /// Writes a line of the programme and waits until it is on disk.
    pub(super) fn note(&mut self, entry: Entry) -> io::Result<()> {
        // A line is written a few times an hour and takes a millisecond; the disk's own time is the same for all.
        tokio::task::block_in_place(|| self.given.program.note(entry))
    }
}
