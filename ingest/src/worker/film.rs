//! Films: a file at standard input, given on as FLV tags in the order of time.
//!
//! H.264 and AAC pass as they are; any other codec that this machine decodes is coded anew. GStreamer's threads wait for
//! the reader: whatever the film's length, little of it is in memory.

use std::{
    collections::VecDeque,
    os::fd::AsFd as _,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::Duration,
};

use bytes::Bytes;
use gstreamer::{self as gst, prelude::*};
use gstreamer_app::{AppSink, AppSinkCallbacks};

use vod_store::media::SEGMENT_TARGET_MS;

use super::{
    Profile, Wall,
    output::Output,
    retag::{milliseconds, retag},
    station::Station,
};
use crate::{
    Error, Result,
    flv::{self, Body, Kind, Tag},
    wire::Message,
};

/// What passes films through.
const ELEMENTS: [&str; 13] = [
    "fdsrc",
    "qtdemux",
    "matroskademux",
    "flvdemux",
    "tsdemux",
    "h264parse",
    "aacparse",
    "capsfilter",
    "videoconvert",
    "x264enc",
    "audioconvert",
    "audioresample",
    "appsink",
];
/// What decodes the codecs that films have: of each plugin that is installed one element, whose loading loads all.
const DECODERS: [(&str, &str); 5] =
    [("libav", "avdec_h264"), ("vpx", "vp9dec"), ("aom", "av1dec"), ("opus", "opusdec"), ("vorbis", "vorbisdec")];
/// Encoder of pictures: what a viewer hardly tells from the film, a keyframe every two seconds of 25 frames.
const CODE_VIDEO: &str = "videoconvert ! video/x-raw,format=I420 \
    ! x264enc speed-preset=veryfast pass=qual quantizer=22 bframes=0 key-int-max=50 ! video/x-h264,profile=high";
/// Encoder of sound.
const CODE_AUDIO: &str = "audioconvert ! audioresample ! audio/x-raw,rate=48000,channels=2 ! avenc_aac bitrate=128000";
const PARSE_VIDEO: &str = "h264parse ! video/x-h264,stream-format=avc,alignment=au";
const PARSE_AUDIO: &str = "aacparse ! audio/mpeg,mpegversion=4,stream-format=raw";
/// Samples that wait for the reader.
const QUEUE: usize = 64;
/// Sound and pictures that stand further apart than this in the file are not waited for, nanoseconds.
const APART: i64 = 10_000_000_000;
/// A film that gives nothing for so long is given up.
const STUCK: Duration = Duration::from_secs(60);
/// How long a film's next sample is waited for before GStreamer is asked what is wrong.
const LOOK: Duration = Duration::from_millis(200);
/// Times before a film's zero (decoding ahead of reordered pictures) become positive by this, nanoseconds.
const BASE: i64 = 10_000_000_000;

/// Loads what films need; call it before the process is locked in.
pub(super) fn load() -> Result<()> {
    gst::init().map_err(failed)?;
    for name in ELEMENTS {
        let factory = gst::ElementFactory::find(name).and_then(|factory| factory.load().ok());
        factory.ok_or_else(|| Error::Media(format!("the element {name} is not installed")))?;
    }
    for (_, name) in DECODERS {
        // A codec whose decoder is missing is told when a film has it.
        let _ = gst::ElementFactory::find(name).and_then(|factory| factory.load().ok());
    }
    Ok(())
}

/// Reads the film at standard input to its end.
///
/// # Errors
/// [`Error::Configuration`], in words for who imports it, when it cannot be read (any further).
pub(super) fn work(profile: &Profile, began_at_ms: i64, out: &Output) -> Result<()> {
    let mut station = Station::new(profile, out, Wall::Film { at_ms: began_at_ms })?;
    let mut film = Film::open()?;
    let mut held = Vec::new();
    let mut known = false;
    let mut told = 0;
    loop {
        let (tags, end) = match film.next() {
            Ok(Some(tags)) => (tags, None),
            Ok(None) => (Vec::new(), Some(Ok(()))),
            Err(error) => (Vec::new(), Some(Err(error))),
        };
        held.extend(tags);
        if !known && end.is_none() {
            let Some(far) = far_keyframes(&held) else { continue };
            known = true;
            if far {
                station.keyframes_are_far(bit_rate(&held));
            }
        }
        for Timed { at_ms, tag } in held.drain(..) {
            station.film_tag(&tag, began_at_ms + at_ms)?;
            let thousandths = film.duration_ms.map_or(0, |duration| (at_ms * 1000 / duration).clamp(0, 1000));
            if thousandths > told {
                told = thousandths;
                out.send(Message::Progress(u16::try_from(told).unwrap_or(1000)));
            }
        }
        if let Some(end) = end {
            // What was read before a fault is whole.
            return station.finish().and(end);
        }
    }
}

/// Whether the keyframes with which a film begins stand too far apart for segments; none until that is known.
fn far_keyframes(held: &[Timed]) -> Option<bool> {
    let is_key = |timed: &&Timed| {
        timed.tag.kind == Kind::Video && matches!(flv::video(&timed.tag.data), Body::Frame { key: true, .. })
    };
    let mut keys = held.iter().filter(is_key).map(|key| key.at_ms);
    let (first, second) = (keys.next()?, keys.next());
    let far = second.or(held.last().map(|last| last.at_ms))? - first > i64::from(SEGMENT_TARGET_MS);
    (far || second.is_some()).then_some(far)
}

/// Bits a second of what is held.
fn bit_rate(held: &[Timed]) -> u64 {
    let bytes: usize = held.iter().map(|timed| timed.tag.data.len()).sum();
    let lasts = held.first().zip(held.last()).map_or(0, |(first, last)| last.at_ms - first.at_ms);
    bytes as u64 * 8000 / u64::try_from(lasts).unwrap_or_default().max(1)
}

/// What GStreamer's threads tell the reader.
enum Told {
    /// A sample with its times in the film, nanoseconds.
    Sample { kind: Kind, sample: gst::Sample, pts: i64, dts: i64 },
    /// A stream has ended.
    Ended(Kind),
    /// All streams of the film are known.
    Complete,
    /// A stream cannot be taken: what it is.
    Foreign(Kind, String),
}

/// A tag and its decoding time in the film, milliseconds.
pub(super) struct Timed {
    pub(super) at_ms: i64,
    pub(super) tag: Tag,
}

/// One stream's samples until their turn has come.
#[derive(Default)]
struct Stream {
    exists: bool,
    ended: bool,
    waiting: VecDeque<(i64, i64, gst::Sample)>,
    described: Option<Bytes>,
}

/// The film at standard input.
pub(super) struct Film {
    pipeline: gst::Pipeline,
    told: Receiver<Told>,
    streams: Arc<Mutex<Taken>>,
    video: Stream,
    audio: Stream,
    complete: bool,
    /// How long it is, milliseconds, where it says so.
    duration_ms: Option<i64>,
}

/// Which streams of the film have been taken.
#[derive(Default)]
struct Taken {
    video: bool,
    audio: bool,
}

impl Film {
    /// Opens it.
    ///
    /// # Errors
    /// [`Error::Configuration`] when it is no film that is known here.
    pub(super) fn open() -> Result<Self> {
        let mut head = [0; 16];
        let read = rustix::io::pread(std::io::stdin().as_fd(), &mut head, 0).map_err(std::io::Error::from)?;
        let demuxer = demuxer(&head[..read])
            .ok_or_else(|| Error::Configuration("it is no MP4, MOV, MKV, WebM, FLV or MPEG-TS file".into()))?;
        let pipeline = gst::parse::launch(&format!("fdsrc fd=0 ! {demuxer} name=demuxer")).map_err(failed)?;
        let pipeline = pipeline.downcast::<gst::Pipeline>().map_err(|_| Error::Media("no pipeline".into()))?;
        let demuxer = pipeline.by_name("demuxer").ok_or_else(|| Error::Media("no demuxer".into()))?;
        let (tell, told) = sync_channel(QUEUE);
        let streams = Arc::<Mutex<Taken>>::default();
        let (of_pipeline, taken, to) = (pipeline.downgrade(), Arc::clone(&streams), tell.clone());
        demuxer.connect_pad_added(move |_, pad| {
            if let Some(pipeline) = of_pipeline.upgrade()
                && let Err(error) = attach(&pipeline, pad, &taken, &to)
            {
                eprintln!("a stream is left out: {error}");
            }
        });
        demuxer.connect_no_more_pads(move |_| {
            // The reader is gone only with the process.
            let _ = tell.send(Told::Complete);
        });
        pipeline.set_state(gst::State::Playing).map_err(failed)?;
        let (video, audio) = (Stream::default(), Stream::default());
        Ok(Self { pipeline, told, streams, video, audio, complete: false, duration_ms: None })
    }

    /// The next tags, sound and pictures in the order of their decoding; none at the end.
    ///
    /// # Errors
    /// [`Error::Configuration`], in words for who imports, when the film cannot be read (any further).
    pub(super) fn next(&mut self) -> Result<Option<Vec<Timed>>> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(kind) = self.turn() {
                return Ok(Some(self.give(kind)));
            }
            if self.complete && self.video.ended && self.audio.ended {
                return Ok(None);
            }
            match self.told.recv_timeout(LOOK) {
                Ok(told) => {
                    waited = Duration::ZERO;
                    self.hear(told)?;
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    waited += LOOK;
                    self.look_at_bus()?;
                }
            }
            if waited > STUCK {
                return Err(Error::Configuration("nothing comes out of it any more".into()));
            }
        }
    }

    fn hear(&mut self, told: Told) -> Result<()> {
        match told {
            Told::Sample { kind, sample, pts, dts } => self.stream(kind).waiting.push_back((dts, pts, sample)),
            Told::Ended(kind) => self.stream(kind).ended = true,
            Told::Foreign(Kind::Video, what) => {
                return Err(Error::Configuration(format!("its pictures are {what}, which cannot be decoded here")));
            }
            Told::Foreign(_, what) => eprintln!("the sound is {what}, which cannot be decoded here: it is left out"),
            Told::Complete => {
                let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
                self.complete = true;
                let duration = self.pipeline.query_duration::<gst::ClockTime>();
                self.duration_ms = duration.and_then(|time| i64::try_from(time.mseconds()).ok()).filter(|ms| *ms > 0);
                (self.video.exists, self.audio.exists) = (streams.video, streams.audio);
                self.video.ended |= !streams.video;
                self.audio.ended |= !streams.audio;
                if !streams.video {
                    return Err(Error::Configuration("there are no pictures in it".into()));
                }
            }
        }
        Ok(())
    }

    fn look_at_bus(&self) -> Result<()> {
        let bus = self.pipeline.bus().ok_or_else(|| Error::Media("no bus".into()))?;
        match bus.pop_filtered(&[gst::MessageType::Error]).as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Error(said)) => {
                Err(Error::Configuration(format!("it cannot be read any further: {}", said.error())))
            }
            _ => Ok(()),
        }
    }

    fn stream(&mut self, kind: Kind) -> &mut Stream {
        if kind == Kind::Video { &mut self.video } else { &mut self.audio }
    }

    /// Whose turn it is, if that is known.
    fn turn(&self) -> Option<Kind> {
        if !self.complete {
            return None;
        }
        let apart = |stream: &Stream| match (stream.waiting.front(), stream.waiting.back()) {
            (Some(first), Some(last)) => last.0 - first.0 > APART,
            _ => false,
        };
        match (self.video.waiting.front(), self.audio.waiting.front()) {
            (Some(video), Some(audio)) => Some(if audio.0 < video.0 { Kind::Audio } else { Kind::Video }),
            (Some(_), None) if self.audio.ended || apart(&self.video) => Some(Kind::Video),
            (None, Some(_)) if self.video.ended || apart(&self.audio) => Some(Kind::Audio),
            _ => None,
        }
    }

    fn give(&mut self, kind: Kind) -> Vec<Timed> {
        let stream = self.stream(kind);
        let Some((dts, pts, sample)) = stream.waiting.pop_front() else { return Vec::new() };
        let tags = retag(kind, &sample, pts + BASE, dts + BASE, &mut stream.described);
        tags.into_iter().map(|tag| Timed { at_ms: milliseconds(dts), tag }).collect()
    }
}

impl Drop for Film {
    fn drop(&mut self) {
        // A thread of GStreamer's that waits for the reader must find it gone before the pipeline can stop.
        drop(std::mem::replace(&mut self.told, sync_channel(1).1));
        // There is nothing to do about a pipeline that does not stop; the process ends soon.
        let _ = self.pipeline.set_state(gst::State::Null);
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Media(error.to_string())
}

/// What reads files that begin like this.
fn demuxer(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
        return Some("matroskademux");
    }
    if head.starts_with(b"FLV") {
        return Some("flvdemux");
    }
    match head.get(4..8) {
        Some(b"ftyp" | b"moov" | b"mdat" | b"wide" | b"free" | b"skip") => Some("qtdemux"),
        _ => (head.first() == Some(&0x47)).then_some("tsdemux"),
    }
}

/// Takes a stream of the film, if it is the first of its kind.
fn attach(pipeline: &gst::Pipeline, pad: &gst::Pad, taken: &Mutex<Taken>, tell: &SyncSender<Told>) -> Result<()> {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    let Some(structure) = caps.structure(0) else { return Ok(()) };
    let name = structure.name().as_str();
    let kind = match name.split('/').next() {
        Some("video") => Kind::Video,
        Some("audio") => Kind::Audio,
        _ => return Ok(()),
    };
    let version = structure.get::<i32>("mpegversion").unwrap_or_default();
    let chain = match (kind, name, version) {
        (Kind::Video, "video/x-h264", _) => PARSE_VIDEO.to_owned(),
        (Kind::Audio, "audio/mpeg", 2 | 4) => PARSE_AUDIO.to_owned(),
        _ => {
            let Some(decoder) = decoder(&caps) else {
                // The reader is gone only with the process.
                let _ = tell.send(Told::Foreign(kind, name.to_owned()));
                return Ok(());
            };
            eprintln!("{name} is decoded by {decoder} and coded anew");
            let (code, parse) = if kind == Kind::Video { (CODE_VIDEO, PARSE_VIDEO) } else { (CODE_AUDIO, PARSE_AUDIO) };
            format!("{decoder} ! {code} ! {parse}")
        }
    };
    {
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        let place = if kind == Kind::Video { &mut taken.video } else { &mut taken.audio };
        if std::mem::replace(place, true) {
            return Ok(());
        }
    }
    let bin = gst::parse::bin_from_description(&format!("{chain} ! appsink name=out"), true).map_err(failed)?;
    let sink = bin.by_name("out").and_then(|sink| sink.downcast::<AppSink>().ok());
    let sink = sink.ok_or_else(|| Error::Media("no sink".into()))?;
    sink.set_sync(false);
    sink.set_async(false);
    forward(&sink, kind, tell);
    pipeline.add(&bin).map_err(failed)?;
    bin.sync_state_with_parent().map_err(failed)?;
    let entry = bin.static_pad("sink").ok_or_else(|| Error::Media("a chain has no way in".into()))?;
    pad.link(&entry).map_err(failed)?;
    Ok(())
}

/// The decoder of best rank for these caps, of those that need no device.
fn decoder(caps: &gst::Caps) -> Option<String> {
    let all = gst::ElementFactory::factories_with_type(gst::ElementFactoryType::DECODER, gst::Rank::MARGINAL);
    let loaded = |factory: &gst::ElementFactory| {
        let plugin = factory.plugin_name();
        DECODERS.iter().any(|(name, _)| plugin.as_deref() == Some(*name))
    };
    let fit = all.into_iter().filter(|factory| loaded(factory) && factory.can_sink_any_caps(caps));
    Some(fit.max_by_key(gst::ElementFactory::rank)?.name().to_string())
}

/// What comes out of a chain is told to the reader.
fn forward(sink: &AppSink, kind: Kind, tell: &SyncSender<Told>) {
    let (to, end) = (tell.clone(), tell.clone());
    let callbacks = AppSinkCallbacks::builder()
        .new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            let Some((pts, dts)) = times(&sample) else { return Ok(gst::FlowSuccess::Ok) };
            to.send(Told::Sample { kind, sample, pts, dts }).map_err(|_| gst::FlowError::Eos)?;
            Ok(gst::FlowSuccess::Ok)
        })
        .eos(move |_| {
            // The reader is gone only with the process.
            let _ = end.send(Told::Ended(kind));
        });
    sink.set_callbacks(callbacks.build());
}

/// When in the film a sample is shown and decoded, nanoseconds.
fn times(sample: &gst::Sample) -> Option<(i64, i64)> {
    let (buffer, segment) = (sample.buffer()?, sample.segment()?.downcast_ref::<gst::ClockTime>()?);
    let in_film = |time: gst::ClockTime| match segment.to_running_time_full(time)? {
        gst::Signed::Positive(time) => i64::try_from(time.nseconds()).ok(),
        gst::Signed::Negative(time) => i64::try_from(time.nseconds()).ok().map(|time| -time),
    };
    let pts = in_film(buffer.pts()?)?;
    Some((pts, buffer.dts().and_then(in_film).unwrap_or(pts)))
}
