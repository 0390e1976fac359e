//! Tracks and parts, as they pass from a source to the record.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::Language;

/// A track's name within its take: `video`, `video-360p`, `audio`, `audio-en`. Lower-case Latin, digits, hyphens; at most 32.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TrackName(String);

/// A name that is none for a track.
#[derive(Debug, thiserror::Error)]
#[error("a track's name is 1 to 32 of a-z, 0-9 and hyphen")]
pub struct BadTrackName;

impl TrackName {
    /// The text of the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TrackName {
    type Error = BadTrackName;
    fn try_from(text: String) -> Result<Self, BadTrackName> {
        let fits = (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(Self(text)) } else { Err(BadTrackName) }
    }
}

impl TrackName {
    /// The track of sound in a further language beside the floor: `audio-en`.
    #[must_use]
    pub fn of_language(language: Language) -> Self {
        Self(format!("audio-{language}"))
    }
}

/// The further language that a track or rendition of this name carries; none of the floor and of pictures.
#[must_use]
pub fn language_of(name: &str) -> Option<Language> {
    name.strip_prefix("audio-")?.parse().ok()
}

impl std::str::FromStr for TrackName {
    type Err = BadTrackName;
    fn from_str(text: &str) -> Result<Self, BadTrackName> {
        text.to_owned().try_into()
    }
}

impl From<TrackName> for String {
    fn from(name: TrackName) -> Self {
        name.0
    }
}

impl std::fmt::Display for TrackName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a track carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TrackKind {
    /// Pictures.
    Video {
        /// Pixels.
        width: u16,
        /// Pixels.
        height: u16,
        /// Frames a second; none where the source does not keep to one.
        frame_rate: Option<f64>,
    },
    /// Sound.
    Audio {
        /// Samples a second.
        sample_rate: u32,
        /// Channels.
        channels: u16,
        /// As far as known: of the floor the chamber's own, else the interpreter's.
        language: Option<Language>,
    },
}

/// A track of a take, as its init segment describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Track {
    /// Its name.
    pub name: TrackName,
    /// What it carries.
    #[serde(flatten)]
    pub kind: TrackKind,
    /// RFC 6381: `avc1.64001f`, `mp4a.40.2`.
    pub codec: String,
    /// Ticks a second of the track's times.
    pub timescale: u32,
    /// `ftyp` and `moov`.
    #[serde(skip)]
    pub init: Bytes,
}

/// One part (a CMAF chunk): the unit of durability and of delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Whose it is.
    pub track: TrackName,
    /// Decoding time of the first sample, in the track's ticks from the take's zero (`tfdt`).
    pub start: u64,
    /// In ticks.
    pub duration: u32,
    /// Starts with a sample that can be decoded alone.
    pub independent: bool,
    /// Starts a segment.
    pub opens_segment: bool,
    /// Wall clock of the first sample at its capture as well as it is known, milliseconds UTC.
    pub captured_at_ms: i64,
    /// `moof` and `mdat`.
    pub data: Bytes,
}

/// No video part is longer than this, and all but the last of a segment reach 85 % of it (RFC 8216bis §4.4.4.9).
/// 220 ms lets whole frames of every usual rate, and whole AAC frames, fill at least 87 %.
pub const PART_TARGET_MS: u32 = 220;

/// What a part of sound should last, milliseconds.
const SOUND_PART_MS: i64 = 200;

/// A segment of sound is closed at the first part after this, milliseconds.
pub const SOUND_SEGMENT_MS: i64 = 2_000;

/// How many whole frames, of so many samples each, a part of sound has: near to a fifth of a second, within
/// [`PART_TARGET_MS`].
#[must_use]
pub fn frames_per_part(sample_rate: i64, frame: i64) -> usize {
    let most = i64::from(PART_TARGET_MS) * sample_rate / (1000 * frame);
    let near = (2 * SOUND_PART_MS * sample_rate + 1000 * frame) / (2 * 1000 * frame);
    usize::try_from(near.min(most).max(1)).unwrap_or(1)
}

/// No segment is longer than this: `EXT-X-TARGETDURATION`. A source whose keyframes stand further apart is transcoded.
pub const SEGMENT_TARGET_MS: u32 = 4_000;

/// The longest part, in bytes, that is accepted from a worker.
pub const MAX_PART_BYTES: usize = 8 << 20;
