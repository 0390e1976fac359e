//! The recording of one meeting, growing or finished, as its readers see it.

use std::{
    fs::File,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::{mpsc, watch};

use crate::{
    Language, MeetingId,
    alarm::Alarms,
    captions::Captions,
    conductor::Command,
    hls::{self, Lists, Variants, Written, multivariant},
    media::TrackKind,
    program::{Cut, Story},
    rendition::{Shown, Siblings},
    sources::Sources,
    store::About,
    take::Take,
    thumbnails::Thumbnails,
};
pub use crate::{
    alarm::Alarm,
    captions,
    download::Download,
    hls::Playlist,
    positions::Positions,
    rendition::Rendition,
    stretches::{Shows, Stretch},
};

/// What a viewer should know of a recording now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum State {
    /// Open, and no source has come yet; the slate stands.
    Waiting,
    /// Parts of a source are coming.
    Running,
    /// The source is away; the slate stands.
    Away {
        /// Since when, milliseconds UTC.
        since_ms: i64,
    },
    /// The clerk has paused the transmission; the slate stands and no source is kept.
    Paused {
        /// Since when, milliseconds UTC.
        since_ms: i64,
    },
    /// The meeting is in camera; the slate stands, and nothing of any source is taken.
    InCamera {
        /// Since when, milliseconds UTC.
        since_ms: i64,
    },
    /// The doors have been opened, and the slate stands until what was taken before has passed by.
    Opening {
        /// Since when, milliseconds UTC.
        since_ms: i64,
    },
    /// Finished.
    Ended,
}

/// What of a media playlist is asked (RFC 8216bis §6.2.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlaylistRequest {
    /// `_HLS_msn`.
    pub msn: Option<u64>,
    /// `_HLS_part`; only with `msn`.
    pub part: Option<u64>,
    /// `_HLS_skip=YES` (or `v2`, which skips the same).
    pub skip: bool,
}

/// Why a playlist is not answered.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaylistError {
    /// `_HLS_part` without `_HLS_msn`, or further ahead than two segments: HTTP 400.
    #[error("the playlist asked for lies too far ahead, or the request is malformed")]
    Bad,
    /// Waited three target durations in vain: HTTP 503.
    #[error("the part asked for did not come in time")]
    Late,
    /// No such rendition: HTTP 404.
    #[error("there is no such rendition")]
    NotFound,
}

/// Bytes of a segment, a part or an init segment.
#[derive(Clone, Debug)]
pub enum Media {
    /// In memory.
    Memory(Bytes),
    /// On disk.
    File {
        /// The track's file.
        file: Arc<File>,
        /// Where the bytes begin.
        offset: u64,
        /// How many.
        length: u64,
    },
}

/// The recording of a meeting.
#[derive(Debug)]
pub struct Recording {
    meeting: MeetingId,
    about: About,
    began_at_ms: i64,
    sources: RwLock<Sources>,
    renditions: RwLock<Vec<Arc<Rendition>>>,
    siblings: Siblings,
    version: Arc<AtomicU64>,
    cuts: RwLock<Vec<Cut>>,
    state: watch::Sender<State>,
    alarms: Alarms,
    /// Bytes of the first disk that are held for what is still to come.
    held: AtomicU64,
    thumbnails: Thumbnails,
    /// The playlist of captions.
    captions: Mutex<Written>,
    commands: Option<mpsc::Sender<Command>>,
}

impl Recording {
    /// A recording with what its programme tells; `commands` leads to its conductor while it grows.
    pub(crate) fn new(story: Story, folder: PathBuf, commands: Option<mpsc::Sender<Command>>) -> Self {
        let state = match (story.ended_at_ms, &story.halted, commands.is_some()) {
            (Some(_), ..) | (None, _, false) => State::Ended,
            (None, Some((Shows::InCamera, since_ms)), true) => State::InCamera { since_ms: *since_ms },
            (None, Some((_, since_ms)), true) => State::Paused { since_ms: *since_ms },
            (None, None, true) => State::Waiting,
        };
        let ended = state == State::Ended;
        let recording = Self {
            meeting: story.meeting,
            about: story.about,
            began_at_ms: story.began_at_ms,
            sources: RwLock::new(story.sources),
            renditions: RwLock::default(),
            siblings: Siblings::default(),
            version: Arc::default(),
            cuts: RwLock::default(),
            state: watch::Sender::new(state),
            alarms: Alarms::default(),
            held: AtomicU64::new(0),
            thumbnails: Thumbnails::open(folder),
            captions: Mutex::new(Written::new(Lists::Words)),
            commands,
        };
        for cut in story.cuts {
            recording.cut(cut);
        }
        if ended {
            recording.end(None);
        }
        recording
    }

    /// Whose it is.
    #[must_use]
    pub fn meeting(&self) -> MeetingId {
        self.meeting
    }

    /// What the disk keeps about the meeting.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// When it began, milliseconds UTC.
    #[must_use]
    pub fn began_at_ms(&self) -> i64 {
        self.began_at_ms
    }

    /// Its sources.
    #[must_use]
    pub fn sources(&self) -> Sources {
        self.sources.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_sources(&self, sources: Sources) {
        *self.sources.write().unwrap_or_else(PoisonError::into_inner) = sources;
    }

    /// What a viewer should know, now and as it changes.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// What is wrong with the disks that it is written to, now and as it changes; empty where all is well.
    #[must_use]
    pub fn alarms(&self) -> watch::Receiver<Vec<Alarm>> {
        self.alarms.watch()
    }

    pub(crate) fn raised(&self) -> &Alarms {
        &self.alarms
    }

    /// Bytes of the first disk that are held for what is still to come.
    pub(crate) fn held(&self) -> u64 {
        self.held.load(Ordering::Relaxed)
    }

    pub(crate) fn set_held(&self, bytes: u64) {
        self.held.store(bytes, Ordering::Relaxed);
    }

    pub(crate) fn set_state(&self, state: State) {
        self.state.send_if_modified(|before| {
            let changed = *before != state;
            *before = state;
            changed
        });
    }

    pub(crate) fn commands(&self) -> Option<&mpsc::Sender<Command>> {
        self.commands.as_ref()
    }

    /// The multivariant playlist, with captions on offer or without; none before the first part is public.
    #[must_use]
    pub fn multivariant(&self, captions: bool) -> Option<Arc<Playlist>> {
        let renditions = self.renditions();
        let described = renditions.iter().filter_map(|rendition| {
            let (kind, codec, peak) = rendition.describe()?;
            let (name, average) = (rendition.name().to_owned(), rendition.average_bit_rate());
            Some(Variants { name, kind, codec, peak, average })
        });
        let captions = captions.then(|| hls::Captions { language: self.spoken() });
        let text = multivariant(&described.collect::<Vec<_>>(), captions)?;
        let etag = format!("m{:08x}", crc32fast::hash(text.as_bytes()));
        Some(Arc::new(Playlist::new(text, etag, None)))
    }

    /// Its renditions.
    #[must_use]
    pub fn renditions(&self) -> Vec<Arc<Rendition>> {
        self.renditions.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A rendition by its name (`video`, `audio`, …); none before its first part is public.
    #[must_use]
    pub fn rendition(&self, name: &str) -> Option<Arc<Rendition>> {
        let renditions = self.renditions.read().unwrap_or_else(PoisonError::into_inner);
        renditions.iter().find(|rendition| rendition.name() == name).cloned()
    }

    /// The language of the floor, as far as it is known.
    fn spoken(&self) -> Language {
        match self.rendition("audio").and_then(|floor| floor.describe()) {
            Some((TrackKind::Audio { language: Some(language), .. }, ..)) => language,
            _ => Language::GREEK,
        }
    }

    /// Captions beside its segments; none before the first part is public.
    #[must_use]
    pub fn captions(&self) -> Option<Captions<'_>> {
        let (leading, floor) = (self.leading()?, self.rendition("audio"));
        Some(Captions { recording: self, leading, floor, written: &self.captions })
    }

    /// The rendition by which the recording's length is told: the picture, or the sound where there is none.
    pub(crate) fn leading(&self) -> Option<Arc<Rendition>> {
        self.rendition("video").or_else(|| self.renditions().first().cloned())
    }

    /// Length in the player's time, milliseconds.
    #[must_use]
    pub fn duration_ms(&self) -> u64 {
        self.leading().map_or(0, |rendition| rendition.duration_ns() / 1_000_000)
    }

    pub(crate) fn cuts(&self) -> Vec<Cut> {
        self.cuts.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Between positions in it and the wall clock.
    #[must_use]
    pub fn positions(&self) -> Positions {
        self.leading().map(|leading| Positions::of(&leading.segments())).unwrap_or_default()
    }

    pub(crate) fn thumbnails_file(&self) -> &Thumbnails {
        &self.thumbnails
    }

    /// The small picture that stands nearest before `at_ms` (wall clock), or the first; with the instant that it shows.
    #[must_use]
    pub fn thumbnail(&self, at_ms: i64) -> Option<(i64, Media)> {
        self.thumbnails.nearest(at_ms)
    }

    /// The instants of which there are small pictures, milliseconds UTC, ascending.
    #[must_use]
    pub fn thumbnails(&self) -> Vec<i64> {
        self.thumbnails.instants()
    }

    /// Puts a take on the programme: every rendition begins a discontinuity, and what of the take is on disk is public.
    /// Answers, by tracks, how many parts are: a writer that adds more at this moment tells of them afterwards.
    pub(crate) fn cut(&self, cut: Cut) -> Vec<u32> {
        let public: Vec<u32> = (0..cut.take.tracks.len()).map(|track| cut.parts(track).end).collect();
        for track in &cut.take.tracks {
            self.ensure(track.about.name.as_str(), &track.about.kind);
        }
        for rendition in self.renditions() {
            show(&rendition, &cut, &public);
        }
        self.cuts.write().unwrap_or_else(PoisonError::into_inner).push(cut);
        public
    }

    /// The cut that is on air ends with these parts.
    pub(crate) fn close_cut(&self, until: Vec<u32>) {
        if let Some(last) = self.cuts.write().unwrap_or_else(PoisonError::into_inner).last_mut() {
            last.until = Some(until);
        }
    }

    /// Makes a part of the take on air public.
    pub(crate) fn publish(&self, take: &Take, track: usize, index: u32, data: Bytes) {
        for rendition in self.renditions.read().unwrap_or_else(PoisonError::into_inner).iter() {
            if track_for(take, rendition.name()) == Some(track) {
                rendition.publish(index, Some(data.clone()));
            }
        }
    }

    /// Every playlist becomes VOD.
    pub(crate) fn end(&self, until: Option<Vec<u32>>) {
        if let Some(until) = until {
            self.close_cut(until);
        }
        for rendition in self.renditions() {
            rendition.end();
        }
        self.set_state(State::Ended);
    }

    /// Makes a rendition that the cuts so far did not have; in them it shows what stands in for it.
    fn ensure(&self, name: &str, _kind: &TrackKind) {
        if self.rendition(name).is_some() {
            return;
        }
        let rendition = Arc::new(Rendition::new(name.to_owned(), self.siblings.clone(), self.version.clone()));
        for cut in self.cuts.read().unwrap_or_else(PoisonError::into_inner).iter() {
            let public: Vec<u32> = (0..cut.take.tracks.len()).map(|track| cut.parts(track).end).collect();
            show(&rendition, cut, &public);
        }
        self.siblings.write().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&rendition));
        self.renditions.write().unwrap_or_else(PoisonError::into_inner).push(rendition);
    }
}

/// Shows a cut's parts up to those that are public, by tracks.
fn show(rendition: &Rendition, cut: &Cut, public: &[u32]) {
    let track = track_for(&cut.take, rendition.name());
    rendition.cut(track.map(|track| Shown { take: cut.take.clone(), track }));
    if let Some(track) = track {
        for index in cut.from[track]..public[track] {
            rendition.publish(index, None);
        }
    }
}

/// The track of a take that a rendition shows: its own, or else the one that stands in for it
/// (`video` for `video-360p`, `audio` for `audio-en`).
pub(crate) fn track_for(take: &Take, rendition: &str) -> Option<usize> {
    let named = |name: &str| take.tracks.iter().position(|track| track.about.name.as_str() == name);
    named(rendition).or_else(|| named(rendition.split('-').next()?))
}
