//! How a source is, in words that the go-live screen and the metrics share.

use bytes::Bytes;
use serde::Serialize;

use crate::{Language, media::Track};

/// How a source is, as the go-live screen shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct SourceStatus {
    /// The connection, while there is one.
    pub connection: Option<Connection>,
    /// What it sends.
    pub tracks: Vec<Track>,
    /// The last measurement.
    pub health: Option<Health>,
    /// What is wrong now, the gravest first.
    pub faults: Vec<Fault>,
    /// The last publish that was refused for this source, and why.
    pub refused: Option<Refused>,
}

/// A source's connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// `rtmp`, `srt`, `rtsp`, `whip`, `file`.
    pub protocol: &'static str,
    /// The peer's address.
    pub remote: String,
    /// What the encoder calls itself; empty where it does not say.
    pub encoder: String,
    /// Since when, milliseconds UTC.
    pub since_ms: i64,
}

/// One measurement of a source, about one a second.
#[derive(Clone, Debug, Default, PartialEq, Serialize, serde::Deserialize)]
pub struct Health {
    /// When, milliseconds UTC.
    pub at_ms: i64,
    /// Bits a second, video and audio, over the last second or more.
    pub bit_rate: u64,
    /// Frames a second that arrived.
    pub frame_rate: f64,
    /// Between the last two keyframes.
    pub keyframe_interval_ms: u32,
    /// Loudest channel's peak, dBFS; none without sound.
    pub audio_peak_db: Option<f64>,
    /// Loudest channel's RMS, dBFS.
    pub audio_rms_db: Option<f64>,
    /// Mean luma of the last picture that was looked at, 0 to 255.
    pub luma: Option<f64>,
    /// How far the source's clock has run ahead of ours since it connected, milliseconds.
    pub drift_ms: i64,
    /// How loud each further language is.
    #[serde(default)]
    pub languages: Vec<Level>,
}

/// How loud a further language's sound is.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize)]
pub struct Level {
    /// Which.
    pub language: Language,
    /// Loudest channel's peak, dBFS; none where nothing came.
    pub peak_db: Option<f64>,
    /// Loudest channel's RMS, dBFS.
    pub rms_db: Option<f64>,
}

/// What is wrong with a source.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", tag = "fault")]
pub enum Fault {
    /// Connected, and nothing comes.
    Stalled {
        /// Since when.
        since_ms: i64,
    },
    /// No picture track, or none for some seconds.
    NoPicture {
        /// Since when.
        since_ms: i64,
    },
    /// No sound track.
    NoSound {
        /// Since when.
        since_ms: i64,
    },
    /// Sound, but below −60 dBFS.
    Silence {
        /// Since when.
        since_ms: i64,
    },
    /// A further language that the source sent, and does not send any more.
    NoLanguage {
        /// Which.
        language: Language,
        /// Since when.
        since_ms: i64,
    },
    /// A further language's sound is below −60 dBFS.
    SilentLanguage {
        /// Which.
        language: Language,
        /// Since when.
        since_ms: i64,
    },
    /// The picture is black.
    Black {
        /// Since when.
        since_ms: i64,
    },
    /// The picture does not change.
    Frozen {
        /// Since when.
        since_ms: i64,
    },
    /// Keyframes stand too far apart for passthrough.
    Keyframes {
        /// How far apart.
        interval_ms: u32,
    },
    /// Fewer frames arrive than the source announces.
    FramesLost {
        /// Frames a second that arrive.
        frame_rate: f64,
    },
    /// The source's clock runs away from ours.
    Drift {
        /// By how much.
        drift_ms: i64,
    },
    /// This machine cannot make the smaller rendition in real time; the source itself is as it was.
    NoRendition {
        /// Since when.
        since_ms: i64,
    },
}

impl Fault {
    /// Whether it is in the picture: of an interpreter, of whom only the sound is taken, it is none.
    #[must_use]
    pub fn is_in_picture(&self) -> bool {
        match self {
            Self::NoPicture { .. }
            | Self::Black { .. }
            | Self::Frozen { .. }
            | Self::Keyframes { .. }
            | Self::FramesLost { .. }
            | Self::NoRendition { .. } => true,
            Self::Stalled { .. }
            | Self::NoSound { .. }
            | Self::Silence { .. }
            | Self::NoLanguage { .. }
            | Self::SilentLanguage { .. }
            | Self::Drift { .. } => false,
        }
    }
}

/// A publish that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// When, milliseconds UTC.
    pub at_ms: i64,
    /// The peer's address.
    pub remote: String,
    /// Why.
    pub reason: Refusal,
}

/// Why a publish was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Refusal {
    /// The source is connected already, and healthy.
    Busy,
    /// The codec is none that we take; which it was, and what to set instead.
    Codec {
        /// What came: `HEVC`.
        got: String,
        /// What to set: `H.264`.
        set: String,
    },
    /// The camera does not answer where we call it.
    Unreachable,
    /// The camera wants another user name or password.
    Denied,
    /// The media could not be read.
    Unreadable {
        /// Why.
        cause: Cause,
        /// The technical side of it, in English.
        what: String,
    },
}

/// Why media could not be read: what the pages have words for, in every language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It is no kind of file or stream that is known here.
    UnknownFormat,
    /// There are no pictures in it.
    NoPictures,
    /// There is nothing in it that is taken, or decoded, here.
    UnknownCodec,
    /// What a codec says of itself at the beginning is malformed, or beyond what is taken.
    Configuration,
    /// It is damaged, or breaks off.
    Damaged,
    /// Nothing came out of it for a long time.
    Stuck,
    /// Each worker that read it died of it.
    Crashed,
    /// The camera answered with an error.
    Camera,
    /// Not the media failed but the server: its disk, its database.
    #[default]
    Server,
}

/// A small picture of what a source shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumbnail {
    /// Wall clock of the picture, milliseconds UTC.
    pub at_ms: i64,
    /// JPEG, 320 pixels wide.
    pub jpeg: Bytes,
}
