//! From a stream of a film to samples that fit: parsed where they pass, else decoded and coded anew.

use std::sync::{Mutex, PoisonError, mpsc::SyncSender};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app::{AppSink, AppSinkCallbacks};
use vod_store::Language;

use crate::{Error, Result, flv::Kind, worker::cast};

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

/// Loads what films need; call it before the process is locked in.
pub(in crate::worker) fn load() -> Result<()> {
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

/// What GStreamer's threads tell the reader.
pub(super) enum Told {
    /// A sample of a stream with its times in the film, nanoseconds, and the stream's language.
    Sample { stream: usize, sample: gst::Sample, pts: i64, dts: i64, language: Option<Language> },
    /// A stream has ended.
    Ended(usize),
    /// All streams of the film are known.
    Complete,
    /// A stream cannot be taken: what it is.
    Foreign(Kind, String),
}

/// Which streams of the film have been taken.
#[derive(Default)]
pub(super) struct Taken {
    pub(super) video: bool,
    pub(super) sounds: usize,
}

/// The number of the stream of pictures; the sounds follow it.
pub(super) const PICTURES: usize = 0;
/// Sounds of a film that are looked at.
const SOUNDS: usize = 16;

pub(super) fn failed(error: impl std::fmt::Display) -> Error {
    Error::Media(error.to_string())
}

/// What reads files that begin like this.
pub(super) fn demuxer(head: &[u8]) -> Option<&'static str> {
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

/// Takes a stream of the film: the first of pictures, or a sound.
pub(super) fn attach(
    pipeline: &gst::Pipeline,
    pad: &gst::Pad,
    taken: &Mutex<Taken>,
    tell: &SyncSender<Told>,
) -> Result<()> {
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
    let stream = {
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        match kind {
            Kind::Video if !std::mem::replace(&mut taken.video, true) => PICTURES,
            Kind::Audio if taken.sounds < SOUNDS => {
                taken.sounds += 1;
                PICTURES + taken.sounds
            }
            _ => return Ok(()),
        }
    };
    let bin = gst::parse::bin_from_description(&format!("{chain} ! appsink name=out"), true).map_err(failed)?;
    let sink = bin.by_name("out").and_then(|sink| sink.downcast::<AppSink>().ok());
    let sink = sink.ok_or_else(|| Error::Media("no sink".into()))?;
    sink.set_sync(false);
    sink.set_async(false);
    forward(&sink, stream, pad, tell);
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
fn forward(sink: &AppSink, stream: usize, pad: &gst::Pad, tell: &SyncSender<Told>) {
    let (to, end) = (tell.clone(), tell.clone());
    let (pad, mut language) = (pad.downgrade(), None);
    let callbacks = AppSinkCallbacks::builder()
        .new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            let Some((pts, dts)) = times(&sample) else { return Ok(gst::FlowSuccess::Ok) };
            // The demuxer has told it before the first sample.
            let told = || pad.upgrade().and_then(|pad| cast::language_of(&pad));
            let language = *language.get_or_insert_with(told);
            to.send(Told::Sample { stream, sample, pts, dts, language }).map_err(|_| gst::FlowError::Eos)?;
            Ok(gst::FlowSuccess::Ok)
        })
        .eos(move |_| {
            // The reader is gone only with the process.
            let _ = end.send(Told::Ended(stream));
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
