//! The integration tests: one binary, a module for each way through the product.

mod tree;

#[path = "../../vod-store/tests/camera/mod.rs"]
mod camera;
mod crash;
mod delivery;
mod house;
mod server;
mod studio;
