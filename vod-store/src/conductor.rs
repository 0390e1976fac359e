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
    intake::{Offer, Offered},
    journal::Journal,
    program::{Cut, Entry},
    recording::{Shows, State},
    run::{Fate, Run},
    slate::{Running, Slate},
    take::{Opening, Take, TakeId, Writer, Written},
};

/// A source that is connected and sends nothing for this long gives way to the slate.
const STALLED: Duration = Duration::from_millis(2_500);
/// How often the conductor looks at the clock; the slate's parts are due five times a second.
const TICK: Duration = Duration::from_millis(50);
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
    pub(crate) program: Journal,
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

struct Desk {
    given: Conductor,
    written: mpsc::UnboundedSender<(TakeId, Written)>,
    runs: HashMap<SourceId, Run>,
    /// Takes whose files are open: by source, or the slate's.
    takes: HashMap<TakeId, (Option<SourceId>, Option<Arc<Take>>)>,
    on_air: Option<OnAir>,
    slate: Option<SlateTake>,
    away_since: Instant,
    paused: bool,
    /// Which of the folders is written to; the next one after the disk refused.
    folder: usize,
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
                if self.shown_source() == Some(source) {
                    let recording = self.given.recording.clone();
                    let kept = tokio::task::spawn_blocking(move || recording.thumbnails_file().keep(&picture)).await;
                    if let Ok(Err(error)) = kept {
                        tracing::warn!(%error, "a thumbnail was not kept");
                    }
                }
            }
            Offer::Part(_) if self.paused => {}
            Offer::Part(part) => {
                let Some(run) = self.runs.get_mut(&source) else { return };
                match run.part(part).await {
                    Fate::Kept => {}
                    Fate::Opens { tracks, parts } => match self.open_take(Some(source), (*tracks).clone()) {
                        Ok((id, writer)) => {
                            for part in parts {
                                writer.part(part).await;
                            }
                            if let Some(run) = self.runs.get_mut(&source) {
                                run.writes(id, writer);
                            }
                        }
                        Err(error) => self.disk_refused(&error),
                    },
                }
            }
        }
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
        let folder = self.given.folders[self.folder % self.given.folders.len()].join(take.to_string());
        let (meeting, opened_at_ms) = (self.given.recording.meeting(), self.given.clock.now_ms());
        let opening = Opening { folder, meeting, take, source, opened_at_ms, tracks };
        let writer = Writer::open(opening, self.given.clock.clone(), self.written.clone())?;
        self.takes.insert(take, (source, None));
        Ok((take, writer))
    }

    /// The disk said no: the next take goes to the next folder.
    fn disk_refused(&mut self, error: &io::Error) {
        self.folder += 1;
        metrics::counter!("bema_recording_failures_total").increment(1);
        tracing::error!(meeting = %self.given.recording.meeting(), %error, "the disk refused; the next folder is tried");
    }

    async fn on_written(&mut self, id: TakeId, what: Written) {
        match what {
            Written::Opened(take) => {
                if let Some(known) = self.takes.get_mut(&id) {
                    known.1 = Some(take);
                }
            }
            Written::Part { track, index, data } => {
                let index = u32::try_from(index).unwrap_or(u32::MAX);
                if self.on_air.as_ref().is_some_and(|on_air| on_air.take.id == id) {
                    self.publish(track, index, data);
                } else {
                    self.consider(id, track, index).await;
                }
            }
            Written::Slow(took) => {
                metrics::counter!("bema_recording_slow_syncs_total").increment(1);
                tracing::warn!(meeting = %self.given.recording.meeting(), took_ms = took.as_millis(), "the disk is slow");
            }
            Written::Failed { error, unwritten } => {
                let source = self.takes.remove(&id).and_then(|(source, _)| source);
                tracing::error!(take = %id, parts = unwritten.len(), "parts are on no disk and were not made public");
                self.disk_refused(&error);
                match source.and_then(|source| self.runs.get_mut(&source)) {
                    Some(run) => run.restart(unwritten),
                    None => self.slate = None,
                }
            }
            Written::Closed => {
                self.takes.remove(&id);
            }
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
        let Some((source, Some(take))) = self.takes.get(&id).cloned() else { return };
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
        if let Err(error) = self.note(&entry).await {
            return self.disk_refused(&error);
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
    async fn note(&mut self, entry: &Entry) -> io::Result<()> {
        // A line is written a few times an hour and takes a millisecond; the disk's own time is the same for all.
        tokio::task::block_in_place(|| {
            self.given.program.push(entry);
            self.given.program.commit()
        })
    }

    async fn on_tick(&mut self) {
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
        for part in slate.running.due(pictures, slate.since.elapsed()) {
            slate.writer.part(part).await;
        }
    }

    fn start_slate(&mut self, shows: Shows) {
        let Some(slate) = self.given.slate.clone() else { return };
        match self.open_take(None, slate.tracks()) {
            Ok((id, writer)) => {
                let running = slate.run(self.given.clock.now_ms());
                self.slate = Some(SlateTake { id, writer, running, since: Instant::now(), shows });
            }
            Err(error) => self.disk_refused(&error),
        }
    }

    /// Answers the reply that is to be given when all is closed, if the recording ends.
    async fn command(&mut self, command: Command) -> Option<oneshot::Sender<io::Result<()>>> {
        let at_ms = self.given.clock.now_ms();
        let (done, reply) = match command {
            Command::End(reply) => return Some(reply),
            Command::Pause(reply) => {
                let done = self.note(&Entry::Paused { at_ms }).await;
                if done.is_ok() {
                    self.paused = true;
                    self.runs.values_mut().for_each(|run| run.restart(Vec::new()));
                    self.given.recording.set_state(State::Paused { since_ms: at_ms });
                    self.on_tick().await;
                }
                (done, reply)
            }
            Command::Resume(reply) => {
                let done = self.note(&Entry::Resumed { at_ms }).await;
                self.paused &= done.is_err();
                (done, reply)
            }
            Command::Sources(sources, reply) => {
                let done = self.note(&Entry::Sources { sources: sources.clone(), at_ms }).await;
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
            let Some((take, what)) = told.recv().await else { break };
            match what {
                Written::Part { .. } if self.on_air.as_ref().is_none_or(|on_air| on_air.take.id != take) => {}
                what => self.on_written(take, what).await,
            }
        }
        let Some(reply) = done else { return };
        let until = self.on_air.as_ref().map(|on_air| on_air.public.clone()).unwrap_or_default();
        let ended = self.note(&Entry::Ended { at_ms: self.given.clock.now_ms(), until: until.clone() }).await;
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
