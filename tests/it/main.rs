//! The integration tests: one binary, a module for each way through the product.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "in a test a failed unwrap is a failed test, and figures are printed"
)]

mod tree;

mod acme;
mod away;
#[path = "../../vod-store/tests/it/camera.rs"]
mod camera;
mod captions;
mod crash;
mod delivery;
mod doors;
mod download;
mod films;
mod floor;
mod house;
mod in_camera;
mod interventions;
mod languages;
mod letters;
mod renditions;
mod server;
mod sources;
mod studio;
mod votes;
mod ways;
mod words;
mod world;
