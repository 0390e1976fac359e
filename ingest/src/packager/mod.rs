//! Coded pictures and sound into CMAF parts. Pure: no clock, no input or output, no GStreamer.
//!
//! A *set* is the tracks between two breaks: it begins at a keyframe, which is its zero, and every take holds one.
//! A break comes with a change of a codec's configuration, with stamps that jump, with pictures or sound that stop or
//! return. Every set has a sound track: a source without sound gets silence, so that every player finds what it expects.

mod anchor;
mod audio;
pub(crate) mod config;
mod describe;
mod languages;
mod rate;
mod rendition;
#[cfg(test)]
mod tests;
mod video;

use std::collections::VecDeque;

use bytes::Bytes;
use cmaf::Sample;
use vod_store::{
    Language,
    media::{Part, Track},
};

use crate::Result;
use anchor::Anchor;
pub use audio::AudioFrame;
use audio::AudioTrack;
use config::{Aac, Avc};
use describe::{Names, audio_track, part, video_track};
pub(crate) use languages::MOST as MOST_LANGUAGES;
use languages::{LanguageTracks, Languages};
use rendition::RenditionTrack;
pub use video::VideoFrame;
use video::VideoTrack;

const MS: i64 = 90;
/// Stamps that jump further ahead begin a new set.
const JUMP_AHEAD: i64 = 10_000 * MS;
/// Stamps that fall further back begin a new set.
const JUMP_BACK: i64 = 500 * MS;
/// A source is without sound, or without picture, after so long.
const MISSING: i64 = 3_000 * MS;
/// At the start pictures wait so long for sound.
const SOUND_WAIT: i64 = 800 * MS;
/// And for the first of the smaller pictures.
const RENDITION_WAIT: i64 = 1_000 * MS;
/// And so many of all at most.
const HELD: usize = 256;

/// A part before it has its name and its bytes.
#[derive(Debug)]
struct Cut {
    sequence: u32,
    start: u64,
    duration: u32,
    independent: bool,
    opens_segment: bool,
    captured_at_ms: i64,
    samples: Vec<Sample>,
}

/// What comes out.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// A set begins.
    Tracks(Vec<Track>),
    /// A part of it.
    Part(Part),
}

/// What the set that is open carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Carries {
    /// Pictures.
    pub video: bool,
    /// Sound of the source, not our silence.
    pub audio: bool,
}

struct Set {
    zero: i64,
    video: Option<VideoTrack>,
    rendition: Option<RenditionTrack>,
    audio: AudioTrack,
    languages: LanguageTracks,
    silent: bool,
}

enum Held {
    Video(VideoFrame),
    Rendition(VideoFrame),
    Audio(AudioFrame),
    Language(Language, AudioFrame),
}

/// Takes coded frames of one source, gives sets and parts.
#[derive(Default)]
pub struct Packager {
    names: Names,
    avc: Option<Avc>,
    /// Of the smaller pictures.
    rendition_avc: Option<Avc>,
    aac: Option<Aac>,
    /// How the two are described.
    video_track: Option<Track>,
    audio_track: Option<Track>,
    /// Whether smaller pictures are being made, and how they are described once that is known.
    expects_rendition: bool,
    rendition_track: Option<Track>,
    /// What the floor's sound is called.
    floor: Option<Language>,
    languages: Languages,
    set: Option<Set>,
    held: VecDeque<Held>,
    anchor: Anchor,
    /// Last stamps of the source, 90 kHz.
    video_at: Option<i64>,
    audio_at: Option<i64>,
    /// Where sound began to come without pictures.
    audio_since: Option<i64>,
    /// What must be added to sound's stamps, which jumped away from the pictures' for good.
    audio_shift: i64,
    strays: u32,
    output: Vec<Output>,
}

impl Packager {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What has come out since the last call.
    pub fn take(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.output)
    }

    /// What the open set carries.
    #[must_use]
    pub fn carries(&self) -> Carries {
        self.set
            .as_ref()
            .map_or_else(Carries::default, |set| Carries { video: set.video.is_some(), audio: !set.silent })
    }

    /// How far the source's clock has run ahead of ours, milliseconds.
    #[must_use]
    pub fn lead_ms(&self) -> i64 {
        self.anchor.lead_ms()
    }

    /// Wall clock of a stamp, milliseconds UTC.
    #[must_use]
    pub fn wall_ms(&self, pts: i64) -> i64 {
        self.anchor.wall_ms(pts)
    }

    /// H.264's AVCDecoderConfigurationRecord. Answers whether it differs from the one before.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn video_configuration(&mut self, record: Bytes) -> Result<bool> {
        if self.avc.as_ref().is_none_or(|avc| avc.record != record) {
            let avc = Avc::read(record)?;
            let track = video_track(&self.names.video, &avc)?;
            self.close();
            (self.avc, self.video_track, self.rendition_track) = (Some(avc), Some(track), None);
            return Ok(true);
        }
        Ok(false)
    }

    /// AAC's AudioSpecificConfig. Answers whether it differs from the one before.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn audio_configuration(&mut self, config: Bytes) -> Result<bool> {
        if self.aac.as_ref().is_none_or(|aac| aac.config != config) {
            let aac = Aac::read(config)?;
            let track = audio_track(&self.names.audio, &aac, self.floor)?;
            if self.carries().audio {
                self.close();
            }
            (self.aac, self.audio_track) = (Some(aac), Some(track));
            return Ok(true);
        }
        Ok(false)
    }

    /// A picture.
    pub fn video(&mut self, mut frame: VideoFrame) {
        let Some(avc) = &self.avc else { return };
        if frame.key {
            frame.data = avc.announced(frame.data);
        }
        if self.video_at.is_some_and(|at| !(-JUMP_BACK..=JUMP_AHEAD).contains(&(frame.dts - at))) {
            self.close();
            self.anchor = Anchor::default();
            self.languages.forget_times();
        }
        self.video_at = Some(frame.dts);
        self.anchor.observe(frame.pts, frame.arrived_ms);
        if frame.key && self.is_another_set() {
            self.close();
        }
        if self.set.is_some() {
            self.put_video(frame);
        } else if frame.key || !self.held.is_empty() {
            self.hold(Held::Video(frame));
        }
    }

    /// Whether what now comes is not what the open set carries: the next keyframe begins another.
    fn is_another_set(&self) -> bool {
        let another = |set: &Set| {
            let rendition = set.rendition.is_some() != self.rendition_track.is_some();
            let languages = self.languages.differ(&set.languages, self.video_at);
            set.video.is_none() || set.silent == self.has_sound() || rendition || languages
        };
        self.set.as_ref().is_some_and(another)
    }

    fn has_sound(&self) -> bool {
        let near = |(audio, video): (i64, i64)| (video - audio) <= MISSING;
        self.aac.is_some() && self.audio_at.zip(self.video_at).is_some_and(near)
    }

    /// A frame of sound.
    pub fn audio(&mut self, mut frame: AudioFrame) {
        if self.aac.is_none() {
            return;
        }
        frame.pts += self.audio_shift;
        if self.is_stray(&frame) {
            return;
        }
        self.audio_at = Some(frame.pts);
        self.anchor.observe(frame.pts, frame.arrived_ms);
        let since_video = self.video_at.map(|at| frame.pts - at);
        let without_video = since_video.is_none_or(|since| since > MISSING);
        match &self.set {
            Some(set) if set.video.is_some() && without_video => {
                self.close();
                self.begin(frame.pts, false);
                self.put_audio(frame);
            }
            Some(set) if !set.silent => self.put_audio(frame),
            Some(_) => {}
            None if !self.held.is_empty() => self.hold(Held::Audio(frame)),
            None => {
                let since = *self.audio_since.get_or_insert(frame.pts);
                if frame.pts - since > MISSING && without_video {
                    self.begin(frame.pts, false);
                    self.put_audio(frame);
                }
            }
        }
    }

    /// Sound whose stamps stand far from the pictures'. It waits for the pictures to jump too; where they do not,
    /// it is brought to where they are.
    fn is_stray(&mut self, frame: &AudioFrame) -> bool {
        let reference = self.video_at.or(self.audio_at);
        let Some(away) = reference.map(|at| frame.pts - at).filter(|away| away.abs() > JUMP_AHEAD) else {
            self.strays = 0;
            return false;
        };
        // Where pictures have ceased, sound may run on without them.
        if self.audio_at.is_some_and(|at| (0..JUMP_AHEAD).contains(&(frame.pts - at))) && self.strays == 0 {
            return false;
        }
        self.strays += 1;
        if self.strays > 100 {
            self.strays = 0;
            self.audio_shift -= away;
        }
        true
    }

    fn hold(&mut self, held: Held) {
        self.held.push_back(held);
        let first = self.held.iter().find_map(|held| match held {
            Held::Video(frame) => Some(frame.dts),
            Held::Audio(_) | Held::Rendition(_) | Held::Language(..) => None,
        });
        let (Some(first), Some(last)) = (first, self.video_at) else { return };
        let waited = last - first;
        let sound = (self.has_sound() && self.languages.have_come()) || waited >= SOUND_WAIT;
        let rendition = !self.expects_rendition || self.rendition_track.is_some() || waited >= RENDITION_WAIT;
        if (sound && rendition) || self.held.len() >= HELD {
            self.begin(first, true);
            for held in std::mem::take(&mut self.held) {
                match held {
                    Held::Video(frame) => self.put_video(frame),
                    Held::Rendition(frame) => self.rendition(frame),
                    Held::Audio(frame) => self.put_audio(frame),
                    Held::Language(language, frame) => self.language(language, frame),
                }
            }
        }
    }

    /// Begins a set at `zero`.
    fn begin(&mut self, zero: i64, video: bool) {
        let real = self.aac.clone().zip(self.audio_track.clone()).filter(|_| !video || self.has_sound());
        let silent = real.is_none();
        let (aac, described) = real.unwrap_or_else(|| {
            let aac = Aac::silent();
            let described =
                audio_track(&self.names.audio, &aac, None).expect("our own configuration of silence is sound");
            (aac, described)
        });
        let mut tracks = Vec::new();
        let (mut pictures, mut rendition) = (None, None);
        if let Some((avc, described)) = self.avc.as_ref().zip(self.video_track.clone()).filter(|_| video) {
            pictures = Some(VideoTrack::new(avc.rate, zero));
            rendition = self.rendition_track.as_ref().map(|_| RenditionTrack::new(avc.rate, zero));
            tracks.push(described);
        }
        tracks.push(described);
        // The source's own pictures stand first: their keyframes decide where a recording begins.
        tracks.extend(self.rendition_track.clone().filter(|_| rendition.is_some()));
        let now = if video { self.video_at } else { self.audio_at };
        let (languages, described) = self.languages.begin(zero, now);
        tracks.extend(described);
        self.audio_since = None;
        self.output.push(Output::Tracks(tracks));
        let audio = AudioTrack::new(aac.rate, aac.frame, zero);
        self.set = Some(Set { zero, video: pictures, rendition, audio, languages, silent });
    }

    fn put_video(&mut self, frame: VideoFrame) {
        let now = self.now();
        let Some(set) = self.set.as_mut() else { return };
        let Some(video) = set.video.as_mut() else { return };
        let (dts, arrived_ms) = (frame.dts, frame.arrived_ms);
        let cuts = video.push(frame, &mut self.anchor);
        if let Some(rendition) = &mut set.rendition {
            cuts.iter().for_each(|cut| rendition.mark(cut));
        }
        self.output.extend(cuts.into_iter().map(|cut| part(&self.names.video, cut)));
        self.output.extend(set.languages.fill(now, arrived_ms, &mut self.anchor));
        if set.silent {
            while set.audio.next_pts().unwrap_or(set.zero) <= dts {
                let pts = set.audio.next_pts().unwrap_or(set.zero);
                // After a gap silence goes on where the pictures do.
                let pts = if dts - pts > MS * 1000 { dts } else { pts };
                let silence = cmaf::silent_aac(2).expect("of two channels there is a frame of silence");
                let frame = AudioFrame { pts, data: Bytes::from_static(silence), arrived_ms };
                let cuts = set.audio.push(frame, &mut self.anchor);
                self.output.extend(cuts.into_iter().map(|cut| part(&self.names.audio, cut)));
            }
        }
    }

    fn put_audio(&mut self, frame: AudioFrame) {
        let alone = |set: &Set| set.video.is_none() && set.audio.opens_next();
        if self.set.as_ref().is_some_and(|set| alone(set) && self.languages.differ(&set.languages, self.audio_at)) {
            self.close();
            self.begin(frame.pts, false);
        }
        let now = self.now();
        let Some(set) = self.set.as_mut().filter(|set| !set.silent) else { return };
        let arrived_ms = frame.arrived_ms;
        if alone(set) {
            self.anchor.slew();
        }
        let cuts = set.audio.push(frame, &mut self.anchor);
        self.output.extend(cuts.into_iter().map(|cut| part(&self.names.audio, cut)));
        self.output.extend(set.languages.fill(now, arrived_ms, &mut self.anchor));
    }

    /// Ends the open set: what it holds goes out, and the next keyframe begins another.
    pub fn close(&mut self) {
        if let Some(mut set) = self.set.take() {
            let last = set.video.as_mut().map(|video| video.finish(&mut self.anchor)).unwrap_or_default();
            if let Some(rendition) = &mut set.rendition {
                last.iter().for_each(|cut| rendition.mark(cut));
                let last = rendition.finish(&self.anchor);
                self.output.extend(last.into_iter().map(|cut| part(&self.names.small, cut)));
            }
            self.output.extend(last.into_iter().map(|cut| part(&self.names.video, cut)));
            self.output.extend(set.audio.flush(&mut self.anchor).map(|cut| part(&self.names.audio, cut)));
            self.output.extend(set.languages.flush(&mut self.anchor));
        }
        self.held.clear();
    }
}
