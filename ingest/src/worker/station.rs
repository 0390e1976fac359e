//! One source's way through the worker: tags in, parts and measurements out.

use std::{
    collections::{BTreeMap, VecDeque},
    time::{Duration, Instant},
};

use bytes::Bytes;
use gstreamer as gst;
use vod_store::{
    Language,
    intake::{Health, Thumbnail},
    media::{SEGMENT_TARGET_MS, TrackKind},
};

use super::{
    Profile, Wall,
    analysis::Analysis,
    cast::Piece,
    judge::{Judge, Observation},
    output::Output,
    rendition::Smaller,
    transcode::{Coded, Transcoder},
};
use crate::{
    Result,
    flv::{self, Body, Kind, Tag},
    packager::{
        self, AudioFrame, Packager, VideoFrame,
        config::{Aac, Avc},
    },
    wire::{MAX_THUMBNAIL_BYTES, Message, Problem},
};

/// Small pictures are this far apart at least: two measurements, with room for their unevenness.
const THUMBNAIL_MS: i64 = 1_900;

/// The frame rate is told over so many measurements.
const MEASUREMENTS: usize = 4;
/// Keyframes of a film that are looked at are this far apart.
const FILM_THUMBNAIL_MS: i64 = 5_000;
/// So much of a film may wait to be coded anew.
const FILM_WAITING_BYTES: u64 = 16 << 20;
/// A film waits for a branch that does not go on for so long at most.
const FILM_PATIENCE: Duration = Duration::from_secs(5);

/// RTMP's clock as a number that does not wrap, in 90 kHz ticks.
#[derive(Default)]
pub(super) struct Unwrapped {
    last: u32,
    ms: i64,
}

impl Unwrapped {
    pub(super) fn ticks(&mut self, timestamp: u32) -> i64 {
        let step = timestamp.wrapping_sub(self.last).cast_signed();
        self.last = timestamp;
        self.ms += i64::from(step);
        self.ms * 90
    }
}

/// What is counted from one measurement to the next.
#[derive(Default)]
pub(super) struct Meter {
    since_ms: i64,
    pub(super) bytes: u64,
    bit_rate: u64,
    frames: u32,
    /// Pictures and seconds of the last measurements: one alone would be off by the network's unevenness.
    counted: VecDeque<(u32, f64)>,
    keyframe: Option<i64>,
    interval_ms: i64,
    media_ms: i64,
    picture_ms: i64,
    sound_ms: i64,
    /// When the last sound in each further language came.
    pub(super) heard_ms: BTreeMap<Language, i64>,
    rate: Option<f64>,
    thumbnail_ms: i64,
    looked_ms: i64,
}

impl Meter {
    /// Pictures a second, over the last measurements.
    fn frame_rate(&mut self, seconds: f64) -> f64 {
        self.counted.push_back((std::mem::take(&mut self.frames), seconds));
        if self.counted.len() > MEASUREMENTS {
            self.counted.pop_front();
        }
        let (frames, seconds) = self
            .counted
            .iter()
            .fold((0.0, 0.0), |(frames, sum), (more, seconds)| (frames + f64::from(*more), sum + seconds));
        (frames / seconds * 10.0).round() / 10.0
    }
}

pub(super) struct Station<'a> {
    out: &'a Output,
    pub(super) wall: Wall,
    pub(super) stamps: Unwrapped,
    pub(super) packager: Packager,
    pub(super) analysis: Option<Analysis>,
    may_transcode: bool,
    /// Keyframes are known to stand too far apart before that is seen.
    far: bool,
    pub(super) transcoder: Option<Transcoder>,
    smaller: Smaller,
    /// A film's sound, of the floor or in a further language, that waits for its pictures, which the transcoder has.
    pub(super) sound: VecDeque<(Option<Language>, AudioFrame)>,
    /// The source's configuration of pictures.
    avc: Option<Avc>,
    pub(super) meter: Meter,
    judge: Judge,
}

impl<'a> Station<'a> {
    pub(super) fn new(profile: &Profile, out: &'a Output, wall: Wall) -> Result<Self> {
        let analysis = if profile.analysis { Some(Analysis::new()?) } else { None };
        let now = wall.now_ms();
        let meter = Meter { since_ms: now, media_ms: now, picture_ms: now, sound_ms: now, ..Meter::default() };
        let (stamps, packager, judge) = (Unwrapped::default(), Packager::new(), Judge::default());
        let (may_transcode, far, transcoder, avc) = (profile.transcode, false, None, None);
        let sound = VecDeque::new();
        // A film is made smaller by whoever needs that; here it must be in real time.
        let live = matches!(wall, Wall::Now { .. });
        let smaller = Smaller::new(live && profile.rendition.is_wanted());
        Ok(Self {
            out,
            wall,
            stamps,
            packager,
            analysis,
            may_transcode,
            far,
            transcoder,
            smaller,
            sound,
            avc,
            meter,
            judge,
        })
    }

    /// The film's keyframes stand too far apart for segments; it has so many bits a second.
    pub(super) fn keyframes_are_far(&mut self, bit_rate: u64) {
        self.far = true;
        self.meter.bit_rate = bit_rate;
    }

    /// One piece of a film, that was made at `at_ms`. It waits for the branches, which no encoder would.
    pub(super) fn film_piece(&mut self, piece: Piece, at_ms: i64) -> Result<()> {
        self.wall = Wall::Film { at_ms };
        self.take(piece)?;
        if at_ms - self.meter.since_ms >= 1000 {
            self.second();
        }
        let began = Instant::now();
        while self.is_behind() && began.elapsed() < FILM_PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
            self.take_coded()?;
        }
        Ok(())
    }

    fn is_behind(&self) -> bool {
        let coder = self.transcoder.as_ref().is_some_and(|coder| coder.waiting_bytes() > FILM_WAITING_BYTES);
        coder || self.analysis.as_ref().is_some_and(|analysis| !analysis.has_looked())
    }

    /// One tag of the source.
    pub(super) fn tag(&mut self, tag: &Tag) -> Result<()> {
        let arrived_ms = self.wall.now_ms();
        self.meter.bytes += tag.data.len() as u64;
        let (stamp, body) = match tag.kind {
            Kind::Script => return Ok(()),
            Kind::Audio => (self.stamps.ticks(tag.timestamp), flv::audio(&tag.data)),
            Kind::Video => (self.stamps.ticks(tag.timestamp), flv::video(&tag.data)),
        };
        match (tag.kind, body) {
            (_, Body::Nothing) | (Kind::Script, _) => {}
            (kind, Body::Foreign(got)) => self.foreign(kind, got),
            (Kind::Video, Body::Configuration(record)) => self.video_configuration(record)?,
            (Kind::Audio, Body::Configuration(config)) => {
                if let (Some(analysis), true) = (&mut self.analysis, self.packager.audio_configuration(config.clone())?)
                {
                    analysis.audio(None, &Aac::read(config)?)?;
                }
            }
            (Kind::Video, Body::Frame { key, composition_ms, data }) => {
                let pts = stamp + i64::from(composition_ms) * 90;
                self.picture(VideoFrame { dts: stamp, pts, key, data, arrived_ms })?;
            }
            (Kind::Audio, Body::Frame { data, .. }) => self.sound(stamp, data, arrived_ms),
        }
        self.take_coded()?;
        self.drain();
        Ok(())
    }

    fn foreign(&self, kind: Kind, got: String) {
        let set = if kind == Kind::Video { "H.264" } else { "AAC" };
        self.out.send(Message::Problem(Problem::Codec { got, set: set.into() }));
    }

    fn video_configuration(&mut self, record: Bytes) -> Result<()> {
        if self.avc.as_ref().is_some_and(|avc| avc.record == record) {
            return Ok(());
        }
        let avc = Avc::read(record.clone())?;
        if let Some(analysis) = &mut self.analysis {
            analysis.video(&avc);
        }
        match &mut self.transcoder {
            Some(transcoder) => transcoder.reconfigure(&avc),
            None => self.configure(record)?,
        }
        self.avc = Some(avc);
        Ok(())
    }

    /// These pictures go to the packager from now on.
    fn configure(&mut self, record: Bytes) -> Result<()> {
        if self.packager.video_configuration(record.clone())? {
            self.smaller.configure(Avc::read(record)?, &mut self.packager)?;
        }
        Ok(())
    }

    /// A picture, the source's own or coded anew, goes to the packager; what is smaller is made from it.
    fn show(&mut self, frame: VideoFrame) -> Result<()> {
        self.smaller.push(&frame)?;
        self.packager.video(frame);
        Ok(())
    }

    /// Milliseconds between the source's keyframes: between the last two, or since the last where that is more.
    fn keyframe_interval_ms(&self) -> i64 {
        let since = self.meter.keyframe.map_or(0, |keyframe| (self.stamps.ms * 90 - keyframe) / 90);
        self.meter.interval_ms.max(since)
    }

    /// From this keyframe on the pictures are coded anew.
    fn begin_transcoding(&mut self) -> Result<()> {
        let Some(avc) = &self.avc else { return Ok(()) };
        let rate = avc.rate.unwrap_or(25.0);
        eprintln!("keyframes stand {} ms apart: the pictures are coded anew", self.keyframe_interval_ms());
        self.transcoder = Some(Transcoder::new(avc, rate, self.meter.bit_rate)?);
        Ok(())
    }

    /// What the transcoder has ready goes the way of pictures.
    pub(super) fn take_coded(&mut self) -> Result<()> {
        for coded in self.transcoder.as_mut().map(Transcoder::take).unwrap_or_default() {
            match coded {
                Coded::Configuration(record) => self.configure(record)?,
                Coded::Frame(frame) => {
                    self.release_sound(frame.dts);
                    self.show(frame)?;
                }
            }
        }
        let failed = self.transcoder.as_ref().is_some_and(|coder| !coder.works());
        if let Some(record) = self.avc.as_ref().filter(|_| failed).map(|avc| avc.record.clone()) {
            eprintln!("the transcoder has failed: the source is passed through as it is");
            (self.transcoder, self.may_transcode, self.far) = (None, false, false);
            self.configure(record)?;
            self.release_sound(i64::MAX);
        }
        self.smaller.take(self.wall.now_ms(), &mut self.packager)
    }

    fn picture(&mut self, frame: VideoFrame) -> Result<()> {
        let meter = &mut self.meter;
        meter.frames += 1;
        (meter.picture_ms, meter.media_ms) = (frame.arrived_ms, frame.arrived_ms);
        if frame.key {
            if let Some(before) = meter.keyframe.replace(frame.dts) {
                meter.interval_ms = ((frame.dts - before) / 90).max(0);
            }
            let looks = match self.wall {
                Wall::Now { .. } => true,
                Wall::Film { at_ms } => at_ms - meter.looked_ms >= FILM_THUMBNAIL_MS,
            };
            if let Some(analysis) = self.analysis.as_mut().filter(|_| looks) {
                meter.looked_ms = frame.arrived_ms;
                analysis.keyframe(&frame.data, frame.pts);
            }
        }
        let too_far = self.far || self.keyframe_interval_ms() > i64::from(SEGMENT_TARGET_MS);
        if frame.key && too_far && self.may_transcode && self.transcoder.is_none() {
            self.begin_transcoding()?;
        }
        match &mut self.transcoder {
            Some(transcoder) => transcoder.push(&frame),
            None => self.show(frame)?,
        }
        Ok(())
    }

    fn sound(&mut self, pts: i64, data: Bytes, arrived_ms: i64) {
        (self.meter.sound_ms, self.meter.media_ms) = (arrived_ms, arrived_ms);
        if let (Some(analysis), Wall::Now { .. }) = (&mut self.analysis, self.wall) {
            analysis.sound(None, &data, pts);
        }
        self.give_sound(None, AudioFrame { pts, data, arrived_ms });
    }

    pub(super) fn drain(&mut self) {
        for output in self.packager.take() {
            self.out.send(match output {
                packager::Output::Tracks(tracks) => {
                    self.meter.rate = tracks.iter().find_map(|track| match track.kind {
                        TrackKind::Video { frame_rate, .. } => frame_rate,
                        TrackKind::Audio { .. } => None,
                    });
                    Message::Tracks(tracks)
                }
                packager::Output::Part(part) => Message::Part(part),
            });
        }
    }

    /// A second has passed: tells how the source is.
    pub(super) fn second(&mut self) {
        let now = self.wall.now_ms();
        let (luma, change, jpeg) = self.analysis.as_ref().map(Analysis::seen).unwrap_or_default();
        let (peak, rms) = self.analysis.as_ref().and_then(|analysis| analysis.heard(None)).unzip();
        let languages = self.levels();
        let interval_ms = self.keyframe_interval_ms();
        let meter = &mut self.meter;
        let seconds = (now - meter.since_ms).max(1) as f64 / 1000.0;
        meter.bit_rate = (std::mem::take(&mut meter.bytes) as f64 * 8.0 / seconds) as u64;
        let health = Health {
            at_ms: now,
            bit_rate: meter.bit_rate,
            frame_rate: meter.frame_rate(seconds),
            keyframe_interval_ms: u32::try_from(interval_ms).unwrap_or(u32::MAX),
            audio_peak_db: peak,
            audio_rms_db: rms,
            luma,
            drift_ms: self.packager.lead_ms(),
            languages,
        };
        meter.since_ms = now;
        let seen = Observation {
            health: health.clone(),
            media_ms: meter.media_ms,
            picture_ms: meter.picture_ms,
            sound_ms: meter.sound_ms,
            heard_ms: meter.heard_ms.clone(),
            change,
            announced_rate: meter.rate,
            no_rendition_ms: self.smaller.missing_ms(),
        };
        if let Some((pts, jpeg)) = jpeg.filter(|(_, jpeg)| jpeg.len() <= MAX_THUMBNAIL_BYTES)
            && now - meter.thumbnail_ms >= THUMBNAIL_MS
        {
            meter.thumbnail_ms = now;
            let at_ms = self.packager.wall_ms(pts);
            self.out.send(Message::Thumbnail(Thumbnail { at_ms, jpeg }));
        }
        if let Wall::Film { .. } = self.wall {
            // Nobody can mend a film while it is imported.
            return;
        }
        let faults = self.judge.judge(&seen);
        self.out.send(Message::Health { health, faults });
    }

    /// The source has ended.
    pub(super) fn finish(&mut self) -> Result<()> {
        if let Some(transcoder) = &mut self.transcoder {
            let film = matches!(self.wall, Wall::Film { .. });
            transcoder.finish(gst::ClockTime::from_seconds(if film { 120 } else { 3 }));
        }
        self.take_coded()?;
        self.smaller.finish(gst::ClockTime::from_seconds(1));
        self.take_coded()?;
        self.release_sound(i64::MAX);
        self.packager.close();
        self.drain();
        Ok(())
    }
}
