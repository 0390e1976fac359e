//! Tracks and parts under their names.

use cmaf::Coding;
use vod_store::{
    Language,
    media::{Part, Track, TrackKind, TrackName},
};

use super::{
    Cut, Output,
    config::{Aac, Avc},
};
use crate::{Error, Result};

/// The names of the tracks that every source has, or may have.
pub(super) struct Names {
    pub(super) video: TrackName,
    pub(super) small: TrackName,
    pub(super) audio: TrackName,
}

impl Default for Names {
    fn default() -> Self {
        let name = |name: &str| name.parse().expect("our names are of a track's letters");
        Self { video: name("video"), small: name("video-360p"), audio: name("audio") }
    }
}

pub(super) fn part(track: &TrackName, cut: Cut) -> Output {
    Output::Part(Part {
        track: track.clone(),
        start: cut.start,
        duration: cut.duration,
        independent: cut.independent,
        opens_segment: cut.opens_segment,
        captured_at_ms: cut.captured_at_ms,
        data: cmaf::write_chunk(cut.sequence, cut.start, &cut.samples),
    })
}

fn described(called: &TrackName, kind: TrackKind, track: &cmaf::Track) -> Result<Track> {
    let init = cmaf::write_init(track).map_err(|error| Error::Configuration(error.to_string()))?;
    Ok(Track { name: called.clone(), kind, codec: track.codec(), timescale: track.timescale, init })
}

pub(super) fn video_track(called: &TrackName, avc: &Avc) -> Result<Track> {
    let (width, height) = (avc.width, avc.height);
    let kind = TrackKind::Video { width, height, frame_rate: avc.rate };
    let coding = Coding::Avc { config: avc.record.clone(), width, height };
    described(called, kind, &cmaf::Track { timescale: 90_000, coding })
}

pub(super) fn audio_track(called: &TrackName, aac: &Aac, language: Option<Language>) -> Result<Track> {
    let (sample_rate, channels) = (aac.rate, aac.channels);
    let kind = TrackKind::Audio { sample_rate, channels, language };
    let code = language.map_or(*b"und", |language| language.three_letters());
    let coding = Coding::Aac { config: aac.config.clone(), sample_rate, channels, language: code };
    described(called, kind, &cmaf::Track { timescale: aac.rate, coding })
}
