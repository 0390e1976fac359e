//! The commands of `bema`, one file each.

mod check;
mod demo;
mod doctor;
mod import;
mod rebuild;
mod serve;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::config::{Config, DEFAULTS};

/// A town's council in the open: transmit it, keep it, find it again.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Line {
    /// The settings' file; without one the defaults hold (`bema config` prints them).
    #[arg(long, short, global = true, env = "BEMA_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve: take in the encoders' streams, keep them, show them.
    Serve,
    /// Serve a demonstration: a municipality with a council in session now and an archive.
    Demo(demo::Options),
    /// Say whether the settings are sound.
    CheckConfig,
    /// Print the settings with their defaults and what they mean.
    Config,
    /// Look over this machine: media elements, disk, clock, ports, database; what to do about each.
    Doctor,
    /// Put meetings that the disk knows and the database does not back into the database.
    Rebuild,
    /// Follow every journal's chain and hash every byte of the record again.
    Verify,
    /// Take a film of an old meeting into the archive.
    Import(import::Options),
    /// The child process that reads foreign media; started by `serve`, not by hand.
    #[command(hide = true)]
    MediaWorker {
        /// How to work, as JSON.
        profile: ingest::worker::Profile,
    },
}

/// Runs a command line.
pub(crate) fn run(line: Line) -> anyhow::Result<ExitCode> {
    let file = line.config.as_deref();
    match line.command {
        Command::MediaWorker { profile } => {
            ingest::worker::run(&profile)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Config => {
            print(DEFAULTS);
            Ok(ExitCode::SUCCESS)
        }
        Command::CheckConfig => check::run(file),
        Command::Serve => in_runtime(serve::run(started(Config::read(file)?)?)),
        Command::Demo(options) => in_runtime(demo::run(started(options.config(Config::read(file)?))?, options)),
        Command::Doctor => in_runtime(doctor::run(Config::read(file)?)),
        Command::Rebuild => in_runtime(rebuild::run(started(Config::read(file)?)?)),
        Command::Verify => verify::run(&started(Config::read(file)?)?),
        Command::Import(options) => in_runtime(import::run(started(Config::read(file)?)?, options)),
    }
}

fn started(config: Config) -> anyhow::Result<Config> {
    crate::log::start(&config.log)?;
    Ok(config)
}

fn in_runtime(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// What a command says to whoever called it.
#[expect(clippy::print_stdout, reason = "the one place where commands speak")]
pub(crate) fn print(text: &str) {
    print!("{text}");
}
