//! Sources and the media worker: an encoder's bytes in, CMAF parts out.
//!
//! The network is read in this process by Rust code; the media is read in a child process, the [`worker`],
//! which locks itself in before the first foreign byte. A crash or a trap there costs one source a second.
//! This crate meets the rest of the program only in [`vod_store::intake`]: it knows no meeting, no page and no database.

mod failures;
mod flv;
pub mod fuzz;
pub mod import;
pub mod packager;
pub mod rtmp;
pub mod rtsp;
pub mod srt;
pub mod supervisor;
pub mod wire;
pub mod worker;

pub use supervisor::WorkerCommand;
use vod_store::intake::Cause;

/// Why media could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A pipe or socket failed.
    #[error("input or output: {0}")]
    Io(#[from] std::io::Error),
    /// A message between parent and worker is not as agreed.
    #[error("the worker's message is malformed: {0}")]
    Wire(&'static str),
    /// The FLV stream is not FLV.
    #[error("the FLV stream is malformed: {0}")]
    Flv(&'static str),
    /// A parameter set, or the configuration of a codec, cannot be read.
    #[error("the codec's configuration cannot be read: {0}")]
    Configuration(String),
    /// The peer breaks the RTMP protocol or one of its limits.
    #[error("RTMP: {0}")]
    Rtmp(&'static str),
    /// The SRT caller breaks the protocol or one of its limits.
    #[error("SRT: {0}")]
    Srt(&'static str),
    /// The camera cannot be reached, or does not do as RTSP says.
    #[error("RTSP: {0}")]
    Rtsp(String),
    /// The media cannot be read, or not to its end.
    #[error("{what}")]
    Unreadable {
        /// Why.
        cause: Cause,
        /// In words for who operates it.
        what: String,
    },
    /// The film cannot be taken in, or not to its end.
    #[error("the film cannot be read: {what}")]
    Film {
        /// Why.
        cause: Cause,
        /// In words for who imports it.
        what: String,
    },
    /// The source was told to go.
    #[error(transparent)]
    Gone(#[from] vod_store::intake::Gone),
    /// The worker could not lock itself in.
    #[error("the sandbox: {0}")]
    Sandbox(String),
    /// GStreamer refused.
    #[error("GStreamer: {0}")]
    Media(String),
}

impl Error {
    pub(crate) fn unreadable(cause: Cause, what: impl Into<String>) -> Self {
        Self::Unreadable { cause, what: what.into() }
    }
}

/// What this crate answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Which of these GStreamer elements are not installed.
///
/// # Errors
/// [`Error::Media`] when GStreamer itself cannot start.
pub fn missing_elements(names: &[&str]) -> Result<Vec<String>> {
    gstreamer::init().map_err(|error| Error::Media(error.to_string()))?;
    let missing = names.iter().filter(|name| gstreamer::ElementFactory::find(name).is_none());
    Ok(missing.map(|name| (*name).to_owned()).collect())
}
