//! Tracks and parts under their names.

use cmaf::Coding;
use vod_store::media::{Part, Track, TrackKind, TrackName};

use super::{
    Cut, Output,
    config::{Aac, Avc},
};
use crate::{Error, Result};

fn name(name: &'static str) -> TrackName {
    name.parse().expect("our names are of a track's letters")
}

pub(super) fn part(track: &'static str, cut: Cut) -> Output {
    Output::Part(Part {
        track: name(track),
        start: cut.start,
        duration: cut.duration,
        independent: cut.independent,
        opens_segment: cut.opens_segment,
        captured_at_ms: cut.captured_at_ms,
        data: cmaf::write_chunk(cut.sequence, cut.start, &cut.samples),
    })
}

fn described(called: &'static str, kind: TrackKind, track: &cmaf::Track) -> Result<Track> {
    let init = cmaf::write_init(track).map_err(|error| Error::Configuration(error.to_string()))?;
    Ok(Track { name: name(called), kind, codec: track.codec(), timescale: track.timescale, init })
}

pub(super) fn video_track(called: &'static str, avc: &Avc) -> Result<Track> {
    let (width, height) = (avc.width, avc.height);
    let kind = TrackKind::Video { width, height, frame_rate: avc.rate };
    let coding = Coding::Avc { config: avc.record.clone(), width, height };
    described(called, kind, &cmaf::Track { timescale: 90_000, coding })
}

pub(super) fn audio_track(aac: &Aac) -> Result<Track> {
    let (sample_rate, channels) = (aac.rate, aac.channels);
    let kind = TrackKind::Audio { sample_rate, channels, language: None };
    let coding = Coding::Aac { config: aac.config.clone(), sample_rate, channels, language: *b"und" };
    described("audio", kind, &cmaf::Track { timescale: aac.rate, coding })
}
