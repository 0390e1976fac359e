//! MPEG transport streams (ISO/IEC 13818-1), as SRT carries them: demuxed and parsed by GStreamer, given on as FLV tags.
//! Of its sounds one is the floor; the others are further languages, by their ISO 639 descriptors.
//!
//! No element here has a thread of its own: what is pushed has gone all the way when the push returns.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use gstreamer::{self as gst, prelude::*};
use gstreamer_app::{AppSink, AppSinkCallbacks};
use vod_store::intake::Cause;

use super::{
    cast::{self, Languages, Part, Piece},
    retag::{retag, tag},
};
use crate::{
    Error, Result,
    flv::{Kind, Tag},
};

const ELEMENTS: [&str; 5] = ["tsdemux", "h264parse", "aacparse", "capsfilter", "appsink"];
/// So many bytes without a picture or a sound, and the stream counts as unreadable.
const FRUITLESS_BYTES: usize = 8 << 20;

/// Loads what transport streams need; call it before the process is locked in.
pub(super) fn load() -> Result<()> {
    gst::init().map_err(|error| Error::Media(error.to_string()))?;
    for name in ELEMENTS {
        let factory = gst::ElementFactory::find(name).and_then(|factory| factory.load().ok());
        factory.ok_or_else(|| Error::Media(format!("the element {name} is not installed")))?;
    }
    Ok(())
}

/// What came out, and which streams there are.
struct Found {
    pieces: Vec<Piece>,
    languages: Languages,
    video: bool,
    sounds: Vec<Sound>,
    /// Which version of the programme the streams are of, by their pads' names (`audio_0_0101`), and how many sounds
    /// there were before it.
    version: Option<String>,
    before: usize,
    foreign_video: Option<Tag>,
    foreign_audio: Option<Tag>,
}

/// A stream of sound, as the demuxer gives it, and what it is taken for once that can be known.
struct Sound {
    pad: gst::Pad,
    part: Option<Part>,
}

impl Found {
    /// A stream comes: where it is of another version of the programme, those of the one before have ended.
    fn follow(&mut self, pad: &gst::Pad) {
        let version = pad.name().split('_').nth(1).map(str::to_owned);
        if self.version != version {
            (self.version, self.video, self.before) = (version, false, self.sounds.len());
            self.sounds.iter_mut().for_each(|sound| sound.part = Some(Part::LeftOut));
        }
    }

    /// What the sound of this number is taken for. Before a demuxer gives the first of any, it has told the languages of all.
    fn part(&mut self, number: usize) -> Part {
        if let Some(part) = self.sounds[number].part {
            return part;
        }
        let known = |(number, sound): (usize, &Sound)| {
            let number = number.checked_sub(self.before);
            (number.and_then(|number| self.languages.of_sound(number, cast::language_of(&sound.pad))), sound.part)
        };
        let sounds: Vec<_> = self.sounds.iter().enumerate().map(known).collect();
        for (index, part) in self.languages.cast(&sounds) {
            self.sounds[index].part = Some(part);
            self.pieces.extend(cast::announce(sounds[index].0, part));
        }
        self.sounds[number].part.unwrap_or(Part::LeftOut)
    }
}

/// Bytes in, pieces out.
pub(super) struct Transport {
    pipeline: gst::Pipeline,
    input: gst::Pad,
    found: Arc<Mutex<Found>>,
    fruitless: usize,
}

impl Transport {
    /// A reader of sources of which this is known.
    pub(super) fn new(languages: Languages) -> Result<Self> {
        let pipeline = gst::Pipeline::new();
        let demuxer = element("tsdemux")?;
        pipeline.add(&demuxer).map_err(failed)?;
        let found = Found {
            pieces: Vec::new(),
            languages,
            video: false,
            sounds: Vec::new(),
            version: None,
            before: 0,
            foreign_video: None,
            foreign_audio: None,
        };
        let found = Arc::new(Mutex::new(found));
        let (of_pipeline, of_found) = (pipeline.downgrade(), Arc::clone(&found));
        demuxer.connect_pad_added(move |_, pad| {
            if let Some(pipeline) = of_pipeline.upgrade()
                && let Err(error) = attach(&pipeline, pad, &of_found)
            {
                eprintln!("a stream is left out: {error}");
            }
        });
        let of_found = Arc::clone(&found);
        demuxer.connect_no_more_pads(move |_| {
            let mut found = of_found.lock().unwrap_or_else(PoisonError::into_inner);
            let video = found.foreign_video.take().filter(|_| !found.video);
            let audio = found.foreign_audio.take().filter(|_| found.sounds.is_empty());
            found.pieces.extend(video.into_iter().chain(audio).map(Piece::Tag));
        });
        let input = gst::Pad::builder(gst::PadDirection::Src).name("in").build();
        let sink = demuxer.static_pad("sink").ok_or_else(|| Error::Media("tsdemux has no sink".into()))?;
        input.set_active(true).map_err(failed)?;
        input.link(&sink).map_err(failed)?;
        pipeline.set_state(gst::State::Playing).map_err(failed)?;
        let caps = gst::Caps::builder("video/mpegts").field("systemstream", true).build();
        input.push_event(gst::event::StreamStart::new("in"));
        input.push_event(gst::event::Caps::new(&caps));
        input.push_event(gst::event::Segment::new(&gst::FormattedSegment::<gst::format::Bytes>::new()));
        Ok(Self { pipeline, input, found, fruitless: 0 })
    }

    /// Reads these bytes; answers what they complete.
    ///
    /// # Errors
    /// When there is no stream that can be read.
    pub(super) fn read(&mut self, bytes: Bytes) -> Result<Vec<Piece>> {
        self.fruitless += bytes.len();
        let pushed = self.input.push(gst::Buffer::from_slice(bytes));
        let pieces = self.take();
        if !pieces.is_empty() {
            self.fruitless = 0;
        } else if self.fruitless > FRUITLESS_BYTES {
            return Err(Error::unreadable(Cause::UnknownCodec, "there is no H.264 and no AAC in the transport stream"));
        }
        match pushed {
            Ok(_) | Err(gst::FlowError::NotLinked) => Ok(pieces),
            Err(error) => Err(Error::unreadable(Cause::Damaged, format!("the transport stream: {}", self.why(error)))),
        }
    }

    /// The stream has ended: what was held back, but for the last picture. Only a next one would have shown that it is
    /// whole, and a caller that hangs up cuts it.
    pub(super) fn finish(&mut self) -> Vec<Piece> {
        self.input.push_event(gst::event::Eos::new());
        let mut pieces = self.take();
        let is_picture = |piece: &Piece| matches!(piece, Piece::Tag(Tag { kind: Kind::Video, .. }));
        if let Some(last) = pieces.iter().rposition(is_picture) {
            pieces.remove(last);
        }
        pieces
    }

    fn take(&self) -> Vec<Piece> {
        std::mem::take(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner).pieces)
    }

    fn why(&self, error: gst::FlowError) -> String {
        let said = self.pipeline.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]));
        match said.as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Error(said)) => said.error().to_string(),
            _ => error.to_string(),
        }
    }
}

impl Drop for Transport {
    fn drop(&mut self) {
        // There is nothing to do about a pipeline that does not stop; the process ends soon.
        let _ = self.pipeline.set_state(gst::State::Null);
    }
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Media(error.to_string())
}

fn element(name: &str) -> Result<gst::Element> {
    gst::ElementFactory::make(name).build().map_err(failed)
}

/// Parses one stream of the programme: the first of pictures, or a sound, that we take.
fn attach(pipeline: &gst::Pipeline, pad: &gst::Pad, found: &Arc<Mutex<Found>>) -> Result<()> {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    let Some(structure) = caps.structure(0) else { return Ok(()) };
    let name = structure.name().as_str();
    let version = structure.get::<i32>("mpegversion").unwrap_or_default();
    let mut state = found.lock().unwrap_or_else(PoisonError::into_inner);
    state.follow(pad);
    let number = state.sounds.len();
    let (kind, parser, wanted) = match (name, version) {
        ("video/x-h264", _) if !state.video => {
            state.video = true;
            (Kind::Video, "h264parse", "video/x-h264,stream-format=avc,alignment=au")
        }
        ("audio/mpeg", 2 | 4) => {
            state.sounds.push(Sound { pad: pad.clone(), part: None });
            (Kind::Audio, "aacparse", "audio/mpeg,mpegversion=4,stream-format=raw")
        }
        ("video/x-h264", _) => return Ok(()),
        _ => {
            if let Some(code) = foreign_video(name) {
                state.foreign_video = Some(tag(Kind::Video, 0, &[&[0x90], code]));
            } else if let Some(code) = foreign_audio(name) {
                state.foreign_audio = Some(tag(Kind::Audio, 0, &[&[0x90], code]));
            }
            return Ok(());
        }
    };
    drop(state);
    let (parser, filter) = (element(parser)?, element("capsfilter")?);
    filter.set_property("caps", wanted.parse::<gst::Caps>().map_err(failed)?);
    let sink = AppSink::builder().sync(false).async_(false).build();
    let (to, mut described) = (Arc::clone(found), None);
    let callbacks = AppSinkCallbacks::builder().new_sample(move |sink| {
        let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
        let mut found = to.lock().unwrap_or_else(PoisonError::into_inner);
        let part = if kind == Kind::Video { Part::Floor } else { found.part(number) };
        let tags = give(kind, &sample, &mut described).into_iter();
        match part {
            Part::Floor => found.pieces.extend(tags.map(Piece::Tag)),
            Part::Further(language) => found.pieces.extend(tags.map(|tag| Piece::Further(language, tag))),
            Part::LeftOut => {}
        }
        Ok(gst::FlowSuccess::Ok)
    });
    sink.set_callbacks(callbacks.build());
    let elements = [&parser, &filter, sink.upcast_ref()];
    pipeline.add_many(elements).map_err(failed)?;
    gst::Element::link_many(elements).map_err(failed)?;
    for element in elements.into_iter().rev() {
        element.sync_state_with_parent().map_err(failed)?;
    }
    let entry = parser.static_pad("sink").ok_or_else(|| Error::Media("a parser has no sink".into()))?;
    pad.link(&entry).map_err(failed)?;
    Ok(())
}

/// The four-character code by which enhanced RTMP names what we do not take.
fn foreign_video(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "video/x-h265" => b"hvc1",
        "video/x-av1" => b"av01",
        "video/mpeg" => b"mpeg",
        _ if name.starts_with("video/") => b"else",
        _ => return None,
    })
}

fn foreign_audio(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "audio/mpeg" => b".mp3",
        "audio/x-ac3" | "audio/x-eac3" => b"ac-3",
        "audio/x-opus" => b"Opus",
        _ if name.starts_with("audio/") => b"else",
        _ => return None,
    })
}

/// One access unit or frame of sound as tags. What has no time has lost its packets' beginning.
fn give(kind: Kind, sample: &gst::Sample, described: &mut Option<Bytes>) -> Vec<Tag> {
    let Some((buffer, pts)) = sample.buffer().and_then(|buffer| Some((buffer, buffer.pts()?))) else {
        return Vec::new();
    };
    let dts = buffer.dts().filter(|_| kind == Kind::Video).unwrap_or(pts);
    let nanoseconds = |time: gst::ClockTime| i64::try_from(time.nseconds()).unwrap_or(i64::MAX);
    retag(kind, sample, nanoseconds(pts), nanoseconds(dts), described)
}
