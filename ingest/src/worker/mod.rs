//! The media worker: a child process that reads one source's media and writes parts to its parent.
//!
//! It holds no key, no database and no socket. FLV, an MPEG transport stream or a film comes in at standard input,
//! [`crate::wire`] messages go out at standard output, words for the log at standard error. It locks itself in before it reads the first byte.

mod analysis;
mod branch;
mod cast;
mod film;
mod further;
mod judge;
mod output;
mod rendition;
mod retag;
pub mod sandbox;
mod station;
mod transcode;
mod transport;

use std::{
    io::{Read, Write as _},
    os::fd::AsFd,
    time::{Duration, Instant},
};

use bytes::BytesMut;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde::{Deserialize, Serialize};
use vod_store::{Language, intake::Cause};

use crate::{
    Error, Result, flv,
    wire::{Message, Problem},
};
use cast::{Languages, Piece};
use output::Output;
pub use rendition::{PROCESSORS, Rendition};
use station::Station;
use transport::Transport;

/// What comes in at standard input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Container {
    /// FLV, as RTMP carries it.
    #[default]
    Flv,
    /// An MPEG transport stream, as SRT carries it.
    TransportStream,
    /// A film: standard input is the file itself, which can be read anywhere.
    Film {
        /// Wall clock of its beginning, milliseconds UTC.
        began_at_ms: i64,
    },
}

/// How a worker is to work; its parent hands it over as JSON, the command's one argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// What it reads.
    pub container: Container,
    /// Look at keyframes and listen to the sound: faults, levels, thumbnails.
    pub analysis: bool,
    /// Code the pictures anew where keyframes stand too far apart for segments.
    pub transcode: bool,
    /// A smaller form of a live source's pictures.
    pub rendition: Rendition,
    /// What is spoken in the chamber: of a source with several sounds the one in this language is the floor.
    pub chamber: Language,
    /// The languages of the sounds of a source that does not say them, in their order.
    pub untold: Vec<Language>,
    /// Lock the process in. Only tests and measurements leave it off.
    pub sandbox: bool,
    /// Read nothing: try what a worker must not be able to do, and print what succeeded ([`sandbox::Reach`]) as JSON.
    pub probe: bool,
}

impl Default for Profile {
    fn default() -> Self {
        let (container, rendition, chamber) = (Container::Flv, Rendition::Auto, Language::GREEK);
        let untold = Vec::new();
        Self { container, analysis: true, transcode: true, rendition, chamber, untold, sandbox: true, probe: false }
    }
}

impl std::str::FromStr for Profile {
    type Err = serde_json::Error;
    fn from_str(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl std::fmt::Display for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&serde_json::to_string(self).expect("a profile is plain data"))
    }
}

/// So much is read at once: a picture or two.
const READ_BYTES: usize = 16 << 10;
/// Measurements are this far apart.
const SECOND: Duration = Duration::from_secs(1);

/// What time it is where the media comes from, milliseconds UTC.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wall {
    /// The wall clock, taken once and moved on by the machine's steady clock: steps of the wall clock do not show.
    Now { began: Instant, began_ms: i64 },
    /// In a film: when it was made.
    Film { at_ms: i64 },
}

impl Wall {
    fn begin() -> Self {
        Self::Now { began: Instant::now(), began_ms: vod_store::Clock::system().now_ms() }
    }

    pub(crate) fn now_ms(&self) -> i64 {
        match self {
            Self::Now { began, began_ms } => {
                began_ms.saturating_add(i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX))
            }
            Self::Film { at_ms } => *at_ms,
        }
    }
}

/// Works until standard input ends.
///
/// # Errors
/// When the process cannot be locked in, or a pipe fails. Media that cannot be read is no error of the worker's:
/// it is told to the parent as a [`Problem`].
pub fn run(profile: &Profile) -> Result<()> {
    if profile.analysis || profile.transcode || profile.rendition.is_wanted() {
        branch::load()?;
    }
    match profile.container {
        Container::Flv => {}
        Container::TransportStream => transport::load()?,
        Container::Film { .. } => film::load()?,
    }
    if profile.sandbox {
        // One line for the parent's log.
        eprintln!("{}", sandbox::enter()?);
    }
    if profile.probe {
        let reach = serde_json::to_vec(&sandbox::probe()).expect("what was reached is plain data");
        return Ok(std::io::stdout().write_all(&reach)?);
    }
    let out = Output::start()?;
    let outcome = match profile.container {
        Container::Flv => work(profile, Reader::Flv(flv::Reader::default()), &out),
        Container::TransportStream => {
            let transport = Transport::new(Languages::of(profile));
            transport.and_then(|transport| work(profile, Reader::Transport(transport, BytesMut::new()), &out))
        }
        Container::Film { began_at_ms } => film::work(profile, began_at_ms, &out),
    };
    let last = match outcome {
        Ok(()) => Message::End,
        Err(Error::Flv(what)) => Message::Problem(Problem::Unreadable { cause: Cause::Damaged, what: what.to_owned() }),
        Err(Error::Configuration(what)) => Message::Problem(Problem::Unreadable { cause: Cause::Configuration, what }),
        Err(Error::Unreadable { cause, what }) => Message::Problem(Problem::Unreadable { cause, what }),
        Err(error) => return Err(error),
    };
    out.send(last);
    out.finish()
}

fn work(profile: &Profile, mut reader: Reader, out: &Output) -> Result<()> {
    let mut station = Station::new(profile, out, Wall::begin())?;
    let stdin = std::io::stdin();
    let mut input = stdin.lock();
    let mut due = Instant::now() + SECOND;
    loop {
        let wait = due.saturating_duration_since(Instant::now());
        if wait.is_zero() {
            station.second();
            due += SECOND;
            continue;
        }
        let wait = Timespec { tv_sec: 0, tv_nsec: i64::from(wait.subsec_nanos()) };
        let fd = input.as_fd();
        match poll(&mut [PollFd::new(&fd, PollFlags::IN)], Some(&wait)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => {}
            Err(error) => return Err(std::io::Error::from(error).into()),
        }
        let ended = fill(&mut input, reader.buffer())? == 0;
        reader.read(ended, |piece| station.take(piece))?;
        if ended {
            return station.finish();
        }
    }
}

/// Cuts what comes in into pieces.
enum Reader {
    Flv(flv::Reader),
    Transport(Transport, BytesMut),
}

impl Reader {
    /// Room to read into.
    fn buffer(&mut self) -> &mut BytesMut {
        match self {
            Self::Flv(reader) => reader.buffer(),
            Self::Transport(_, buffer) => buffer,
        }
    }

    /// Reads what is in the buffer.
    fn read(&mut self, ended: bool, mut act: impl FnMut(Piece) -> Result<()>) -> Result<()> {
        match self {
            Self::Flv(reader) => {
                while let Some(tag) = reader.next()? {
                    act(Piece::Tag(tag))?;
                }
                Ok(())
            }
            Self::Transport(transport, _) if ended => transport.finish().into_iter().try_for_each(act),
            Self::Transport(transport, buffer) => {
                transport.read(buffer.split().freeze())?.into_iter().try_for_each(act)
            }
        }
    }
}

/// Reads what is there; zero at the end.
fn fill(input: &mut impl Read, buffer: &mut BytesMut) -> Result<usize> {
    let end = buffer.len();
    buffer.resize(end + READ_BYTES, 0);
    let read = input.read(&mut buffer[end..]);
    buffer.truncate(end + *read.as_ref().unwrap_or(&0));
    Ok(read?)
}
