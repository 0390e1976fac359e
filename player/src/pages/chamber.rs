//! The hall's own screen: where the meeting is, who speaks and for how long yet, the vote as it comes in, and the citizen's
//! intervention that is before the council. Nothing to press.

use ::chat::intervention::View;
use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use council::{
    agenda::{Agenda, Item},
    meeting::{Meeting, Stage},
};

use super::{
    Around,
    frame::{Frame, Section},
    html,
    line::Line,
    overlay::{self, Before},
    votes::{There, Voted},
};
use crate::{App, error::Result};

#[derive(Template)]
#[template(path = "chamber.html")]
pub(super) struct ChamberPage {
    frame: Frame,
    line: Line,
    /// What stands there instead of an item: that it has not begun, pauses, is behind closed doors, or is over.
    notice: String,
    item: Option<Current>,
    /// The line of the item that comes next.
    next: String,
    /// Who has the floor, and until when, milliseconds UTC.
    speaker: Option<(String, Option<i64>)>,
    /// The vote that goes on, or the last one on the item.
    vote: Option<Voted>,
    there: Option<There>,
    before: Before,
}

/// The item that the meeting is at.
struct Current {
    number: String,
    title: String,
}

pub(super) async fn page(
    State(app): State<App>,
    around: Around,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let (meeting, agenda, view) = overlay::seen(&app, &around, &id, &headers).await?;
    let now_ms = app.council.clock().now_ms();
    Ok(html(&chamber_page(around.frame(Section::Elsewhere), &meeting, &agenda, &view, now_ms)))
}

pub(super) fn chamber_page(frame: Frame, meeting: &Meeting, agenda: &Agenda, view: &View, now_ms: i64) -> ChamberPage {
    let t = frame.t;
    let live = matches!(meeting.stage, Stage::Live { .. });
    let now = agenda.current().filter(|_| live);
    let item = now.and_then(|moment| agenda.item(moment.item));
    let notice = match meeting.stage {
        Stage::Live { .. } if item.is_some() => String::new(),
        Stage::Live { .. } => t.get("desk-nothing-yet"),
        Stage::Scheduled => t.get("before-title"),
        Stage::Paused { .. } => t.get("stage-paused"),
        Stage::InCamera { .. } => t.get("stage-in_camera"),
        Stage::Ended { .. } => t.get("stage-ended"),
        Stage::Cancelled { .. } => t.get("cancelled-title"),
    };
    let speaking = agenda.speaking().filter(|speech| item.is_some_and(|item| item.id == speech.item));
    let last = item.and_then(|item| agenda.votes_on(item.id).next_back());
    ChamberPage {
        line: Line::of(&frame, meeting, now_ms),
        before: Before::of(&frame, meeting.id, agenda, view),
        notice,
        item: item.map(|item| Current { number: item.number.clone(), title: item.title.clone() }),
        next: agenda.next().filter(|_| live).map(Item::line).unwrap_or_default(),
        speaker: speaking.map(|speech| (speech.line(), speech.limit_ms.map(|limit_ms| speech.at_ms + limit_ms))),
        vote: agenda.open_vote().filter(|_| live).or(last).map(|vote| Voted::of(&frame, vote, None)),
        there: There::of(&frame, agenda, None).filter(|_| meeting.stage.in_session().is_some()),
        frame,
    }
}
