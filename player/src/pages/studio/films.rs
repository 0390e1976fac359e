//! Films of old meetings: what has become of those that were sent, and the form that sends another.

use askama::Template;
use axum::{extract::State, response::Response};
use council::{meeting::TITLE_MAX, municipality::Body};
use vod_store::{
    films::{Film, Stage},
    intake::Cause,
};

use super::{Asked, Field, Frame, Kind, Refused, Section, Staff, html, monitor};
use crate::{App, error::Result};

#[derive(Template)]
#[template(path = "films.html")]
pub(in crate::pages) struct FilmsPage {
    frame: Frame,
    films: Vec<Row>,
    refused: Option<Refused>,
    fields: Vec<Field>,
}

/// A film as a line of the list.
struct Row {
    id: String,
    title: String,
    when: String,
    /// The file's name and size.
    file: String,
    name: String,
    size: u64,
    /// How far it has got, as a sentence.
    state: String,
    /// Why it could not be read, as a sentence with what to do.
    why: Option<String>,
    /// The technical side of that, in English.
    what: Option<String>,
    /// The share of the present stage, in thousandths, while it lasts.
    thousandths: Option<u16>,
    /// It can be gone on with.
    coming: bool,
    /// It can be tried again.
    failed: bool,
    /// It can be let go.
    loose: bool,
    /// Where its recording is.
    href: Option<String>,
}

pub(in crate::pages) async fn films(State(app): State<App>, staff: Staff, asked: Asked) -> Result<Response> {
    let here = staff.clerk.here.id;
    let bodies = app.council.bodies(here).await?;
    let mut films = app.store.films().list().await.map_err(crate::error::Error::from)?;
    films.retain(|film| film.about.municipality == here);
    Ok(html(&films_page(staff.frame(Section::Studio), &films, &bodies, &asked)))
}

pub(in crate::pages) fn films_page(frame: Frame, films: &[Film], bodies: &[Body], asked: &Asked) -> FilmsPage {
    let mut fields = if bodies.is_empty() { Vec::new() } else { fields(&frame, bodies) };
    let mut refused = Refused::read(frame.t, asked.error.as_deref());
    Refused::mark(&mut refused, &mut fields);
    FilmsPage { films: films.iter().rev().map(|film| row(&frame, film)).collect(), refused, fields, frame }
}

fn row(frame: &Frame, film: &Film) -> Row {
    let t = frame.t;
    let (about, size) = (&film.about, film.about.size);
    let come = u16::try_from(u128::from(film.received) * 1000 / u128::from(size.max(1))).unwrap_or(1000);
    let (mut why, mut what) = (None, None);
    let mut reason = |cause: Cause, said: &str| {
        why = Some(t.get(cause_key(cause)));
        what = says_more(cause).then(|| said.to_owned());
    };
    let (state, thousandths, meeting) = match &film.stage {
        Stage::Coming => (t.with("old-films-coming", "percent", come / 10), Some(come), None),
        Stage::Waiting => (t.get("old-films-waiting"), None, None),
        Stage::Reading { .. } => {
            let percent = film.thousandths / 10;
            (t.with("old-films-reading", "percent", percent), Some(film.thousandths), None)
        }
        Stage::Done { meeting } => (t.get("old-films-done"), None, Some(meeting)),
        Stage::CutShort { meeting, cause, what } => {
            reason(*cause, what);
            (t.get("old-films-cut-short"), None, Some(meeting))
        }
        Stage::Failed { cause, what } => {
            reason(*cause, what);
            (t.get("old-films-failed"), None, None)
        }
    };
    Row {
        id: film.id.to_string(),
        title: about.title.clone(),
        when: format!("{}, {}", frame.when.day(about.began_at_ms), frame.when.time(about.began_at_ms)),
        file: format!("{}, {}", about.name, monitor::bytes(t, size)),
        name: about.name.clone(),
        size,
        state,
        why,
        what,
        thousandths,
        coming: film.stage == Stage::Coming,
        failed: matches!(film.stage, Stage::Failed { .. }),
        loose: !matches!(film.stage, Stage::Waiting | Stage::Reading { .. }),
        href: meeting.map(|meeting| format!("/meetings/{meeting}")),
    }
}

/// The words for why a film could not be read.
fn cause_key(cause: Cause) -> &'static str {
    match cause {
        Cause::UnknownFormat => "old-films-cause-format",
        Cause::NoPictures => "old-films-cause-no-pictures",
        Cause::UnknownCodec => "old-films-cause-codec",
        Cause::Configuration | Cause::Damaged => "old-films-cause-damaged",
        Cause::Stuck => "old-films-cause-stuck",
        Cause::Crashed => "old-films-cause-crashed",
        // No camera sends a film.
        Cause::Camera | Cause::Server => "old-films-cause-server",
    }
}

/// Whether an expert learns more from the technical side than the words say.
fn says_more(cause: Cause) -> bool {
    !matches!(cause, Cause::UnknownFormat | Cause::NoPictures | Cause::Stuck)
}

fn fields(frame: &Frame, bodies: &[Body]) -> Vec<Field> {
    let t = frame.t;
    let name = |body: &Body| (body.id.to_string(), body.name.in_language(t.language()).to_owned());
    vec![
        Field::of(Kind::File, "film", t.get("field-film")).hint(t.get("field-film-hint")),
        Field::of(Kind::Choice(bodies.iter().map(name).collect()), "body", t.get("field-body")),
        Field::text("title", t.get("field-title")).hint(t.get("field-title-hint")).characters(0, TITLE_MAX),
        Field::text("place", t.get("field-place")).characters(0, TITLE_MAX).optional(),
        Field::of(Kind::Date, "date", t.get("field-date")),
        Field::of(Kind::Time, "time", t.get("field-began")).hint(t.get("field-began-hint")).value("18:00".to_owned()),
    ]
}
