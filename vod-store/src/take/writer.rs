//! The thread that brings a take to the disk: bytes, then their lines, then the word that they may be public.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::{Backlog, Entry, JOURNAL, SLOW, Take, TakeId, TakeTrack, backlog::Pending, track_path};
use crate::{
    MeetingId, SourceId, disk,
    journal::{Journal, hex},
    media::{Part, Track, TrackName},
};

/// Parts under way to the disk, of one take. At ten a second this is half a minute of a disk that does not answer.
const QUEUE: usize = 320;

/// How long a full queue is waited for: then the disk does not answer any more.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the writer says of a take.
#[derive(Debug)]
pub(crate) enum Written {
    /// The take's folder, files and first lines are on the disk.
    Opened(Arc<Take>),
    /// A part is on the disk: index into the tracks, index in the track, and its bytes.
    Part { track: usize, index: u32, data: Bytes },
    /// A batch took this long to reach the disk.
    Slow(Duration),
    /// The disk refused; the take is over. What it does not have is in the backlog.
    Failed(io::Error),
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
        let backlog = Backlog::new(ends);
        let own = backlog.clone();
        std::thread::Builder::new().name("take".into()).spawn(move || run(&opening, &clock, queue, &own, &written))?;
        Ok(Self { given, backlog, tracks })
    }

    pub(crate) fn backlog(&self) -> Backlog {
        self.backlog.clone()
    }

    /// Gives a part to the disk; while the queue is full it waits, but not for ever: then the backlog is to be given up.
    pub(crate) async fn part(&self, part: Part) -> Result<(), Hangs> {
        // A part of a track that the take does not have cannot come from a feed, which names its tracks first.
        let Some(track) = self.tracks.iter().position(|name| *name == part.track) else { return Ok(()) };
        let place = tokio::time::timeout(PATIENCE, self.given.reserve()).await;
        self.backlog.push(track, part);
        match place {
            Err(_) => Err(Hangs),
            // A writer that failed has said so: this goes to the next take with the rest of the backlog.
            Ok(Err(_)) => Ok(()),
            Ok(Ok(place)) => {
                place.send(());
                Ok(())
            }
        }
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
        backlog.end();
        tell(Written::Failed(error));
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
