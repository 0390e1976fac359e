//! The record: what sources offer, what a meeting keeps of it, and the one timeline that live, DVR and VOD are views of.
//!
//! `ingest` offers parts to the [`intake`]; a [`recording`] that listens makes them durable and only then public;
//! `player` reads playlists and bytes. It knows no GStreamer, no HTTP and no database:
//! the disk is the truth, and the catalogue can be rebuilt from it.

mod alarm;
pub mod captions;
mod conductor;
mod disk;
mod download;
pub mod films;
mod finished;
pub mod fuzz;
mod hls;
pub mod intake;
mod interpretation;
mod journal;
pub mod media;
mod positions;
mod program;
pub mod recording;
mod rendition;
mod room;
mod run;
mod slate;
pub mod sources;
pub mod store;
mod stretches;
mod take;
mod thumbnails;
mod timeline;
pub mod verify;

pub use council::{Clock, Language, MeetingId, SourceId};
pub use films::Films;
pub use intake::Intake;
pub use recording::{Recording, Rendition};
pub use sources::Sources;
pub use store::Store;
