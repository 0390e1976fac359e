//! A take: one unbroken run of a source (or of the slate), a growing CMAF file a track and the journal about them.
//!
//! The order that nothing may change: bytes into the track's file, `fdatasync`; their line into the journal,
//! `fdatasync`; only then is the part public.
//! One exception: a disk that is slow must not stop the transmission. A part that waits for longer than [`SLOW`]
//! is made public from memory, and stays readable from there until the disk has it; the journal says so afterwards.
//!
//! A take is never taken up again: after a crash the source's next run is a new take,
//! so what a crash left behind the last line of the journal is never touched.

use std::{
    collections::{BTreeMap, VecDeque},
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::{Duration, Instant},
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::{
    MeetingId, SourceId, disk,
    journal::{self, Journal, hex},
    media::{Part, Track, TrackName},
    program::LostPart,
};

/// Parts under way to the disk, of one take. At ten a second this is half a minute of a disk that does not answer.
const QUEUE: usize = 320;

/// A take's name: its folder within the recording's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct TakeId(uuid::Uuid);

impl TakeId {
    /// A new one; later ones sort later.
    pub(crate) fn new() -> Self {
        Self(uuid::Uuid::now_v7())
    }
}

impl std::fmt::Display for TakeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A line of a take's journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub(crate) enum Entry {
    /// The first line.
    Take {
        /// Of this format.
        version: u32,
        meeting: MeetingId,
        take: TakeId,
        /// None for the slate.
        source: Option<SourceId>,
        opened_at_ms: i64,
        tracks: Vec<Track>,
    },
    /// An init segment, at the start of its track's file.
    Init { track: TrackName, length: u64, sha256: String },
    /// A part. The names are short since there are ten a second.
    Part {
        /// Index into the take's tracks.
        t: u8,
        /// Offset in the track's file.
        o: u64,
        /// Length in bytes.
        n: u32,
        /// Start in the track's ticks.
        s: u64,
        /// Duration in the track's ticks.
        d: u32,
        /// 1: independent; 2: opens a segment.
        f: u8,
        /// Wall clock of its first sample, milliseconds UTC.
        w: i64,
        /// SHA-256 of its bytes.
        h: String,
    },
    /// These parts, which stand above, were made public before they were on the disk, the disk being slow.
    Early {
        /// Index into the take's tracks.
        t: u8,
        /// The first of them, index in the track.
        i: u32,
        /// How many.
        n: u32,
    },
    /// The last line of a take that ended in order.
    Closed { at_ms: i64 },
}

/// Where a part lies and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartAt {
    pub(crate) offset: u64,
    pub(crate) start: u64,
    pub(crate) captured_at_ms: i64,
    pub(crate) length: u32,
    pub(crate) duration: u32,
    pub(crate) independent: bool,
    pub(crate) opens_segment: bool,
}

/// A take as its readers see it.
#[derive(Debug)]
pub(crate) struct Take {
    pub(crate) id: TakeId,
    pub(crate) source: Option<SourceId>,
    pub(crate) tracks: Vec<TakeTrack>,
}

/// A track of a take: its description, its file, and the parts that may be public.
#[derive(Debug)]
pub(crate) struct TakeTrack {
    pub(crate) about: Track,
    pub(crate) file: Arc<File>,
    pub(crate) parts: RwLock<Vec<PartAt>>,
    /// By index, the bytes of those parts that are in memory only: the disk is slow, or has refused them.
    memory: RwLock<BTreeMap<u32, Bytes>>,
}

impl TakeTrack {
    fn new(about: Track, file: File) -> Self {
        Self { about, file: Arc::new(file), parts: RwLock::default(), memory: RwLock::default() }
    }

    /// Adds a part to the index, from where it may become public; its bytes too while they are on no disk.
    fn add(&self, at: PartAt, memory: Option<Bytes>) -> u32 {
        let mut parts = self.parts.write().unwrap_or_else(PoisonError::into_inner);
        let index = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        if let Some(bytes) = memory {
            self.memory.write().unwrap_or_else(PoisonError::into_inner).insert(index, bytes);
        }
        parts.push(at);
        index
    }

    /// The bytes of a part that is in memory only.
    pub(crate) fn in_memory(&self, index: u32) -> Option<Bytes> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner).get(&index).cloned()
    }

    /// The bytes of `count` parts from `first` on when some of them are in memory only.
    pub(crate) fn partly_in_memory(&self, first: u32, count: u32) -> Option<io::Result<Bytes>> {
        let kept: BTreeMap<u32, Bytes> = {
            let memory = self.memory.read().unwrap_or_else(PoisonError::into_inner);
            memory.range(first..first + count).map(|(index, bytes)| (*index, bytes.clone())).collect()
        };
        if kept.is_empty() {
            return None;
        }
        let parts = self.parts.read().unwrap_or_else(PoisonError::into_inner);
        let mut all = Vec::new();
        for index in first..first + count {
            if let Some(bytes) = kept.get(&index) {
                all.extend_from_slice(bytes);
                continue;
            }
            let Some(at) = parts.get(index as usize) else { continue };
            let start = all.len();
            all.resize(start + at.length as usize, 0);
            if let Err(error) = self.file.read_exact_at(&mut all[start..], at.offset) {
                return Some(Err(error));
            }
        }
        Some(Ok(all.into()))
    }
}

impl Take {
    /// Keeps the places of parts that were public and are on no disk, so that what came after keeps its number.
    pub(crate) fn keep_places(&self, lost: &[LostPart]) {
        for part in lost {
            let Some(track) = self.tracks.get(usize::from(part.t)) else { continue };
            let mut parts = track.parts.write().unwrap_or_else(PoisonError::into_inner);
            // The disk may have kept it after all.
            if parts.len() == part.i as usize {
                parts.push(part.at);
            }
        }
    }

    pub(crate) fn track(&self, name: &TrackName) -> Option<usize> {
        self.tracks.iter().position(|track| track.about.name == *name)
    }

    /// Reads a take back from its folder, as far as its journal is sound.
    pub(crate) fn read(folder: &Path) -> io::Result<Self> {
        let invalid = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
        let contents = journal::read::<Entry>(&folder.join(JOURNAL))?;
        let mut entries = contents.entries.into_iter();
        let Some(Entry::Take { take, source, tracks: about, .. }) = entries.next() else {
            return Err(invalid(format!("{} does not begin with its take", folder.display())));
        };
        let mut tracks = Vec::with_capacity(about.len());
        for about in about {
            let file = File::open(track_path(folder, &about.name))?;
            tracks.push(TakeTrack::new(about, file));
        }
        let mut take = Self { id: take, source, tracks };
        for entry in entries {
            match entry {
                Entry::Init { track, length, .. } => {
                    let index = take.track(&track).ok_or_else(|| invalid(format!("no track {track}")))?;
                    let mut init = vec![0; usize::try_from(length).map_err(io::Error::other)?];
                    take.tracks[index].file.read_exact_at(&mut init, 0)?;
                    take.tracks[index].about.init = init.into();
                }
                Entry::Part { t, o, n, s, d, f, w, .. } => {
                    let track = take.tracks.get_mut(usize::from(t)).ok_or_else(|| invalid(format!("no track {t}")))?;
                    let parts = track.parts.get_mut().unwrap_or_else(PoisonError::into_inner);
                    parts.push(PartAt {
                        offset: o,
                        start: s,
                        captured_at_ms: w,
                        length: n,
                        duration: d,
                        independent: f & 1 != 0,
                        opens_segment: f & 2 != 0,
                    });
                }
                Entry::Take { .. } | Entry::Early { .. } | Entry::Closed { .. } => {}
            }
        }
        Ok(take)
    }
}

/// The journal's file in a take's folder.
pub(crate) const JOURNAL: &str = "journal";

/// A track's file in a take's folder.
pub(crate) fn track_path(folder: &Path, track: &TrackName) -> PathBuf {
    folder.join(format!("{track}.mp4"))
}

/// What the writer says of a take.
#[derive(Debug)]
pub(crate) enum Written {
    /// The take's folder, files and first lines are on the disk.
    Opened(Arc<Take>),
    /// A part is on the disk: index into the tracks, index in the track, and its bytes.
    Part { track: usize, index: u32, data: Bytes },
    /// A batch took this long to reach the disk.
    Slow(Duration),
    /// The disk refused; the take is over. These parts are on no disk and were not public, those were.
    Failed { error: io::Error, unwritten: Vec<Part>, lost: Vec<LostPart> },
    /// Everything that was given is on the disk, and the take is closed.
    Closed,
}

/// What a new take is.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) folder: PathBuf,
    pub(crate) meeting: MeetingId,
    pub(crate) take: TakeId,
    pub(crate) source: Option<SourceId>,
    pub(crate) opened_at_ms: i64,
    pub(crate) tracks: Vec<Track>,
}

/// The way into a take that is being written. Dropping it closes the take.
#[derive(Debug)]
pub(crate) struct Writer {
    given: mpsc::Sender<()>,
    backlog: Backlog,
    tracks: Vec<TrackName>,
}

/// The disk has not taken a part for so long that it is to be given up.
#[derive(Debug)]
pub(crate) struct Hangs;

/// What a take's writer was given and the disk does not have yet.
#[derive(Clone, Debug)]
pub(crate) struct Backlog(Arc<Mutex<Waiting>>);

#[derive(Debug)]
struct Waiting {
    /// None until its files are there.
    take: Option<Arc<Take>>,
    parts: VecDeque<Pending>,
    /// By tracks: where the next part will lie.
    ends: Vec<u64>,
    /// The take is over: nothing is taken any more.
    over: bool,
}

#[derive(Clone, Debug)]
struct Pending {
    track: usize,
    at: PartAt,
    part: Part,
    given: Instant,
    /// Its index in the track, if it was made public from memory.
    public: Option<u32>,
}

impl Writer {
    /// Starts a thread that writes the take and tells `written`; disk calls block, so they have a thread of their own.
    pub(crate) fn open(
        opening: Opening,
        clock: crate::Clock,
        written: mpsc::UnboundedSender<(TakeId, Written)>,
    ) -> io::Result<Self> {
        let (given, queue) = mpsc::channel(QUEUE);
        let tracks = opening.tracks.iter().map(|track| track.name.clone()).collect();
        let ends = opening.tracks.iter().map(|track| track.init.len() as u64).collect();
        let waiting = Waiting { take: None, parts: VecDeque::new(), ends, over: false };
        let backlog = Backlog(Arc::new(Mutex::new(waiting)));
        let own = backlog.clone();
        std::thread::Builder::new().name("take".into()).spawn(move || run(&opening, &clock, queue, &own, &written))?;
        Ok(Self { given, backlog, tracks })
    }

    pub(crate) fn backlog(&self) -> Backlog {
        self.backlog.clone()
    }

    /// Gives a part to the disk; while the queue is full it waits, but not for ever.
    pub(crate) async fn part(&self, part: Part) -> Result<(), Hangs> {
        // A part of a track that the take does not have cannot come from a feed, which names its tracks first.
        let Some(track) = self.tracks.iter().position(|name| *name == part.track) else { return Ok(()) };
        let place = tokio::time::timeout(PATIENCE, self.given.reserve()).await.map_err(|_| Hangs)?;
        // A writer that failed has said so already, and its parts have gone to the next take.
        let Ok(place) = place else { return Ok(()) };
        let mut waiting = self.backlog.lock();
        if waiting.over {
            return Ok(());
        }
        let at = PartAt {
            offset: waiting.ends[track],
            start: part.start,
            captured_at_ms: part.captured_at_ms,
            length: u32::try_from(part.data.len()).unwrap_or(u32::MAX),
            duration: part.duration,
            independent: part.independent,
            opens_segment: part.opens_segment,
        };
        waiting.ends[track] += u64::from(at.length);
        waiting.parts.push_back(Pending { track, at, part, given: Instant::now(), public: None });
        place.send(());
        Ok(())
    }
}

impl Backlog {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the oldest part has been waiting for the disk.
    pub(crate) fn age(&self) -> Duration {
        self.lock().parts.front().map_or(Duration::ZERO, |oldest| oldest.given.elapsed())
    }

    /// Takes into the index, from memory, what has been waiting for longer than [`SLOW`]: track, index, bytes.
    pub(crate) fn rush(&self) -> Vec<(usize, u32, Bytes)> {
        let mut waiting = self.lock();
        let Some(take) = waiting.take.clone().filter(|_| !waiting.over) else { return Vec::new() };
        let slow = waiting.parts.iter_mut().take_while(|pending| pending.given.elapsed() >= SLOW);
        slow.filter(|pending| pending.public.is_none())
            .map(|pending| {
                let data = pending.part.data.clone();
                let index = take.tracks[pending.track].add(pending.at, Some(data.clone()));
                pending.public = Some(index);
                (pending.track, index, data)
            })
            .collect()
    }

    /// The take's disk is given up: nothing more of it will be public. Answers what of it is not yet, and what is lost.
    pub(crate) fn give_up(&self) -> (Vec<Part>, Vec<LostPart>) {
        let mut waiting = self.lock();
        waiting.over = true;
        let (mut unwritten, mut lost) = (Vec::new(), Vec::new());
        for Pending { track, at, part, public, .. } in waiting.parts.drain(..) {
            match public {
                Some(i) => lost.push(LostPart { t: u8::try_from(track).unwrap_or(u8::MAX), i, at }),
                None => unwritten.push(part),
            }
        }
        (unwritten, lost)
    }

    /// The first `count` are on the disk. Answers those that become public now, and which were before.
    #[expect(clippy::type_complexity, reason = "two lists of a line's fields")]
    fn landed(&self, count: usize) -> (Vec<(usize, u32, Bytes)>, Vec<(usize, u32)>) {
        let mut waiting = self.lock();
        let (mut now, mut before) = (Vec::new(), Vec::new());
        let Some(take) = waiting.take.clone().filter(|_| !waiting.over) else { return (now, before) };
        for Pending { track, at, part, public, .. } in waiting.parts.drain(..count) {
            let own = &take.tracks[track];
            if let Some(index) = public {
                own.memory.write().unwrap_or_else(PoisonError::into_inner).remove(&index);
                before.push((track, index));
            } else {
                now.push((track, own.add(at, None), part.data));
            }
        }
        (now, before)
    }
}

fn run(
    opening: &Opening,
    clock: &crate::Clock,
    mut queue: mpsc::Receiver<()>,
    backlog: &Backlog,
    told: &mpsc::UnboundedSender<(TakeId, Written)>,
) {
    let tell = |what| {
        // Nobody listens any more only when the whole recording has been let go.
        let _ = told.send((opening.take, what));
    };
    let failed = |error| {
        let (unwritten, lost) = backlog.give_up();
        tell(Written::Failed { error, unwritten, lost });
    };
    let mut open = match Open::create(opening) {
        Ok(open) => open,
        Err(error) => return failed(error),
    };
    backlog.lock().take = Some(open.take.clone());
    tell(Written::Opened(open.take.clone()));
    while let Some(()) = queue.blocking_recv() {
        let count = 1 + std::iter::from_fn(|| queue.try_recv().ok()).count();
        let batch: Vec<Pending> = backlog.lock().parts.iter().take(count).cloned().collect();
        let began = Instant::now();
        if let Err(error) = open.write(&batch) {
            return failed(error);
        }
        let took = began.elapsed();
        metrics::histogram!("bema_recording_sync_seconds").record(took.as_secs_f64());
        if took > SLOW {
            tell(Written::Slow(took));
        }
        let (now, before) = backlog.landed(batch.len());
        open.were_early(&before);
        for (track, index, data) in now {
            tell(Written::Part { track, index, data });
        }
    }
    match open.close(clock.now_ms()) {
        Ok(()) => tell(Written::Closed),
        Err(error) => failed(error),
    }
}

/// A part that waits for longer than this for the disk is made public from memory, and the alarm is raised.
pub(crate) const SLOW: Duration = Duration::from_millis(500);
/// How long a full queue is waited for: then the disk does not answer any more.
const PATIENCE: Duration = Duration::from_secs(2);

struct Open {
    take: Arc<Take>,
    journal: Journal,
    writers: Vec<File>,
}

impl Open {
    fn create(opening: &Opening) -> io::Result<Self> {
        Self::try_create(opening).inspect_err(|_| {
            // A folder without a whole beginning is no take; on a disk that is full it must not be left behind each time.
            let _ = std::fs::remove_dir_all(&opening.folder);
        })
    }

    fn try_create(opening: &Opening) -> io::Result<Self> {
        disk::make_folder(&opening.folder)?;
        let mut journal = Journal::create(&opening.folder.join(JOURNAL))?;
        journal.push(&Entry::Take {
            version: 1,
            meeting: opening.meeting,
            take: opening.take,
            source: opening.source,
            opened_at_ms: opening.opened_at_ms,
            tracks: opening.tracks.clone(),
        });
        let (mut writers, mut tracks) = (Vec::new(), Vec::new());
        for about in &opening.tracks {
            let path = track_path(&opening.folder, &about.name);
            disk::write_synced(&path, &about.init)?;
            journal.push(&Entry::Init {
                track: about.name.clone(),
                length: about.init.len() as u64,
                sha256: hex(&Sha256::digest(&about.init)),
            });
            writers.push(File::options().write(true).open(&path)?);
            tracks.push(TakeTrack::new(about.clone(), File::open(&path)?));
        }
        journal.commit()?;
        let take = Take { id: opening.take, source: opening.source, tracks };
        Ok(Self { take: Arc::new(take), journal, writers })
    }

    fn write(&mut self, batch: &[Pending]) -> io::Result<()> {
        let mut touched = vec![false; self.writers.len()];
        for Pending { track, at, part, .. } in batch {
            self.writers[*track].write_all_at(&part.data, at.offset)?;
            touched[*track] = true;
            self.journal.push(&Entry::Part {
                t: u8::try_from(*track).map_err(io::Error::other)?,
                o: at.offset,
                n: at.length,
                s: at.start,
                d: at.duration,
                f: u8::from(at.independent) | u8::from(at.opens_segment) << 1,
                w: at.captured_at_ms,
                h: hex(&Sha256::digest(&part.data)),
            });
        }
        for (writer, touched) in self.writers.iter().zip(touched) {
            if touched {
                writer.sync_data()?;
            }
        }
        self.journal.commit()
    }

    /// Marks parts that were public before they were on the disk, in the batch that comes next.
    fn were_early(&mut self, parts: &[(usize, u32)]) {
        for track in 0..self.writers.len() {
            let mut own = parts.iter().filter(|(of, _)| *of == track).map(|(_, index)| *index);
            let Some(i) = own.next() else { continue };
            let n = 1 + u32::try_from(own.count()).unwrap_or(u32::MAX - 1);
            self.journal.push(&Entry::Early { t: u8::try_from(track).unwrap_or(u8::MAX), i, n });
        }
    }

    fn close(mut self, at_ms: i64) -> io::Result<()> {
        self.journal.push(&Entry::Closed { at_ms });
        self.journal.commit()
    }
}
