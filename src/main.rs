//! `bema`: one binary; its commands lie in `commands/`, one file each.

mod commands;
mod config;
mod films;
mod keys;
mod lifecycle;
mod log;
mod post;
mod sources;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    match commands::run(commands::Line::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bema: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}
