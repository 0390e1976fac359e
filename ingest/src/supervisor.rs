//! The parent's side of a worker: starts it, feeds it, hands what it says to the record, and starts it again.

use std::{ffi::OsString, path::PathBuf, process::Stdio, time::Duration};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    sync::mpsc,
    time::Instant,
};
use tokio_util::task::AbortOnDropHandle;
use vod_store::{
    SourceId,
    intake::{Cause, Feed, Gone, Refusal},
};

use crate::{
    flv::{self, Body, Kind, Tag},
    wire::{self, Message},
    worker::Profile,
};

/// Tags that wait for a worker.
pub(crate) const QUEUE: usize = 256;
/// A worker that reads nothing for so long is killed.
const STUCK: Duration = Duration::from_secs(5);
/// How long a worker may take to say its last after its input has ended.
const PARTING: Duration = Duration::from_secs(5);
/// What is read of a worker at once: a part of the usual size.
const READ_BYTES: usize = 64 << 10;
/// What a worker is given in one go.
const GIVEN_AT_ONCE: usize = 256 << 10;
/// How long a piece that can wait is held at most.
const HELD: Duration = Duration::from_millis(50);
/// The pause before a worker that keeps dying is started again.
const PAUSE: Duration = Duration::from_millis(200);
/// So many deaths in a row without a part, and the media counts as unreadable.
const FUTILE: u32 = 5;
/// The longest line of a worker's log that is passed on.
const LOG_LINE: u64 = 1000;

/// How a worker process is started.
#[derive(Clone, Debug)]
pub struct WorkerCommand {
    /// The program.
    pub program: PathBuf,
    /// Its arguments; the profile, as JSON, follows them.
    pub arguments: Vec<OsString>,
    /// Further environment. All else is cleared but what GStreamer needs to find its registry.
    pub environment: Vec<(OsString, OsString)>,
    /// How it is to work.
    pub profile: Profile,
}

impl WorkerCommand {
    /// This very program, as `media-worker`.
    ///
    /// # Errors
    /// When the program's own file cannot be found.
    pub fn this_program() -> std::io::Result<Self> {
        Ok(Self {
            program: std::env::current_exe()?,
            arguments: vec!["media-worker".into()],
            environment: Vec::new(),
            profile: Profile::default(),
        })
    }

    fn spawn(&self, input: Stdio) -> std::io::Result<Child> {
        let kept = |(name, _): &(OsString, OsString)| {
            let name = name.to_string_lossy();
            matches!(&*name, "HOME" | "XDG_CACHE_HOME" | "RUST_BACKTRACE") || name.starts_with("GST_")
        };
        Command::new(&self.program)
            .args(&self.arguments)
            .arg(self.profile.to_string())
            .env_clear()
            .envs(std::env::vars_os().filter(kept))
            .envs(self.environment.iter().cloned())
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
    }
}

/// Why a source's work ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The tags ended, and all that came of them went to the record.
    Whole,
    /// Another publish took the source's place.
    Gone,
    /// The media is refused.
    Refused(Refusal),
}

/// One piece of what a worker reads.
pub(crate) trait Piece: Send {
    /// What of the pieces so far a new worker must be told before it can begin at the next keyframe.
    type Remembered: Default + Send;
    /// The bytes before the first piece.
    fn header() -> &'static [u8];
    /// Keeps what the next worker must know.
    fn note(&self, remembered: &mut Self::Remembered);
    /// Appends what a new worker must know before this piece.
    fn catch_up(&self, remembered: &Self::Remembered, out: &mut BytesMut);
    /// Appends the piece.
    fn write(&self, out: &mut BytesMut);
    /// Whether it can wait a moment for the next, so that the worker is woken less often.
    fn can_wait(&self) -> bool;
}

/// The last configurations.
#[derive(Default)]
pub(crate) struct Remembered {
    video: Option<Tag>,
    audio: Option<Tag>,
}

impl Piece for Tag {
    type Remembered = Remembered;

    fn header() -> &'static [u8] {
        flv::header()
    }

    fn note(&self, remembered: &mut Remembered) {
        let place = match self.kind {
            Kind::Video if matches!(flv::video(&self.data), Body::Configuration(_)) => &mut remembered.video,
            Kind::Audio if matches!(flv::audio(&self.data), Body::Configuration(_)) => &mut remembered.audio,
            Kind::Video | Kind::Audio | Kind::Script => return,
        };
        *place = Some(self.clone());
    }

    fn catch_up(&self, remembered: &Remembered, out: &mut BytesMut) {
        for tag in [&remembered.video, &remembered.audio].into_iter().flatten() {
            Tag { timestamp: self.timestamp, ..tag.clone() }.write(out);
        }
    }

    fn write(&self, out: &mut BytesMut) {
        Tag::write(self, out);
    }

    /// Sound can: it is a fifth of a second until its part is whole, and a picture follows within a twenty-fifth.
    fn can_wait(&self) -> bool {
        self.kind == Kind::Audio
    }
}

/// Bytes of an MPEG transport stream, which repeats by itself what a reader must know.
impl Piece for Bytes {
    type Remembered = ();

    fn header() -> &'static [u8] {
        &[]
    }

    fn note(&self, (): &mut ()) {}

    fn catch_up(&self, (): &(), _: &mut BytesMut) {}

    fn write(&self, out: &mut BytesMut) {
        out.extend_from_slice(self);
    }

    fn can_wait(&self) -> bool {
        false
    }
}

/// How one worker's life ended.
enum Life {
    /// The input ended first, and the worker said all.
    Whole,
    /// It died, was stuck, or said what no worker says.
    Broken(String),
    Gone,
    Refused(Refusal),
}

/// Works off `tags` into `feed`, with as many workers as it takes.
pub(crate) async fn run<P: Piece>(command: &WorkerCommand, feed: &Feed, mut tags: mpsc::Receiver<P>) -> Ended {
    let mut remembered = P::Remembered::default();
    let mut futile = 0;
    loop {
        let began = Instant::now();
        let mut parts = 0;
        let life = live(command, feed, &mut tags, &mut remembered, &mut parts).await;
        match life {
            Life::Whole => return Ended::Whole,
            Life::Gone => return Ended::Gone,
            Life::Refused(refusal) => return Ended::Refused(refusal),
            Life::Broken(why) => {
                metrics::counter!("bema_worker_deaths_total").increment(1);
                let lived_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                tracing::warn!(source = %feed.source(), lived_ms, parts, why, "a media worker died; another takes its place");
            }
        }
        futile = if parts > 0 { 0 } else { futile + 1 };
        if futile >= FUTILE {
            return crashed("every worker that read it died of it".into());
        }
        if futile > 0 {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn crashed(what: String) -> Ended {
    Ended::Refused(Refusal::Unreadable { cause: Cause::Crashed, what })
}

async fn live<P: Piece>(
    command: &WorkerCommand,
    feed: &Feed,
    tags: &mut mpsc::Receiver<P>,
    remembered: &mut P::Remembered,
    parts: &mut u64,
) -> Life {
    let mut child = match command.spawn(Stdio::piped()) {
        Ok(child) => child,
        Err(error) => return Life::Broken(format!("it could not be started: {error}")),
    };
    let (Some(stdin), Some(stdout), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Life::Broken("it has no pipes".into());
    };
    let log = AbortOnDropHandle::new(tokio::spawn(pass_log(stderr, feed.source())));
    let pump = pump(stdout, feed, parts, |_| {});
    let work = async {
        tokio::pin!(pump);
        let fed = tokio::select! {
            fed = give(stdin, tags, remembered) => fed,
            said = &mut pump => return said,
        };
        match fed {
            Ok(()) => tokio::time::timeout(PARTING, &mut pump)
                .await
                .unwrap_or_else(|_| Life::Broken("it did not end after its input had".into())),
            // It may have said why before it closed its input.
            Err(Halt::Closed) => tokio::time::timeout(PAUSE, &mut pump)
                .await
                .unwrap_or_else(|_| Life::Broken("it closed its input".into())),
            Err(Halt::Stuck) => Life::Broken(format!("it read nothing for {} s", STUCK.as_secs())),
        }
    };
    let life = work.await;
    // What it wrote last to the log says why it died.
    let _ = tokio::time::timeout(Duration::from_millis(50), log).await;
    // Kills it where it still lives, and reaps it.
    let _ = child.kill().await;
    life
}

/// Has one worker read a file, which is its standard input.
pub(crate) async fn read_file(
    command: &WorkerCommand,
    feed: &Feed,
    file: Stdio,
    progress: impl FnMut(u16),
) -> std::io::Result<Ended> {
    let mut child = command.spawn(file)?;
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(std::io::Error::other("the worker has no pipes"));
    };
    let log = AbortOnDropHandle::new(tokio::spawn(pass_log(stderr, feed.source())));
    let life = pump(stdout, feed, &mut 0, progress).await;
    // As in `live`.
    let _ = tokio::time::timeout(Duration::from_millis(50), log).await;
    let _ = child.kill().await;
    Ok(match life {
        Life::Whole => Ended::Whole,
        Life::Gone => Ended::Gone,
        Life::Refused(refusal) => Ended::Refused(refusal),
        Life::Broken(why) => crashed(format!("the worker that read it: {why}")),
    })
}

enum Halt {
    Closed,
    Stuck,
}

/// Gives the worker its input until there is no more.
async fn give<P: Piece>(
    mut stdin: ChildStdin,
    tags: &mut mpsc::Receiver<P>,
    remembered: &mut P::Remembered,
) -> Result<(), Halt> {
    let mut bytes = BytesMut::from(P::header());
    let mut begun = false;
    while let Some(tag) = tags.recv().await {
        let mut next = Some(tag);
        let held_until = Instant::now() + HELD;
        while let Some(tag) = next {
            if !begun {
                tag.catch_up(remembered, &mut bytes);
                begun = true;
            }
            tag.note(remembered);
            tag.write(&mut bytes);
            if bytes.len() >= GIVEN_AT_ONCE {
                break;
            }
            next = match tags.try_recv() {
                Ok(tag) => Some(tag),
                Err(_) if tag.can_wait() => tokio::time::timeout_at(held_until, tags.recv()).await.unwrap_or_default(),
                Err(_) => None,
            };
        }
        match tokio::time::timeout(STUCK, stdin.write_all(&bytes)).await {
            Ok(Ok(())) => bytes.clear(),
            Ok(Err(_)) => return Err(Halt::Closed),
            Err(_) => return Err(Halt::Stuck),
        }
    }
    Ok(())
}

/// Hands what the worker says to the record.
async fn pump(mut stdout: ChildStdout, feed: &Feed, parts: &mut u64, mut progress: impl FnMut(u16)) -> Life {
    let mut buffer = BytesMut::new();
    let mut ended = false;
    loop {
        loop {
            let message = match wire::decode(&mut buffer) {
                Ok(None) => break,
                Ok(Some(message)) => message,
                Err(error) => return Life::Broken(error.to_string()),
            };
            match message {
                Message::Tracks(tracks) => {
                    if let Err(Gone) = feed.tracks(tracks).await {
                        return Life::Gone;
                    }
                }
                Message::Part(part) => {
                    *parts += 1;
                    if let Err(Gone) = feed.part(part).await {
                        return Life::Gone;
                    }
                }
                Message::Health { health, faults } => feed.health(health, faults),
                Message::Thumbnail(thumbnail) => feed.thumbnail(thumbnail).await,
                Message::Problem(problem) => return Life::Refused(problem.into()),
                Message::Progress(thousandths) => progress(thousandths),
                Message::End => ended = true,
            }
        }
        buffer.reserve(READ_BYTES);
        match stdout.read_buf(&mut buffer).await {
            Ok(0) if ended => return Life::Whole,
            Ok(0) => return Life::Broken("it died".into()),
            Ok(_) => {}
            Err(error) => return Life::Broken(error.to_string()),
        }
    }
}

/// Passes the worker's words to the log, line by line.
async fn pass_log(stderr: ChildStderr, source: SourceId) {
    let mut lines = BufReader::new(stderr);
    loop {
        let mut line = Vec::new();
        match (&mut lines).take(LOG_LINE).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {
                let line = String::from_utf8_lossy(&line);
                tracing::info!(%source, "worker: {}", line.trim_end().escape_debug());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_worker_is_given_every_byte_however_much_waits() {
        let pieces: Vec<Bytes> = (0..QUEUE).map(|index| vec![index.to_le_bytes()[0]; 9_000].into()).collect();
        let (tags, mut queue) = mpsc::channel(QUEUE);
        for piece in &pieces {
            tags.send(piece.clone()).await.unwrap();
        }
        drop(tags);
        let mut cat = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (stdin, mut stdout) = (cat.stdin.take().unwrap(), cat.stdout.take().unwrap());
        let (mut given, mut remembered) = (Vec::new(), ());
        let (done, read) = tokio::join!(give(stdin, &mut queue, &mut remembered), stdout.read_to_end(&mut given));
        assert!(done.is_ok() && read.is_ok());
        assert!(given == pieces.concat(), "{} bytes of {}", given.len(), pieces.concat().len());
    }
}
