//! `bema import`: an old film becomes a recording like any other.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::Args;
use council::{SourceId, meeting::NewMeeting, municipality::Municipality, rebuild::Found};
use ingest::WorkerCommand;
use vod_store::store::About;

use super::print;
use crate::{config::Config, lifecycle::Parts};

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
    film(&parts, here, &options.film, new).await?;
    parts.store.close().await;
    parts.council.close().await;
    Ok(ExitCode::SUCCESS)
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

/// Takes a film in as an ended meeting that began when `new` says.
pub(crate) async fn film(parts: &Parts, here: &Municipality, film: &Path, new: NewMeeting) -> anyhow::Result<()> {
    let began_at_ms = new.starts_at_ms;
    let (meeting, source) = (council::MeetingId::new(), SourceId::new());
    let bodies = parts.council.bodies(here.id).await?;
    let body = bodies.into_iter().find(|body| body.id == new.body).context("the body is not the municipality's")?;
    let about = About {
        municipality: here.slug.clone(),
        body: body.slug,
        body_name: body.name.el,
        title: new.title,
        place: new.place,
        starts_at_ms: new.starts_at_ms,
        agenda: new.agenda,
    };
    let recording = parts.store.import(meeting, &about, source, began_at_ms).await?;
    let mut workers = WorkerCommand::this_program()?;
    if let Ok(language) = here.default_language.parse() {
        workers.profile.chamber = language;
    }
    let mut told = 0;
    let taken = ingest::import::film(film, parts.store.intake(), source, began_at_ms, &workers, |done| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of one is a percentage")]
        let percent = (done * 100.0) as u32 / 10 * 10;
        if percent > told {
            told = percent;
            print(&format!("  {percent} %\n"));
        }
    })
    .await;
    // What was taken before a fault is kept and can be seen; the fault is said.
    parts.store.end(meeting).await?;
    taken.with_context(|| format!("the film {}", film.display()))?;
    let ended_at_ms = began_at_ms + i64::try_from(recording.duration_ms())?;
    let found = Found {
        meeting,
        municipality_slug: about.municipality,
        body_slug: about.body,
        body_name: about.body_name,
        title: about.title,
        place: about.place,
        starts_at_ms: about.starts_at_ms,
        agenda: about.agenda,
        began_at_ms,
        ended_at_ms: Some(ended_at_ms),
    };
    parts.council.restore(&found).await?;
    Ok(())
}
