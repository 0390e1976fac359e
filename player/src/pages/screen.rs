//! What stands before the council: large on the chamber's screen, and over the picture of a broadcast.

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

/// The page of a screen: no navigation and nothing to press.
#[derive(Template)]
#[template(path = "screen.html")]
pub(super) struct ScreenPage {
    frame: Frame,
    line: Line,
    /// Whether it lies over a picture, so that all but the intervention is transparent.
    overlay: bool,
    shown: Option<Put>,
    /// The agenda's items, for the one that is to come: id and line.
    items: Vec<(String, String)>,
}

/// The intervention that is before the council.
struct Put {
    id: String,
    kind: String,
    item: String,
    name: String,
    text: String,
    supports: String,
}

pub(super) async fn screen(
    State(app): State<App>,
    around: Around,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    show(app, around, &id, headers, false).await
}

pub(super) async fn overlay(
    State(app): State<App>,
    around: Around,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    show(app, around, &id, headers, true).await
}

async fn show(app: App, around: Around, id: &str, headers: HeaderMap, overlay: bool) -> Result<Response> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let here = around.visitor.here.id;
    let (meeting, agenda) = (app.council.meeting(here, id).await?, app.council.agenda(here, id).await?);
    let asker = floor::onlooker(&app, &around.visitor, &headers);
    let view = app.floor.room(here, id).await?.interventions(&asker).await?;
    let frame = around.frame(Section::Elsewhere).with_script("screen.js");
    Ok(html(&screen_page(frame, (&meeting, &agenda), &view, overlay, app.council.clock().now_ms())))
}

pub(super) fn screen_page(
    frame: Frame,
    (meeting, agenda): (&Meeting, &Agenda),
    view: &View,
    overlay: bool,
    now_ms: i64,
) -> ScreenPage {
    let put = |one: &Public| Put {
        id: one.id.to_string(),
        kind: kind_word(frame.t, one.kind),
        item: item_line(agenda, one.item).unwrap_or_default(),
        name: if one.name.is_empty() { frame.t.get("asking-anonymous") } else { one.name.clone() },
        text: one.text.clone(),
        supports: frame.t.with("asking-supports", "value", one.supports),
    };
    let on_screen = |one: &&Public| matches!(one.state, Became::OnScreen { .. });
    let items = agenda.items.iter().filter_map(|item| Some((item.id.to_string(), item_line(agenda, Some(item.id))?)));
    ScreenPage {
        shown: view.shown.iter().find(on_screen).map(put),
        items: items.collect(),
        line: Line::of(&frame, meeting, now_ms),
        overlay,
        frame,
    }
}
