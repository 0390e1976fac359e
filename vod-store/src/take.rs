//! A take: one unbroken run of a source (or of the slate), a growing CMAF file a track and the journal about them.
//!
//! The order that nothing may change: bytes into the track's file, `fdatasync`; their line into the journal,
//! `fdatasync`; only then is the part public.
//! A take is never taken up again: after a crash the source's next run is a new take,
//! so what a crash left behind the last line of the journal is never touched.

use std::{
    collections::VecDeque,
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::{Arc, RwLock},
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
        /// 1: independent; 2: opens a segment; 4: made public before it was on the disk.
        f: u8,
        /// Wall clock of its first sample, milliseconds UTC.
        w: i64,
        /// SHA-256 of its bytes.
        h: String,
    },
    /// The last line of a take that ended in order.
    Closed { at_ms: i64 },
}

/// Where a part lies and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// A track of a take: its description, its file, and the parts that are on the disk.
#[derive(Debug)]
pub(crate) struct TakeTrack {
    pub(crate) about: Track,
    pub(crate) file: Arc<File>,
    pub(crate) parts: RwLock<Vec<PartAt>>,
}

impl Take {
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
            let file = Arc::new(File::open(track_path(folder, &about.name))?);
            tracks.push(TakeTrack { about, file, parts: RwLock::default() });
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
                    let parts = track.parts.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
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
                Entry::Take { .. } | Entry::Closed { .. } => {}
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
    /// A part is on the disk (or was made public before it, the disk being slow): index into the tracks, and its bytes.
    Part { track: usize, index: usize, data: Bytes },
    /// A sync took this long.
    Slow(Duration),
    /// The disk refused; the take is over, and these parts are on no disk.
    Failed { error: io::Error, unwritten: Vec<Part> },
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
    parts: mpsc::Sender<Part>,
}

impl Writer {
    /// Starts a thread that writes the take and tells `written`; disk calls block, so they have a thread of their own.
    pub(crate) fn open(
        opening: Opening,
        clock: crate::Clock,
        written: mpsc::UnboundedSender<(TakeId, Written)>,
    ) -> io::Result<Self> {
        let (parts, queue) = mpsc::channel(QUEUE);
        std::thread::Builder::new().name("take".into()).spawn(move || run(&opening, &clock, queue, &written))?;
        Ok(Self { parts })
    }

    /// Gives a part to the disk; waits while the queue is full.
    pub(crate) async fn part(&self, part: Part) {
        // A writer that failed has said so already, and its parts have gone to the next take.
        let _ = self.parts.send(part).await;
    }
}

fn run(
    opening: &Opening,
    clock: &crate::Clock,
    mut queue: mpsc::Receiver<Part>,
    told: &mpsc::UnboundedSender<(TakeId, Written)>,
) {
    let tell = |what| {
        // Nobody listens any more only when the whole recording has been let go.
        let _ = told.send((opening.take, what));
    };
    let mut open = match Open::create(opening) {
        Ok(open) => open,
        Err(error) => {
            queue.close();
            let unwritten = std::iter::from_fn(|| queue.try_recv().ok()).collect();
            return tell(Written::Failed { error, unwritten });
        }
    };
    tell(Written::Opened(open.take.clone()));
    let mut batch = VecDeque::new();
    while let Some(first) = queue.blocking_recv() {
        batch.push_back(first);
        while let Ok(next) = queue.try_recv() {
            batch.push_back(next);
        }
        let began = Instant::now();
        if let Err(error) = open.write(batch.make_contiguous()) {
            queue.close();
            let unwritten = batch.drain(..).chain(std::iter::from_fn(|| queue.try_recv().ok())).collect();
            return tell(Written::Failed { error, unwritten });
        }
        let took = began.elapsed();
        metrics::histogram!("bema_recording_sync_seconds").record(took.as_secs_f64());
        if took > SLOW {
            tell(Written::Slow(took));
        }
        for part in batch.drain(..) {
            if let Some((track, index)) = open.publish(&part) {
                tell(Written::Part { track, index, data: part.data });
            }
        }
    }
    match open.close(clock.now_ms()) {
        Ok(()) => tell(Written::Closed),
        Err(error) => tell(Written::Failed { error, unwritten: Vec::new() }),
    }
}

/// A batch that takes longer than this to reach the disk raises the alarm.
pub(crate) const SLOW: Duration = Duration::from_millis(500);

struct Open {
    take: Arc<Take>,
    journal: Journal,
    writers: Vec<File>,
    ends: Vec<u64>,
    /// Parts that are on the disk and not yet in the index, in order.
    ready: VecDeque<(usize, PartAt)>,
}

impl Open {
    fn create(opening: &Opening) -> io::Result<Self> {
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
        let (mut writers, mut ends, mut tracks) = (Vec::new(), Vec::new(), Vec::new());
        for about in &opening.tracks {
            let path = track_path(&opening.folder, &about.name);
            disk::write_synced(&path, &about.init)?;
            journal.push(&Entry::Init {
                track: about.name.clone(),
                length: about.init.len() as u64,
                sha256: hex(&Sha256::digest(&about.init)),
            });
            writers.push(File::options().write(true).open(&path)?);
            ends.push(about.init.len() as u64);
            tracks.push(TakeTrack {
                about: about.clone(),
                file: Arc::new(File::open(&path)?),
                parts: RwLock::default(),
            });
        }
        journal.commit()?;
        let take = Take { id: opening.take, source: opening.source, tracks };
        Ok(Self { take: Arc::new(take), journal, writers, ends, ready: VecDeque::new() })
    }

    fn write(&mut self, batch: &[Part]) -> io::Result<()> {
        let mut touched = vec![false; self.writers.len()];
        for part in batch {
            // A part of a track that the take does not have cannot come from a feed, which names its tracks first.
            let Some(track) = self.take.track(&part.track) else { continue };
            let offset = self.ends[track];
            self.writers[track].write_all_at(&part.data, offset)?;
            let length = u32::try_from(part.data.len()).map_err(io::Error::other)?;
            self.ends[track] += u64::from(length);
            touched[track] = true;
            self.journal.push(&Entry::Part {
                t: u8::try_from(track).map_err(io::Error::other)?,
                o: offset,
                n: length,
                s: part.start,
                d: part.duration,
                f: u8::from(part.independent) | u8::from(part.opens_segment) << 1,
                w: part.captured_at_ms,
                h: hex(&Sha256::digest(&part.data)),
            });
            self.ready.push_back((
                track,
                PartAt {
                    offset,
                    start: part.start,
                    captured_at_ms: part.captured_at_ms,
                    length,
                    duration: part.duration,
                    independent: part.independent,
                    opens_segment: part.opens_segment,
                },
            ));
        }
        for (writer, touched) in self.writers.iter().zip(touched) {
            if touched {
                writer.sync_data()?;
            }
        }
        self.journal.commit()
    }

    fn publish(&mut self, part: &Part) -> Option<(usize, usize)> {
        self.take.track(&part.track)?;
        let (track, at) = self.ready.pop_front()?;
        let mut parts = self.take.tracks[track].parts.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        parts.push(at);
        Some((track, parts.len() - 1))
    }

    fn close(mut self, at_ms: i64) -> io::Result<()> {
        self.journal.push(&Entry::Closed { at_ms });
        self.journal.commit()
    }
}
