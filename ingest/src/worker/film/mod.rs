//! Films: a file at standard input, given on as FLV tags in the order of time.
//!
//! H.264 and AAC pass as they are; any other codec that this machine decodes is coded anew. GStreamer's threads wait for
//! the reader: whatever the film's length, little of it is in memory.

mod chain;

use std::{
    collections::VecDeque,
    os::fd::AsFd as _,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, sync_channel},
    },
    time::Duration,
};

use bytes::Bytes;
use gstreamer::{self as gst, prelude::*};
use vod_store::media::SEGMENT_TARGET_MS;

pub(super) use chain::load;
use chain::{Taken, Told, attach, demuxer, failed};

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
        // A sink whose sample nobody takes yet holds up the change of state. What goes wrong in it is told on the bus.
        pipeline.call_async(|pipeline| {
            let _ = pipeline.set_state(gst::State::Playing);
        });
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
