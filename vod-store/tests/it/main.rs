//! The record as its users meet it: real disks, made-up parts over a real feed.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "in a test a failed unwrap is a failed test")]

mod booth;
mod borders;
mod camera;
mod faults;
mod in_camera;
mod interpreters;
mod languages;
mod mounted;
mod record;
mod rendition;
mod watching;
