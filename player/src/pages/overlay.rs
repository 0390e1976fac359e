//! The intervention that stands before the council: large on the hall's screen, and over the picture of a broadcast.

use ::chat::intervention::{Public, State as Became, View};
use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use council::{MeetingId, agenda::Agenda, meeting::Meeting};

use super::{
    Around,
    frame::{Frame, Section},
    html,
    interventions::{item_line, kind_word},
    line::Line,
};
use crate::{
    App,
    error::{Error, Result},
    floor,
};

/// What lies over the picture of a broadcast: all but the intervention is transparent, and there is nothing to press.
#[derive(Template)]
#[template(path = "overlay.html")]
pub(super) struct OverlayPage {
    frame: Frame,
    line: Line,
    before: Before,
}

/// What is before the council.
pub(super) struct Before {
    /// The meeting's id.
    pub(super) meeting: String,
    pub(super) shown: Option<Put>,
    /// The agenda's items, for the one that is to come: id and line.
    pub(super) items: Vec<(String, String)>,
}

/// The intervention that is before the council.
pub(super) struct Put {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) item: String,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) supports: String,
}

impl Before {
    pub(super) fn of(frame: &Frame, meeting: MeetingId, agenda: &Agenda, view: &View) -> Self {
        let put = |one: &Public| Put {
            id: one.id.to_string(),
            kind: kind_word(frame.t, one.kind),
            item: item_line(agenda, one.item).unwrap_or_default(),
            name: if one.name.is_empty() { frame.t.get("asking-anonymous") } else { one.name.clone() },
            text: one.text.clone(),
            supports: frame.t.with("asking-supports", "value", one.supports),
        };
        let on_screen = |one: &&Public| matches!(one.state, Became::OnScreen { .. });
        let line = |id| item_line(agenda, Some(id));
        let items = agenda.items.iter().filter_map(|item| Some((item.id.to_string(), line(item.id)?)));
        Self { meeting: meeting.to_string(), shown: view.shown.iter().find(on_screen).map(put), items: items.collect() }
    }
}

/// A meeting, its agenda and what is asked in it, for a screen at which nobody sits.
pub(super) async fn seen(app: &App, around: &Around, id: &str, headers: &HeaderMap) -> Result<(Meeting, Agenda, View)> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let here = around.visitor.here.id;
    let (meeting, agenda) = (app.council.meeting(here, id).await?, app.council.agenda(here, id).await?);
    let asker = floor::onlooker(app, &around.visitor, headers);
    let view = app.floor.room(here, id).await?.interventions(&asker).await?;
    Ok((meeting, agenda, view))
}

pub(super) async fn page(
    State(app): State<App>,
    around: Around,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let (meeting, agenda, view) = seen(&app, &around, &id, &headers).await?;
    let frame = around.frame(Section::Elsewhere);
    Ok(html(&overlay_page(frame, &meeting, &agenda, &view, app.council.clock().now_ms())))
}

pub(super) fn overlay_page(frame: Frame, meeting: &Meeting, agenda: &Agenda, view: &View, now_ms: i64) -> OverlayPage {
    let before = Before::of(&frame, meeting.id, agenda, view);
    OverlayPage { line: Line::of(&frame, meeting, now_ms), before, frame }
}
