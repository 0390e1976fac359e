//! What a clerk has to do: today's meetings, the coming ones, and calling a new one.

use askama::Template;
use axum::{extract::State, response::Response};
use council::{
    meeting::{Listing, TITLE_MAX},
    municipality::Body,
};

use super::{Asked, Field, Frame, Kind, Line, Refused, Section, Staff, html};
use crate::{App, error::Result};

#[derive(Template)]
#[template(path = "desk.html")]
pub(in crate::pages) struct DeskPage {
    frame: Frame,
    today: Vec<Line>,
    coming: Vec<Line>,
    /// How many sources there are, as a sentence.
    sources: String,
    refused: Option<Refused>,
    fields: Vec<Field>,
}

pub(in crate::pages) async fn desk(State(app): State<App>, staff: Staff, asked: Asked) -> Result<Response> {
    let here = staff.clerk.here.id;
    let listing = app.council.listing(here, 0).await?;
    let bodies = app.council.bodies(here).await?;
    let sources = app.council.sources(here).await?.len();
    let now_ms = app.council.clock().now_ms();
    Ok(html(&desk_page(staff.frame(Section::Studio), &listing, &bodies, sources, now_ms, &asked)))
}

pub(in crate::pages) fn desk_page(
    frame: Frame,
    listing: &Listing,
    bodies: &[Body],
    sources: usize,
    now_ms: i64,
    asked: &Asked,
) -> DeskPage {
    // A meeting whose hour has passed without a beginning still waits for its clerk.
    let due = |at_ms: i64| at_ms <= now_ms || frame.when.same_day(at_ms, now_ms);
    let (due, later): (Vec<_>, Vec<_>) = listing.next.iter().partition(|meeting| due(meeting.starts_at_ms));
    let ended = listing.past.iter().filter(|meeting| frame.when.same_day(meeting.starts_at_ms, now_ms));
    let today = listing.now.iter().chain(due).chain(ended).map(|meeting| Line::of(&frame, meeting, now_ms)).collect();
    let coming = later.into_iter().map(|meeting| Line::of(&frame, meeting, now_ms)).collect();
    let mut fields = if bodies.is_empty() { Vec::new() } else { meeting_fields(&frame, bodies, now_ms) };
    let mut refused = Refused::read(frame.t, asked.error.as_deref());
    Refused::mark(&mut refused, &mut fields);
    asked.typed.fill(frame.t, &mut fields);
    DeskPage {
        today,
        coming,
        sources: match sources {
            0 => frame.t.get("sources-empty"),
            _ => frame.t.with("sources-count", "count", sources),
        },
        refused,
        fields,
        frame,
    }
}

fn meeting_fields(frame: &Frame, bodies: &[Body], now_ms: i64) -> Vec<Field> {
    let t = frame.t;
    let name = |body: &Body| (body.id.to_string(), body.name.in_language(t.language()).to_owned());
    vec![
        Field::of(Kind::Choice(bodies.iter().map(name).collect()), "body", t.get("field-body")),
        Field::text("title", t.get("field-title")).hint(t.get("field-title-hint")).characters(0, TITLE_MAX),
        Field::text("place", t.get("field-place")).characters(0, TITLE_MAX).optional(),
        Field::of(Kind::Date, "date", t.get("field-date")).value(frame.when.field(now_ms)),
        Field::of(Kind::Time, "time", t.get("field-time")).value("18:00".to_owned()),
        Field::of(Kind::Lines, "agenda", t.get("field-agenda")).hint(t.get("field-agenda-hint")).optional(),
    ]
}
