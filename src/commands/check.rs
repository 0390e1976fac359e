//! `bema check-config`.

use std::{path::Path, process::ExitCode};

use super::print;
use crate::config::Config;

pub(crate) fn run(file: Option<&Path>) -> anyhow::Result<ExitCode> {
    Config::read(file)?;
    let what = file.map_or_else(|| "the defaults".to_owned(), |file| file.display().to_string());
    print(&format!("{what}: sound\n"));
    Ok(ExitCode::SUCCESS)
}
