//! Fragmented MP4 as CMAF (ISO/IEC 23000-19) wants it: one track a file, one `moof`+`mdat` a chunk.
//!
//! Pure bytes in, pure bytes out: this crate knows no clock, no file and no network.
//! `ingest` writes init segments and chunks with it, `vod-store` reads them back and lays out a download.

mod boxes;
mod chunk;
mod codec;
pub mod fuzz;
mod init;
pub mod movie;

pub use chunk::{ChunkIndex, SampleIndex, moof_length, read_chunk, read_chunk_head, retime_chunk, write_chunk};
pub use codec::{Aac, aac_config, read_aac_config, silent_aac};
pub use init::{read_init, write_init};

use bytes::Bytes;

/// What a track's init segment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// Ticks a second of every time in this track.
    pub timescale: u32,
    /// What is coded, and how.
    pub coding: Coding,
}

/// A codec with the configuration that its decoder needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coding {
    /// H.264, `avc1`: parameter sets out of band.
    Avc {
        /// The AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1), whole.
        config: Bytes,
        /// Coded width in pixels.
        width: u16,
        /// Coded height in pixels.
        height: u16,
    },
    /// AAC, `mp4a`.
    Aac {
        /// The AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1).
        config: Bytes,
        /// Samples a second.
        sample_rate: u32,
        /// Channels.
        channels: u16,
        /// ISO 639-2/T code, `und` where unknown.
        language: [u8; 3],
    },
}

/// One coded picture or one audio frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Ticks to the next sample's decoding.
    pub duration: u32,
    /// Presentation minus decoding time, in ticks.
    pub composition_offset: i32,
    /// Whether decoding can start here.
    pub sync: bool,
    /// The coded bytes (H.264: NAL units with four-byte lengths).
    pub data: Bytes,
}

/// Why bytes were refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A box is malformed or missing.
    #[error("the MP4 is not as expected: {0}")]
    Malformed(&'static str),
    /// The codec is none that we carry.
    #[error("the codec {0} is not carried here")]
    Codec(String),
}
