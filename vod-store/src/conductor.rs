//! The one task that leads a growing recording: takes what its sources offer, has it written, and decides what is shown.
//!
//! Every source is written to takes of its own, whether it is shown or not. Shown is the source of the lowest rank
//! that has come to a keyframe; where none has, the slate. A part is public only when its take's writer says that it is on disk.

use std::{
    collections::HashMap,
    io,
    path::PathBuf,
    sync::{Arc, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Clock, Intake, Recording, SourceId,
    alarm::Alarm,
    intake::{Offer, Offered},
    media::Part,
    program::{self, Cut, Entry, LostPart},
    recording::{Shows, State},
    run::{Fate, Run},
    slate::{Running, Slate},
    take::{Backlog, Hangs, Opening, Take, TakeId, Writer, Written},
};

/// A source that is connected and sends nothing for this long gives way to the slate.
const STALLED: Duration = Duration::from_millis(2_500);
/// How often the conductor looks at the clock; the slate's parts are due five times a second.
const TICK: Duration = Duration::from_millis(50);
/// An alarm about a slow disk stands for this long after the last time that it was.
const SLOW_STANDS: Duration = Duration::from_secs(30);
/// When every folder has refused, none is tried again before this.
const TRY_AGAIN: Duration = Duration::from_millis(500);
/// How long a recording that is let go waits for a disk that does not answer.
const CLOSING: Duration = Duration::from_secs(10);
/// What a conductor's queue of offers holds.
pub(crate) const OFFERS: usize = 256;

/// What a clerk tells a growing recording.
#[derive(Debug)]
pub(crate) enum Command {
    /// Show the slate, keep nothing.
    Pause(oneshot::Sender<io::Result<()>>),
    /// Show and keep the sources again.
    Resume(oneshot::Sender<io::Result<()>>),
    /// These are the sources now.
    Sources(Vec<SourceId>, oneshot::Sender<io::Result<()>>),
    /// Finish.
    End(oneshot::Sender<io::Result<()>>),
}

/// What a conductor is given.
pub(crate) struct Conductor {
    pub(crate) recording: Arc<Recording>,
    pub(crate) program: program::Writer,
    /// The recording's folder on each disk, in the order in which they are tried.
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) intake: Intake,
    pub(crate) clock: Clock,
    /// None where no slate is to stand: in what is made from a film.
    pub(crate) slate: Option<Arc<Slate>>,
    pub(crate) commands: mpsc::Receiver<Command>,
    /// Listens at the intake already, so that nothing is missed before the conductor runs.
    pub(crate) offers: mpsc::Sender<Offered>,
    pub(crate) offered: mpsc::Receiver<Offered>,
}

/// The take on air.
struct OnAir {
    take: Arc<Take>,
    shows: Shows,
    /// By tracks: how many parts are public.
    public: Vec<u32>,
}

struct SlateTake {
    id: TakeId,
    writer: Writer,
    running: Running,
    since: Instant,
    shows: Shows,
}

/// A take whose writer is at work.
struct AtWork {
    /// None: the slate's.
    source: Option<SourceId>,
    /// None until its files are there.
    take: Option<Arc<Take>>,
    /// Index of its folder.
    folder: usize,
    backlog: Backlog,
}

struct Desk {
    given: Conductor,
    written: mpsc::UnboundedSender<(TakeId, Written)>,
    runs: HashMap<SourceId, Run>,
    takes: HashMap<TakeId, AtWork>,
    on_air: Option<OnAir>,
    slate: Option<SlateTake>,
    away_since: Instant,
    paused: bool,
    /// Which of the folders is written to; the next one after the disk refused.
    folder: usize,
    /// How often a disk refused since one took a part.
    refusals: usize,
    /// No take is opened before.
    try_again: Instant,
    slow_at: Option<Instant>,
    /// The last thumbnail, on its way to the disk.
    thumbnail: Option<tokio::task::JoinHandle<()>>,
}

impl Conductor {
    /// Leads the recording until it is ended, or until `shutdown`, which closes every take and leaves the recording open.
    pub(crate) async fn run(self, shutdown: CancellationToken) {
        let (written, mut told) = mpsc::unbounded_channel();
        let paused = matches!(*self.recording.state().borrow(), State::Paused { .. });
        let mut desk = Desk {
            given: self,
            written,
            runs: HashMap::new(),
            takes: HashMap::new(),
            on_air: None,
            slate: None,
            away_since: Instant::now(),
            paused,
            folder: 0,
            refusals: 0,
            try_again: Instant::now(),
            slow_at: None,
            thumbnail: None,
        };
        desk.take_up();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let done = loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break None,
                Some((take, what)) = told.recv() => desk.on_written(take, what).await,
                Some(command) = desk.given.commands.recv() => {
                    if let Some(done) = desk.command(command).await { break Some(done) }
                }
                Some(Offered { source, offer }) = desk.given.offered.recv() => desk.on_offer(source, offer).await,
                _ = tick.tick() => desk.on_tick().await,
            }
        };
        desk.close(&mut told, done).await;
    }
}

impl Desk {
    /// Goes on where the programme on disk ends.
    fn take_up(&mut self) {
        if let Some(last) = self.given.recording.cuts().last() {
            let counted = |index: usize| last.parts(index).end;
            let public = (0..last.take.tracks.len()).map(counted).collect();
            self.on_air = Some(OnAir { take: last.take.clone(), shows: Shows::Gap, public });
        }
    }

    fn rank(&self, source: SourceId) -> Option<usize> {
        self.given.recording.sources().iter().position(|other| *other == source)
    }

    async fn on_offer(&mut self, source: SourceId, offer: Offer) {
        if self.rank(source).is_none() {
            return;
        }
        match offer {
            Offer::Tracks(tracks) => {
                self.leave(source);
                self.runs.insert(source, Run::new(tracks));
            }
            Offer::Gone => self.leave(source),
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
            Offer::Part(_) if self.paused => {}
            Offer::Part(part) => {
                let Some(run) = self.runs.get_mut(&source) else { return };
                match run.part(part).await {
                    Fate::Kept => {}
                    Fate::Hangs(take, part) => self.give_up(take, part),
                    Fate::Opens { tracks, parts } => self.open_run(source, &tracks, parts).await,
                }
            }
        }
    }

    /// Opens the take of a source that has come to a keyframe.
    async fn open_run(&mut self, source: SourceId, tracks: &[crate::media::Track], parts: Vec<Part>) {
        if Instant::now() < self.try_again {
            return;
        }
        match self.open_take(Some(source), tracks.to_vec()) {
            Ok((id, writer)) => {
                for part in parts {
                    if let Err(Hangs) = writer.part(part.clone()).await {
                        return self.give_up(id, part);
                    }
                }
                if let Some(run) = self.runs.get_mut(&source) {
                    run.writes(id, writer);
                }
            }
            Err(error) => self.disk_refused(self.folder, &error),
        }
    }

    /// The take's disk has not taken a part for so long that the next folder must.
    fn give_up(&mut self, id: TakeId, part: Part) {
        let Some(work) = self.takes.get(&id) else { return };
        let (mut unwritten, lost) = work.backlog.give_up();
        unwritten.push(part);
        let error = io::Error::new(io::ErrorKind::TimedOut, "the disk does not answer");
        self.failed(id, &error, unwritten, lost);
    }

    /// A source's run is over: its take is closed; if it was on air the slate follows once its last part is on disk.
    fn leave(&mut self, source: SourceId) {
        self.runs.remove(&source);
        if self.shown_source() == Some(source) {
            self.away_since = Instant::now();
        }
    }

    fn shown_source(&self) -> Option<SourceId> {
        match self.on_air.as_ref()?.shows {
            Shows::Source { source } => Some(source),
            Shows::Gap | Shows::Pause => None,
        }
    }

    fn open_take(
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
        self.takes.insert(take, AtWork { source, take: None, folder: index, backlog: writer.backlog() });
        Ok((take, writer))
    }

    /// The disk of a folder said no: the next take goes to the next folder.
    fn disk_refused(&mut self, folder: usize, error: &io::Error) {
        let folders = &self.given.folders;
        let named = folders[folder].display().to_string();
        metrics::counter!("bema_recording_failures_total").increment(1);
        tracing::error!(meeting = %self.given.recording.meeting(), folder = named, %error, "the disk refused");
        self.given.recording.raised().raise(Alarm::DiskRefused { folder: named, what: error.to_string() });
        // Several takes may fail with the one disk: the first has gone on to the next folder already.
        if folder == self.folder {
            self.folder = (folder + 1) % folders.len();
            self.refusals += 1;
        }
        if self.refusals >= folders.len() {
            self.try_again = Instant::now() + TRY_AGAIN;
        }
    }

    /// A folder took parts: what was said of it is over.
    fn disk_took(&mut self, folder: usize) {
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

    fn slow(&mut self, took: Duration) {
        self.slow_at = Some(Instant::now());
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.given.recording.raised().raise(Alarm::Slow { took_ms });
    }

    async fn on_written(&mut self, id: TakeId, what: Written) {
        match what {
            Written::Opened(take) => {
                if let Some(work) = self.takes.get_mut(&id) {
                    work.take = Some(take);
                    let folder = work.folder;
                    self.disk_took(folder);
                }
            }
            Written::Part { track, index, data } => {
                self.refusals = 0;
                self.show(id, track, index, data).await;
            }
            Written::Slow(took) => {
                metrics::counter!("bema_recording_slow_syncs_total").increment(1);
                tracing::warn!(meeting = %self.given.recording.meeting(), took_ms = took.as_millis(), "the disk is slow");
                self.slow(took);
            }
            Written::Failed { error, unwritten, lost } => self.failed(id, &error, unwritten, lost),
            Written::Closed => {
                self.takes.remove(&id);
            }
        }
    }

    /// A part of a take is in its index: it is shown if the take is on air, or puts it there.
    async fn show(&mut self, id: TakeId, track: usize, index: u32, data: Bytes) {
        if self.on_air.as_ref().is_some_and(|on_air| on_air.take.id == id) {
            self.publish(track, index, data);
        } else {
            self.consider(id, track, index).await;
        }
    }

    /// A take is over because its disk refused.
    fn failed(&mut self, id: TakeId, error: &io::Error, unwritten: Vec<Part>, lost: Vec<LostPart>) {
        let Some(work) = self.takes.remove(&id) else { return };
        tracing::error!(take = %id, parts = unwritten.len(), lost = lost.len(), "parts are on no disk");
        self.disk_refused(work.folder, error);
        if !lost.is_empty() && self.given.recording.cuts().iter().any(|cut| cut.take.id == id) {
            self.lost(id, lost);
        }
        match work.source {
            None => self.slate = None,
            Some(source) => {
                if let Some(run) = self.runs.get_mut(&source)
                    && run.take().is_none_or(|take| take == id)
                {
                    run.restart(unwritten);
                }
            }
        }
    }

    /// Parts that were shown from memory are on no disk: their places are noted.
    fn lost(&mut self, take: TakeId, parts: Vec<LostPart>) {
        let count = parts.len() as u64;
        metrics::counter!("bema_recording_lost_parts_total").increment(count);
        self.given.recording.raised().raise(Alarm::Lost { parts: count });
        if let Err(error) = self.note(Entry::Lost { take, at_ms: self.given.clock.now_ms(), parts }) {
            tracing::error!(%error, "the places of lost parts are on no disk either");
        }
    }

    /// What the disk has not taken for half a second is shown from memory: the transmission goes on.
    async fn rush(&mut self) {
        // A film is not live: it waits for its disk.
        if self.given.slate.is_none() {
            return;
        }
        let late: Vec<_> = self.takes.iter().map(|(id, work)| (*id, work.backlog.age(), work.backlog.rush())).collect();
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

    fn publish(&mut self, track: usize, index: u32, data: Bytes) {
        let Some(on_air) = &mut self.on_air else { return };
        if index < on_air.public[track] || (self.paused && on_air.shows != Shows::Pause) {
            return;
        }
        on_air.public[track] = index + 1;
        self.given.recording.publish(&on_air.take, track, index, data);
    }

    /// A take that is not on air has a new part on disk: is it to be shown from here?
    async fn consider(&mut self, id: TakeId, track: usize, index: u32) {
        let Some(AtWork { source, take: Some(take), .. }) = self.takes.get(&id) else { return };
        let (source, take) = (*source, take.clone());
        let shows = match source {
            Some(source) if !self.paused && self.preferred(source) => Shows::Source { source },
            None => match &self.slate {
                Some(slate) if slate.id == id => slate.shows.clone(),
                _ => return,
            },
            Some(_) => return,
        };
        let leads = take.track(&"video".parse().expect("a good name")).unwrap_or(0);
        let opens = {
            let parts = take.tracks[track].parts.read().unwrap_or_else(PoisonError::into_inner);
            parts.get(index as usize).is_some_and(|part| part.opens_segment && part.independent)
        };
        if track == leads && opens {
            self.cut(take, shows, leads, index).await;
        }
    }

    /// Whether a source is to be shown rather than what is on air.
    fn preferred(&self, source: SourceId) -> bool {
        match self.shown_source() {
            // A new take of the source that is shown follows the old one.
            Some(shown) if shown != source && self.runs.get(&shown).is_some_and(|run| !run.stalled(STALLED)) => {
                self.rank(source) < self.rank(shown)
            }
            _ => true,
        }
    }

    /// Puts a take on air from its part `index` of the leading track on.
    async fn cut(&mut self, take: Arc<Take>, shows: Shows, leads: usize, index: u32) {
        let from = first_parts(&take, leads, index);
        let until = self.on_air.as_ref().map(|on_air| on_air.public.clone()).unwrap_or_default();
        let at_ms = self.given.clock.now_ms();
        let entry = Entry::Cut { take: take.id, shows: shows.clone(), at_ms, from: from.clone(), until: until.clone() };
        if let Err(error) = self.note(entry) {
            return self.disk_refused(self.folder, &error);
        }
        let recording = &self.given.recording;
        recording.close_cut(until);
        let cut = Cut { take: take.clone(), shows: shows.clone(), from, until: None };
        let public = (0..take.tracks.len()).map(|track| cut.parts(track).end).collect();
        recording.cut(cut);
        let slate = !matches!(shows, Shows::Source { .. });
        recording.set_state(match &shows {
            Shows::Source { .. } => State::Running,
            Shows::Pause => State::Paused { since_ms: at_ms },
            Shows::Gap if recording.cuts().len() == 1 => State::Waiting,
            Shows::Gap => State::Away { since_ms: at_ms },
        });
        tracing::info!(meeting = %recording.meeting(), take = %take.id, shows = ?shows, "on air");
        self.on_air = Some(OnAir { take, shows, public });
        if !slate {
            self.slate = None;
        }
    }

    /// Writes a line of the programme and waits until it is on disk.
    fn note(&mut self, entry: Entry) -> io::Result<()> {
        // A line is written a few times an hour and takes a millisecond; the disk's own time is the same for all.
        tokio::task::block_in_place(|| self.given.program.note(entry))
    }

    async fn on_tick(&mut self) {
        self.rush().await;
        if self.given.offered.is_empty() {
            let gone = |source: &SourceId| !self.given.intake.connected(*source);
            let gone: Vec<SourceId> = self.runs.keys().copied().filter(gone).collect();
            gone.into_iter().for_each(|source| self.leave(source));
        }
        let shown = self.shown_source();
        let present = shown.and_then(|shown| self.runs.get(&shown)).is_some_and(|run| !run.stalled(STALLED));
        // A closed run's last parts may still be on their way to the disk: they are shown before the slate.
        let finishing = self.on_air.as_ref().is_some_and(|on_air| {
            let writes_on =
                shown.and_then(|shown| self.runs.get(&shown)).is_some_and(|run| run.take() == Some(on_air.take.id));
            !writes_on && shown.is_some() && self.takes.contains_key(&on_air.take.id)
        });
        // After a pause the slate stays as it is while a source is about to come to its keyframe.
        let resuming = self.slate.as_ref().is_some_and(|slate| slate.shows == Shows::Pause)
            && self.runs.values().any(|run| !run.stalled(STALLED));
        let wanted = if self.paused {
            Some(Shows::Pause)
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
            if let Err(Hangs) = slate.writer.part(part.clone()).await {
                return self.give_up(id, part);
            }
        }
    }

    fn start_slate(&mut self, shows: Shows) {
        let Some(slate) = self.given.slate.clone() else { return };
        if Instant::now() < self.try_again {
            return;
        }
        match self.open_take(None, slate.tracks()) {
            Ok((id, writer)) => {
                let running = slate.run(self.given.clock.now_ms());
                self.slate = Some(SlateTake { id, writer, running, since: Instant::now(), shows });
            }
            Err(error) => self.disk_refused(self.folder, &error),
        }
    }

    /// Answers the reply that is to be given when all is closed, if the recording ends.
    async fn command(&mut self, command: Command) -> Option<oneshot::Sender<io::Result<()>>> {
        let at_ms = self.given.clock.now_ms();
        let (done, reply) = match command {
            Command::End(reply) => return Some(reply),
            Command::Pause(reply) => {
                let done = self.note(Entry::Paused { at_ms });
                if done.is_ok() {
                    self.paused = true;
                    self.runs.values_mut().for_each(|run| run.restart(Vec::new()));
                    self.given.recording.set_state(State::Paused { since_ms: at_ms });
                    self.on_tick().await;
                }
                (done, reply)
            }
            Command::Resume(reply) => {
                let done = self.note(Entry::Resumed { at_ms });
                self.paused &= done.is_err();
                (done, reply)
            }
            Command::Sources(sources, reply) => {
                let done = self.note(Entry::Sources { sources: sources.clone(), at_ms });
                if done.is_ok() {
                    self.runs.retain(|source, _| sources.contains(source));
                    self.given.recording.set_sources(sources.clone());
                    let fresh: Vec<SourceId> =
                        sources.into_iter().filter(|source| !self.runs.contains_key(source)).collect();
                    self.given.intake.listen(&fresh, &self.given.offers);
                }
                (done, reply)
            }
        };
        // The clerk may have gone away meanwhile; what was done is done.
        let _ = reply.send(done);
        None
    }

    /// Closes every take, lets what is under way reach the disk, and ends the recording where `done` asks for it.
    async fn close(
        mut self,
        told: &mut mpsc::UnboundedReceiver<(TakeId, Written)>,
        done: Option<oneshot::Sender<io::Result<()>>>,
    ) {
        // What the sources have given already is taken before the takes are closed.
        while let Ok(Offered { source, offer }) = self.given.offered.try_recv() {
            self.on_offer(source, offer).await;
        }
        self.runs.clear();
        self.slate = None;
        while !self.takes.is_empty() {
            let Ok(Some((take, what))) = tokio::time::timeout(CLOSING, told.recv()).await else {
                tracing::error!(takes = self.takes.len(), "the disk does not answer; takes are left unclosed");
                break;
            };
            // A source that was not on air is not put there at the end; of a film all is shown.
            let live = self.given.slate.is_some();
            match what {
                Written::Part { .. } if live && self.on_air.as_ref().is_none_or(|on_air| on_air.take.id != take) => {}
                what => self.on_written(take, what).await,
            }
        }
        let Some(reply) = done else { return };
        let until = self.on_air.as_ref().map(|on_air| on_air.public.clone()).unwrap_or_default();
        let ended = self.note(Entry::Ended { at_ms: self.given.clock.now_ms(), until: until.clone() });
        if ended.is_ok() {
            self.given.recording.end(Some(until));
        }
        // As above.
        let _ = reply.send(ended);
    }
}

/// By tracks: the first part that belongs to a cut from part `index` of the leading track on:
/// of the others the first that ends after that one begins.
fn first_parts(take: &Take, leads: usize, index: u32) -> Vec<u32> {
    let time = |ticks: u64, timescale: u32| crate::timeline::ticks_to_ns(ticks, timescale);
    let leading = &take.tracks[leads];
    let start = leading.parts.read().unwrap_or_else(PoisonError::into_inner)[index as usize].start;
    let start = time(start, leading.about.timescale);
    let first = |(track, other): (usize, &crate::take::TakeTrack)| {
        if track == leads {
            return index;
        }
        let parts = other.parts.read().unwrap_or_else(PoisonError::into_inner);
        let ends = |part: &crate::take::PartAt| time(part.start + u64::from(part.duration), other.about.timescale);
        u32::try_from(parts.partition_point(|part| ends(part) <= start)).unwrap_or(u32::MAX)
    };
    take.tracks.iter().enumerate().map(first).collect()
}
