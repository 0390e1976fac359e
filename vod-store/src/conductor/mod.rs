//! The one task that leads a growing recording: takes what its sources offer, has it written, and decides what is shown.
//!
//! Every source is written to takes of its own, whether it is shown or not. Shown is the source of the lowest rank
//! that has come to a keyframe; where none has, the slate. A part is public only when its take's writer says that it is on disk.
mod air;
mod booths;
mod disk;
mod doors;
mod reserve;
mod slate;
mod sources;

use std::{collections::HashMap, io, path::PathBuf, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use reserve::Reserve;

use crate::{
    Clock, Intake, Recording, SourceId,
    intake::Offered,
    program::{self, Entry},
    recording::{Shows, State},
    run::Run,
    slate::{Running, Slate},
    sources::Sources,
    take::{Backlog, Take, TakeId, Writer, Written},
};

/// How often the conductor looks at the clock while the slate stands, whose parts are due five times a second, or is to.
const TICK: Duration = Duration::from_millis(50);
/// How often while a source is on air and its disk answers.
const CALM: Duration = Duration::from_millis(200);
/// So much later it wakes by itself; mostly a part comes first and has woken it.
const LATER: Duration = Duration::from_millis(100);
/// A disk that has had a part for so long is watched closely.
const LATE: Duration = Duration::from_millis(150);

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
    /// The meeting is in camera: show the slate, take nothing.
    CloseDoors(oneshot::Sender<io::Result<()>>),
    /// Show and keep the sources again, once what was taken behind closed doors has passed by.
    OpenDoors(oneshot::Sender<io::Result<()>>),
    /// These are the sources now.
    Sources(Sources, oneshot::Sender<io::Result<()>>),
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
    /// For how long a meeting room is held on the disk.
    pub(crate) room_for: Duration,
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
    /// Whether the disk has taken a part of it.
    took: bool,
    backlog: Backlog,
}

impl AtWork {
    /// The folder, when this is the first part that it took.
    fn first_part(&mut self) -> Option<usize> {
        (!std::mem::replace(&mut self.took, true)).then_some(self.folder)
    }
}

struct Desk {
    given: Conductor,
    written: mpsc::UnboundedSender<(TakeId, Written)>,
    runs: HashMap<SourceId, Run>,
    booths: booths::Booths,
    takes: HashMap<TakeId, AtWork>,
    on_air: Option<OnAir>,
    slate: Option<SlateTake>,
    away_since: Instant,
    /// What keeps the sources away: [`Shows::Pause`] or [`Shows::InCamera`].
    halted: Option<Shows>,
    /// Which of the folders is written to; the next one after the disk refused.
    folder: usize,
    /// How often a disk refused since one took a part.
    refusals: usize,
    /// No take is opened before.
    try_again: Instant,
    slow_at: Option<Instant>,
    /// When the clock is looked at next, if anything wakes the conductor then.
    looks_at: Instant,
    /// When it wakes by itself.
    wakes_at: Instant,
    reserve: Reserve,
    /// Parts that were public and are on no disk.
    lost: u64,
    /// The last thumbnail, on its way to the disk.
    thumbnail: Option<tokio::task::JoinHandle<()>>,
}

impl Conductor {
    /// Leads the recording until it is ended, or until `shutdown`, which closes every take and leaves the recording open.
    pub(crate) async fn run(self, shutdown: CancellationToken) {
        let (written, mut told) = mpsc::unbounded_channel();
        let halted = match *self.recording.state().borrow() {
            State::InCamera { .. } => Some(Shows::InCamera),
            State::Paused { .. } => Some(Shows::Pause),
            _ => None,
        };
        let reserve = Reserve::new(self.room_for);
        let mut desk = Desk {
            given: self,
            written,
            runs: HashMap::new(),
            booths: booths::Booths::new(),
            takes: HashMap::new(),
            on_air: None,
            slate: None,
            away_since: Instant::now(),
            halted,
            folder: 0,
            refusals: 0,
            try_again: Instant::now(),
            slow_at: None,
            looks_at: Instant::now(),
            wakes_at: Instant::now(),
            reserve,
            lost: 0,
            thumbnail: None,
        };
        desk.take_up();
        let done = loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break None,
                Some((take, what)) = told.recv() => desk.on_written(take, what).await,
                Some(command) = desk.given.commands.recv() => {
                    if let Some(done) = desk.command(command).await { break Some(done) }
                }
                Some(Offered { source, offer }) = desk.given.offered.recv() => desk.on_offer(source, offer).await,
                () = tokio::time::sleep_until(desk.wakes_at) => {}
            }
            let now = Instant::now();
            if now >= desk.looks_at {
                desk.on_tick().await;
                let calm = desk.is_calm();
                desk.looks_at = now + if calm { CALM } else { TICK };
                desk.wakes_at = desk.looks_at + if calm { LATER } else { Duration::ZERO };
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

    /// Answers the reply that is to be given when all is closed, if the recording ends.
    async fn command(&mut self, command: Command) -> Option<oneshot::Sender<io::Result<()>>> {
        let at_ms = self.given.clock.now_ms();
        let (done, reply) = match command {
            Command::End(reply) => return Some(reply),
            // A press that comes behind one that closed the doors changes nothing: the stage refuses it.
            Command::Pause(reply) | Command::Resume(reply) if self.halted == Some(Shows::InCamera) => (Ok(()), reply),
            Command::Pause(reply) => {
                let done = self.note(Entry::Paused { at_ms });
                if done.is_ok() {
                    self.halt(Shows::Pause, State::Paused { since_ms: at_ms }).await;
                }
                (done, reply)
            }
            Command::Resume(reply) => {
                let done = self.note(Entry::Resumed { at_ms });
                self.halted.take_if(|_| done.is_ok());
                (done, reply)
            }
            Command::CloseDoors(reply) => (self.close_doors(at_ms).await, reply),
            Command::OpenDoors(reply) => (self.open_doors(at_ms), reply),
            Command::Sources(sources, reply) => {
                let done = self.note(Entry::sources(&sources, at_ms));
                if done.is_ok() {
                    self.change_sources(sources);
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
        if done.is_some() {
            self.given.intake.open_doors(self.given.recording.meeting());
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
