//! The text of HLS playlists (RFC 8216bis, low latency).
//!
//! m3u8-rs writes the multivariant playlist; the live media playlist is written here,
//! since no crate writes parts, preload hints and delta updates. `quick-m3u8` reads it back in the tests.

mod media;
mod multivariant;
mod packed;
mod written;

pub(crate) use media::{Lists, View};
pub(crate) use multivariant::{CAPTIONS, Captions, Variants, multivariant};
pub(crate) use written::Written;

use packed::Packed;

use bytes::Bytes;

/// A playlist ready to be sent; the same one is shared by all who ask for this version.
#[derive(Debug)]
pub struct Playlist {
    /// The text.
    pub text: Bytes,
    /// A strong validator, without quotes.
    pub etag: String,
    packed: Option<std::sync::Arc<Packed>>,
    gzip: std::sync::OnceLock<Bytes>,
}

impl Playlist {
    pub(crate) fn new(text: String, etag: String, packed: Option<std::sync::Arc<Packed>>) -> Self {
        Self { text: text.into(), etag, packed, gzip: std::sync::OnceLock::new() }
    }

    /// The text, gzipped once for all who ask for this version.
    pub fn gzip(&self) -> Bytes {
        self.gzip.get_or_init(|| packed::gzip(self.packed.as_deref(), &self.text)).clone()
    }
}
