//! Real encoders, a real server, real worker processes and a real record.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends with where it stood")]

mod bench;
mod film;
mod hevc;
mod languages;
mod rendition;
mod rtmp;
mod rtsp;
mod sandbox;
mod srt;
mod worker;
