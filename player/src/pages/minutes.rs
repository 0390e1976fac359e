//! Draft minutes: what the clerk noted of a meeting, line by line with the moment of each; to be read, printed and corrected.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use council::{
    MeetingId,
    agenda::Agenda,
    meeting::{Meeting, Stage},
};

use super::{
    Around,
    agenda::Shown,
    frame::{Frame, Section},
    html,
    line::Line,
    votes::There,
};
use crate::{
    App,
    error::{Error, Result},
};

#[derive(Template)]
#[template(path = "minutes.html")]
pub(super) struct MinutesPage {
    frame: Frame,
    line: Line,
    place: String,
    /// From when until when it was held, or since when it is.
    held: String,
    /// Who was there when the roll was called; none where that was not noted.
    there: Option<There>,
    agenda: Shown,
}

pub(super) async fn page(State(app): State<App>, around: Around, Path(id): Path<String>) -> Result<Response> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let here = around.here();
    let (meeting, agenda) = (app.council.meeting(here, id).await?, app.council.agenda(here, id).await?);
    let began_ms = app.store.recording(id).await?.map(|recording| recording.began_at_ms());
    let frame = around.frame(Section::Elsewhere);
    let now_ms = app.council.clock().now_ms();
    minutes_page(frame, &meeting, &agenda, began_ms, now_ms).map(|page| html(&page))
}

/// # Errors
/// [`Error::NotFound`] for a meeting that has not been held.
pub(super) fn minutes_page(
    frame: Frame,
    meeting: &Meeting,
    agenda: &Agenda,
    began_ms: Option<i64>,
    now_ms: i64,
) -> Result<MinutesPage> {
    let line = Line::of(&frame, meeting, now_ms);
    let held = match meeting.stage {
        Stage::Ended { started_at_ms, ended_at_ms } => frame.when.span(started_at_ms, ended_at_ms),
        Stage::Live { .. } | Stage::Paused { .. } | Stage::InCamera { .. } => line.began.clone(),
        Stage::Scheduled | Stage::Cancelled { .. } => return Err(Error::NotFound),
    };
    let frame = frame.with_moments_at(&line.href);
    let live = meeting.stage.in_session().is_some();
    Ok(MinutesPage {
        place: meeting.place.clone(),
        held,
        there: There::called(&frame, agenda, began_ms),
        agenda: Shown::of(&frame, agenda, live, began_ms),
        line,
        frame,
    })
}
