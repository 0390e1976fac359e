//! One source's way through the worker: tags in, parts and measurements out.

use bytes::Bytes;

use super::{Profile, Wall, output::Output};
use crate::{
    Result,
    flv::{self, Body, Kind, Tag},
    packager::{self, AudioFrame, Packager, VideoFrame},
    wire::{Message, Problem},
};

/// RTMP's clock as a number that does not wrap, in 90 kHz ticks.
#[derive(Default)]
struct Unwrapped {
    last: u32,
    ms: i64,
}

impl Unwrapped {
    fn ticks(&mut self, timestamp: u32) -> i64 {
        let step = timestamp.wrapping_sub(self.last).cast_signed();
        self.last = timestamp;
        self.ms += i64::from(step);
        self.ms * 90
    }
}

pub(super) struct Station<'a> {
    out: &'a Output,
    wall: Wall,
    stamps: Unwrapped,
    packager: Packager,
}

impl<'a> Station<'a> {
    pub(super) fn new(profile: &Profile, out: &'a Output, wall: Wall) -> Result<Self> {
        let _ = profile;
        Ok(Self { out, wall, stamps: Unwrapped::default(), packager: Packager::new() })
    }

    /// One tag of the source.
    pub(super) fn tag(&mut self, tag: &Tag) -> Result<()> {
        let arrived_ms = self.wall.now_ms();
        let stamp = match tag.kind {
            Kind::Script => return Ok(()),
            Kind::Audio | Kind::Video => self.stamps.ticks(tag.timestamp),
        };
        match (tag.kind, if tag.kind == Kind::Video { flv::video(&tag.data) } else { flv::audio(&tag.data) }) {
            (_, Body::Nothing) | (Kind::Script, _) => {}
            (kind, Body::Foreign(got)) => self.foreign(kind, got),
            (Kind::Video, Body::Configuration(record)) => self.packager.video_configuration(record)?,
            (Kind::Audio, Body::Configuration(config)) => self.packager.audio_configuration(config)?,
            (Kind::Video, Body::Frame { key, composition_ms, data }) => {
                let pts = stamp + i64::from(composition_ms) * 90;
                self.picture(VideoFrame { dts: stamp, pts, key, data, arrived_ms });
            }
            (Kind::Audio, Body::Frame { data, .. }) => self.sound(stamp, data, arrived_ms),
        }
        self.drain();
        Ok(())
    }

    fn foreign(&self, kind: Kind, got: String) {
        let set = if kind == Kind::Video { "H.264" } else { "AAC" };
        self.out.send(Message::Problem(Problem::Codec { got, set: set.into() }));
    }

    fn picture(&mut self, frame: VideoFrame) {
        self.packager.video(frame);
    }

    fn sound(&mut self, pts: i64, data: Bytes, arrived_ms: i64) {
        self.packager.audio(AudioFrame { pts, data, arrived_ms });
    }

    fn drain(&mut self) {
        for output in self.packager.take() {
            self.out.send(match output {
                packager::Output::Tracks(tracks) => Message::Tracks(tracks),
                packager::Output::Part(part) => Message::Part(part),
            });
        }
    }

    /// A second has passed.
    pub(super) fn second(&mut self) {}

    /// The source has ended.
    pub(super) fn finish(&mut self) {
        self.packager.close();
        self.drain();
    }
}
