//! The page of all interventions of a meeting, with what became of them, and the visitor's own alone.

use ::chat::intervention::{View, report::Report};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use council::{MeetingId, agenda::Agenda, meeting::Meeting};

use super::{Asked, BESIDE, Of, Shown};
use crate::{
    App,
    error::{Error, Result},
    floor,
    pages::{
        Around, chat,
        frame::{Frame, Section},
        html,
        line::Line,
    },
};

/// The page of all interventions of a meeting.
#[derive(Template)]
#[template(path = "interventions-page.html")]
pub(in crate::pages) struct InterventionsPage {
    frame: Frame,
    line: Line,
    asked: Option<Shown>,
    /// What became of all of them: in words, and how many.
    report: Vec<(String, String)>,
}

/// The visitor's own alone: a page that is open takes them anew when something became of one.
#[derive(Template)]
#[template(path = "interventions-own.html")]
struct OwnPart {
    frame: Frame,
    line: Line,
    asked: Shown,
}

/// Everything that a page of a meeting's interventions is made of.
struct Found {
    meeting: Meeting,
    agenda: Agenda,
    view: View,
    began_ms: Option<i64>,
    account: Option<String>,
}

async fn find(app: &App, around: &Around, id: &str, headers: &HeaderMap) -> Result<Found> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let here = around.visitor.here.id;
    let (meeting, agenda) = (app.council.meeting(here, id).await?, app.council.agenda(here, id).await?);
    let asker = floor::onlooker(app, &around.visitor, headers);
    let view = app.floor.room(here, id).await?.interventions(&asker).await?;
    let began_ms = app.store.recording(id).await?.map(|recording| recording.began_at_ms());
    Ok(Found { meeting, agenda, view, began_ms, account: asker.name })
}

pub(in crate::pages) async fn page(
    State(app): State<App>,
    around: Around,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response> {
    let found = find(&app, &around, &id, &headers).await?;
    let who = (found.account, around.visitor.moderator().is_some());
    let frame = around.frame(Section::Elsewhere);
    let of = Of { stage: &found.meeting.stage, agenda: &found.agenda, began_ms: found.began_ms };
    let shown = Shown::of(&frame, of, &found.view, who, &asked, usize::MAX);
    let now_ms = app.council.clock().now_ms();
    Ok(html(&interventions_page(frame, &found.meeting, shown, &found.view.report, now_ms)))
}

pub(in crate::pages) fn interventions_page(
    frame: Frame,
    meeting: &Meeting,
    asked: Option<Shown>,
    report: &Report,
    now_ms: i64,
) -> InterventionsPage {
    let (line, report) = (Line::of(&frame, meeting, now_ms), figures(&frame, report));
    InterventionsPage { frame: frame.with_script("chat.js"), line, asked, report }
}

pub(in crate::pages) async fn own(
    State(app): State<App>,
    around: Around,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let found = find(&app, &around, &id, &headers).await?;
    let frame = around.frame(Section::Elsewhere);
    let of = Of { stage: &found.meeting.stage, agenda: &found.agenda, began_ms: found.began_ms };
    let shown = Shown::of(&frame, of, &found.view, (found.account, false), &Asked::default(), BESIDE);
    let line = Line::of(&frame, &found.meeting, app.council.clock().now_ms());
    Ok(html(&OwnPart { frame, line, asked: shown.ok_or(Error::NotFound)? }))
}

/// The fairness report, a line each; what there was none of is left out, but for the first ones.
fn figures(frame: &Frame, report: &Report) -> Vec<(String, String)> {
    let t = frame.t;
    let line = |key: &str, count: usize| (t.get(&format!("intervention-report-{key}")), count.to_string());
    let mut figures = vec![line("received", report.received), line("approved", report.approved)];
    let rejected: usize = report.rejected.iter().map(|(_, count)| count).sum();
    figures.push(line("rejected", rejected));
    for (code, count) in &report.rejected {
        figures.push((t.with("intervention-report-because", "value", chat::code_word(t, *code)), count.to_string()));
    }
    for (key, count) in [
        ("appealed", report.appealed),
        ("upheld", report.upheld),
        ("merged", report.merged),
        ("withdrawn", report.withdrawn),
        ("waiting", report.waiting),
        ("spoken", report.spoken),
        ("written", report.written),
        ("deferred", report.deferred),
        ("open", report.open),
    ] {
        if count > 0 {
            figures.push(line(key, count));
        }
    }
    if let Some(median_ms) = report.median_ms {
        figures.push((t.get("intervention-report-median"), frame.when.duration(median_ms)));
    }
    figures
}
