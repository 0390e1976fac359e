//! `bema import`: an old film becomes a recording like any other.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::Args;
use council::{MeetingId, meeting::NewMeeting, municipality::Municipality};

use super::print;
use crate::{config::Config, films, lifecycle::Parts};

/// What is imported, and as what.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// The film: MP4, MOV, MKV or WebM.
    film: PathBuf,
    /// The municipality's slug; needed where there are several.
    #[arg(long)]
    municipality: Option<String>,
    /// The body's slug; needed where there are several.
    #[arg(long)]
    body: Option<String>,
    /// The meeting's title.
    #[arg(long)]
    title: String,
    /// Where it was held.
    #[arg(long, default_value = "")]
    place: String,
    /// When it began, in the municipality's time: 2019-03-27T18:00.
    #[arg(long)]
    began: jiff::civil::DateTime,
}

pub(crate) async fn run(config: Config, options: Options) -> anyhow::Result<ExitCode> {
    let parts = Parts::open(&config).await?;
    let all = parts.council.municipalities().await?;
    let here = one(&all, |here| &here.slug, options.municipality.as_deref(), "municipality")?;
    let bodies = parts.council.bodies(here.id).await?;
    let body = one(&bodies, |body| &body.slug, options.body.as_deref(), "body")?;
    let starts_at_ms = options.began.in_tz(&here.time_zone)?.timestamp().as_millisecond();
    let new =
        NewMeeting { body: body.id, title: options.title, place: options.place, starts_at_ms, agenda: Vec::new() };
    let cut_short = film(&parts, here, MeetingId::new(), &options.film, new).await?;
    parts.store.close().await;
    parts.council.close().await;
    match cut_short {
        None => Ok(ExitCode::SUCCESS),
        Some(what) => {
            anyhow::bail!("not all of {} could be read, and the rest is kept: {what}", options.film.display())
        }
    }
}

/// Takes a film in and says how far it has come; answers why not all of it could be read, where that is so.
pub(crate) async fn film(
    parts: &Parts,
    here: &Municipality,
    meeting: MeetingId,
    film: &Path,
    new: NewMeeting,
) -> anyhow::Result<Option<ingest::Error>> {
    let mut told = 0;
    let taken = films::film(parts, here, meeting, film, new, |done| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of one is a percentage")]
        let percent = (done * 100.0) as u32 / 10 * 10;
        if percent > told {
            told = percent;
            print(&format!("  {percent} %\n"));
        }
    })
    .await;
    taken.with_context(|| format!("the film {}", film.display()))
}

/// The one that is named, or the only one.
fn one<'a, T>(all: &'a [T], slug: impl Fn(&T) -> &String, named: Option<&str>, what: &str) -> anyhow::Result<&'a T> {
    let slugs = || all.iter().map(|one| slug(one).as_str()).collect::<Vec<_>>().join(", ");
    match (named, all) {
        (Some(named), _) => {
            all.iter().find(|one| slug(one) == named).with_context(|| format!("--{what}: one of {}", slugs()))
        }
        (None, [only]) => Ok(only),
        (None, _) => anyhow::bail!("name the {what} with --{what}: one of {}", slugs()),
    }
}
