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
use vod_store::{Language, intake::Cause, media::SEGMENT_TARGET_MS};

pub(super) use chain::load;
use chain::{PICTURES, Taken, Told, attach, demuxer, failed};

use super::{
    Profile, Wall,
    cast::{self, Languages, Part, Piece},
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
/// [`Error::Unreadable`], in words for who imports it, when it cannot be read (any further).
pub(super) fn work(profile: &Profile, began_at_ms: i64, out: &Output) -> Result<()> {
    let mut station = Station::new(profile, out, Wall::Film { at_ms: began_at_ms })?;
    let mut film = Film::open(Languages::of(profile))?;
    let mut held = Vec::new();
    let mut known = false;
    let mut told = 0;
    loop {
        let (pieces, end) = match film.next() {
            Ok(Some(pieces)) => (pieces, None),
            Ok(None) => (Vec::new(), Some(Ok(()))),
            Err(error) => (Vec::new(), Some(Err(error))),
        };
        held.extend(pieces);
        if !known && end.is_none() {
            let Some(far) = far_keyframes(&held) else { continue };
            known = true;
            if far {
                station.keyframes_are_far(bit_rate(&held));
            }
        }
        for Timed { at_ms, piece } in held.drain(..) {
            station.film_piece(piece, began_at_ms + at_ms)?;
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
        let picture = |tag: &Tag| matches!(flv::video(&tag.data), Body::Frame { key: true, .. });
        matches!(&timed.piece, Piece::Tag(tag) if tag.kind == Kind::Video && picture(tag))
    };
    let mut keys = held.iter().filter(is_key).map(|key| key.at_ms);
    let (first, second) = (keys.next()?, keys.next());
    let far = second.or(held.last().map(|last| last.at_ms))? - first > i64::from(SEGMENT_TARGET_MS);
    (far || second.is_some()).then_some(far)
}

/// Bits a second of what is held.
fn bit_rate(held: &[Timed]) -> u64 {
    let length = |timed: &Timed| match &timed.piece {
        Piece::Tag(tag) => tag.data.len(),
        _ => 0,
    };
    let bytes: usize = held.iter().map(length).sum();
    let lasts = held.first().zip(held.last()).map_or(0, |(first, last)| last.at_ms - first.at_ms);
    bytes as u64 * 8000 / u64::try_from(lasts).unwrap_or_default().max(1)
}

/// A piece and its decoding time in the film, milliseconds.
pub(super) struct Timed {
    pub(super) at_ms: i64,
    pub(super) piece: Piece,
}

/// One stream's samples until their turn has come.
#[derive(Default)]
struct Stream {
    ended: bool,
    waiting: VecDeque<(i64, i64, gst::Sample)>,
    described: Option<Bytes>,
    language: Option<Language>,
    /// Of a sound: what it is taken for, once all are known.
    part: Option<Part>,
}

impl Stream {
    /// Whether its samples stand further apart than is waited for.
    fn is_apart(&self) -> bool {
        self.waiting.front().zip(self.waiting.back()).is_some_and(|(first, last)| last.0 - first.0 > APART)
    }
}

/// The film at standard input.
pub(super) struct Film {
    pipeline: gst::Pipeline,
    told: Receiver<Told>,
    taken: Arc<Mutex<Taken>>,
    languages: Languages,
    /// The pictures, and the sounds.
    streams: Vec<Stream>,
    complete: bool,
    cast: bool,
    /// How long it is, milliseconds, where it says so.
    duration_ms: Option<i64>,
}

impl Film {
    /// Opens it; of its sounds this is known.
    ///
    /// # Errors
    /// [`Error::Unreadable`] when it is no film that is known here.
    pub(super) fn open(languages: Languages) -> Result<Self> {
        let mut head = [0; 16];
        let read = rustix::io::pread(std::io::stdin().as_fd(), &mut head, 0).map_err(std::io::Error::from)?;
        let demuxer = demuxer(&head[..read]).ok_or_else(|| {
            Error::unreadable(Cause::UnknownFormat, "it is no MP4, MOV, MKV, WebM, FLV or MPEG-TS file")
        })?;
        let pipeline = gst::parse::launch(&format!("fdsrc fd=0 ! {demuxer} name=demuxer")).map_err(failed)?;
        let pipeline = pipeline.downcast::<gst::Pipeline>().map_err(|_| Error::Media("no pipeline".into()))?;
        let demuxer = pipeline.by_name("demuxer").ok_or_else(|| Error::Media("no demuxer".into()))?;
        let (tell, told) = sync_channel(QUEUE);
        let all = Arc::<Mutex<Taken>>::default();
        let (of_pipeline, taken, to) = (pipeline.downgrade(), Arc::clone(&all), tell.clone());
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
        let streams = Vec::new();
        Ok(Self { pipeline, told, taken: all, languages, streams, complete: false, cast: false, duration_ms: None })
    }

    /// The next pieces, sound and pictures in the order of their decoding; none at the end.
    ///
    /// # Errors
    /// [`Error::Unreadable`], in words for who imports, when the film cannot be read (any further).
    pub(super) fn next(&mut self) -> Result<Option<Vec<Timed>>> {
        let mut waited = Duration::ZERO;
        loop {
            if let Some(pieces) = self.cast() {
                return Ok(Some(pieces));
            }
            if let Some(stream) = self.turn() {
                return Ok(Some(self.give(stream)));
            }
            if self.complete && self.streams.iter().all(|stream| stream.ended) {
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
                return Err(Error::unreadable(Cause::Stuck, "nothing comes out of it any more"));
            }
        }
    }

    fn hear(&mut self, told: Told) -> Result<()> {
        match told {
            Told::Sample { stream, sample, pts, dts, language } => {
                let stream = self.stream(stream);
                stream.language = language;
                if stream.part != Some(Part::LeftOut) {
                    stream.waiting.push_back((dts, pts, sample));
                }
            }
            Told::Ended(stream) => self.stream(stream).ended = true,
            Told::Foreign(Kind::Video, what) => {
                let what = format!("its pictures are {what}, which cannot be decoded here");
                return Err(Error::unreadable(Cause::UnknownCodec, what));
            }
            Told::Foreign(_, what) => eprintln!("the sound is {what}, which cannot be decoded here: it is left out"),
            Told::Complete => {
                let (video, sounds) = {
                    let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
                    (taken.video, taken.sounds)
                };
                self.complete = true;
                self.stream(PICTURES + sounds);
                let duration = self.pipeline.query_duration::<gst::ClockTime>();
                self.duration_ms = duration.and_then(|time| i64::try_from(time.mseconds()).ok()).filter(|ms| *ms > 0);
                if !video {
                    return Err(Error::unreadable(Cause::NoPictures, "there are no pictures in it"));
                }
            }
        }
        Ok(())
    }

    fn look_at_bus(&self) -> Result<()> {
        let bus = self.pipeline.bus().ok_or_else(|| Error::Media("no bus".into()))?;
        match bus.pop_filtered(&[gst::MessageType::Error]).as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Error(said)) => {
                let what = format!("it cannot be read any further: {}", said.error());
                Err(Error::unreadable(Cause::Damaged, what))
            }
            _ => Ok(()),
        }
    }

    fn stream(&mut self, number: usize) -> &mut Stream {
        if self.streams.len() <= number {
            self.streams.resize_with(number + 1, Stream::default);
        }
        &mut self.streams[number]
    }

    /// Whether no stream has to be waited for.
    fn is_known(&self) -> bool {
        let known = |stream: &Stream| stream.ended || !stream.waiting.is_empty();
        self.complete && (self.streams.iter().all(known) || self.streams.iter().any(Stream::is_apart))
    }

    /// Gives the sounds their parts, as soon as all are known; answers what there is to say of them.
    fn cast(&mut self) -> Option<Vec<Timed>> {
        if self.cast || !self.is_known() {
            return None;
        }
        self.cast = true;
        let sounds = &mut self.streams[PICTURES + 1..];
        for silent in sounds.iter_mut().filter(|sound| sound.waiting.is_empty()) {
            (silent.part, silent.ended) = (Some(Part::LeftOut), true);
        }
        for (number, sound) in sounds.iter_mut().enumerate() {
            sound.language = self.languages.of_sound(number, sound.language);
        }
        let known: Vec<_> = sounds.iter().map(|sound| (sound.language, sound.part)).collect();
        let mut pieces = Vec::new();
        for (index, part) in self.languages.cast(&known) {
            let sound = &mut sounds[index];
            sound.part = Some(part);
            pieces.extend(cast::announce(sound.language, part).map(|piece| Timed { at_ms: 0, piece }));
            if part == Part::LeftOut {
                (sound.waiting, sound.ended) = (VecDeque::new(), true);
            }
        }
        Some(pieces)
    }

    /// Whose turn it is, if that is known.
    fn turn(&self) -> Option<usize> {
        if !self.is_known() {
            return None;
        }
        let front = |(number, stream): (usize, &Stream)| Some((stream.waiting.front()?.0, number));
        self.streams.iter().enumerate().filter_map(front).min().map(|(_, number)| number)
    }

    fn give(&mut self, number: usize) -> Vec<Timed> {
        let stream = self.stream(number);
        let kind = if number == PICTURES { Kind::Video } else { Kind::Audio };
        let Some((dts, pts, sample)) = stream.waiting.pop_front() else { return Vec::new() };
        let tags = retag(kind, &sample, pts + BASE, dts + BASE, &mut stream.described);
        let part = stream.part;
        let piece = |tag| match part {
            Some(Part::Further(language)) => Piece::Further(language, tag),
            _ => Piece::Tag(tag),
        };
        tags.into_iter().map(|tag| Timed { at_ms: milliseconds(dts), piece: piece(tag) }).collect()
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
