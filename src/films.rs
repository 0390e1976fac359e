//! Films become recordings: those that clerks send, one after another, and those that a command names.

use std::path::Path;

use anyhow::Context;
use council::{MeetingId, SourceId, meeting::NewMeeting, municipality::Municipality, rebuild::Found};
use ingest::WorkerCommand;
use tokio_util::sync::CancellationToken;
use vod_store::{
    films::{Film, Stage},
    intake::Cause,
    store::About,
};

use crate::lifecycle::{self, Parts};

/// Takes in the films that clerks send, one at a time, until `stopping`.
pub(crate) async fn take_in(parts: Parts, stopping: CancellationToken) {
    let mut whole = parts.store.films().whole();
    loop {
        whole.mark_unchanged();
        match waiting(&parts).await {
            Ok(Some(film)) => {
                tokio::select! {
                    () = stopping.cancelled() => return,
                    () = one(&parts, film) => continue,
                }
            }
            Ok(None) => {}
            Err(error) => tracing::error!(error = format!("{error:#}"), "the films that were sent cannot be read"),
        }
        tokio::select! {
            () = stopping.cancelled() => return,
            changed = whole.changed() => if changed.is_err() { return },
        }
    }
}

/// After a stop or a crash in the middle of a film: what had been made of it is taken back, and it waits again.
pub(crate) async fn begin_again(parts: &Parts) -> anyhow::Result<()> {
    for film in parts.store.films().list().await? {
        let Stage::Reading { meeting } = film.stage else { continue };
        match parts.store.take_back(meeting).await {
            Ok(()) => parts.store.films().moved(&film, Stage::Waiting).await?,
            // It was finished, and only the word of it was lost.
            Err(vod_store::store::Error::State(_)) => {
                parts.council.restore(&found(parts, &film, meeting).await?).await?;
                parts.store.films().moved(&film, Stage::Done { meeting }).await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn waiting(parts: &Parts) -> anyhow::Result<Option<Film>> {
    let films = parts.store.films().list().await?;
    Ok(films.into_iter().find(|film| film.stage == Stage::Waiting))
}

async fn one(parts: &Parts, film: Film) {
    let films = parts.store.films();
    let meeting = MeetingId::new();
    let taken = async {
        films.moved(&film, Stage::Reading { meeting }).await?;
        let here = parts.council.municipalities().await?;
        let here = here.into_iter().find(|here| here.id == film.about.municipality).context("its municipality")?;
        let new = NewMeeting {
            body: film.about.body,
            title: film.about.title.clone(),
            place: film.about.place.clone(),
            starts_at_ms: film.about.began_at_ms,
            agenda: Vec::new(),
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of one, in thousandths")]
        let told = |share: f64| films.progress(film.id, (share * 1000.0) as u16);
        self::film(parts, &here, meeting, &films.path(film.id), new, told).await
    };
    let stage = match taken.await {
        Ok(None) => Stage::Done { meeting },
        Ok(Some(error)) => {
            tracing::warn!(film = %film.id, %meeting, %error, "not all of a film could be read");
            let (cause, what) = why(&error);
            Stage::CutShort { meeting, cause, what }
        }
        Err(error) => {
            tracing::warn!(film = %film.id, error = format!("{error:#}"), "a film was not taken in");
            let server = || (Cause::Server, format!("{error:#}"));
            let (cause, what) = error.downcast_ref().map_or_else(server, why);
            Stage::Failed { cause, what }
        }
    };
    if let Err(error) = films.moved(&film, stage).await {
        tracing::error!(film = %film.id, %error, "how far the film has got cannot be noted");
    }
}

/// Why a film could not be read, and the technical side of it.
fn why(error: &ingest::Error) -> (Cause, String) {
    match error {
        ingest::Error::Film { cause, what } => (*cause, what.clone()),
        // The worker did not start, or a pipe failed.
        error => (Cause::Server, error.to_string()),
    }
}

async fn found(parts: &Parts, film: &Film, meeting: MeetingId) -> anyhow::Result<Found> {
    let recording = parts.store.recording(meeting).await?.context("the recording")?;
    let about = recording.about().clone();
    let began_at_ms = film.about.began_at_ms;
    let ended_at_ms = Some(began_at_ms + i64::try_from(recording.duration_ms())?);
    Ok(lifecycle::found(meeting, about, began_at_ms, ended_at_ms))
}

/// Takes a film in as an ended meeting that began when `new` says; `told` hears the share of it that has been read.
/// Answers why not all of it could be read, where that is so; where nothing could, that is an error, and nothing is left.
pub(crate) async fn film(
    parts: &Parts,
    here: &Municipality,
    meeting: MeetingId,
    film: &Path,
    new: NewMeeting,
    told: impl FnMut(f64) + Send,
) -> anyhow::Result<Option<ingest::Error>> {
    let began_at_ms = new.starts_at_ms;
    let source = SourceId::new();
    let bodies = parts.council.bodies(here.id).await?;
    let body = bodies.into_iter().find(|body| body.id == new.body).context("the body is not the municipality's")?;
    let about = About {
        municipality: here.slug.clone(),
        body: body.slug,
        body_name: body.name.el,
        title: new.title,
        place: new.place,
        starts_at_ms: new.starts_at_ms,
        agenda: new.agenda.iter().map(council::agenda::NewItem::line).collect(),
    };
    let recording = parts.store.import(meeting, &about, source, began_at_ms).await?;
    let mut workers = WorkerCommand::this_program()?;
    if let Ok(language) = here.default_language.parse() {
        workers.profile.chamber = language;
    }
    let taken = ingest::import::film(film, parts.store.intake(), source, began_at_ms, &workers, told).await;
    let unread = taken.err();
    if recording.duration_ms() == 0
        && let Some(error) = unread
    {
        parts.store.abandon(meeting).await?;
        return Err(error.into());
    }
    parts.store.end(meeting).await?;
    let ended_at_ms = began_at_ms + i64::try_from(recording.duration_ms())?;
    parts.council.restore(&lifecycle::found(meeting, about, began_at_ms, Some(ended_at_ms))).await?;
    Ok(unread)
}
