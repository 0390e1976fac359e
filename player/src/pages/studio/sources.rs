//! The sources of a municipality, and the page that shows a new key once.

use askama::Template;
use axum::{extract::State, response::Response};
use council::source::{self, NAME_MAX, Source, URL_MAX};
use vod_store::intake::SourceStatus;

use super::{Asked, Field, Frame, Kind, Refused, Section, Staff, html, monitor};
use crate::{App, error::Result};

#[derive(Template)]
#[template(path = "sources.html")]
pub(in crate::pages) struct SourcesPage {
    frame: Frame,
    sources: Vec<Row>,
    refused: Option<Refused>,
    source_fields: Vec<Field>,
    camera_fields: Vec<Field>,
    /// The camera that gets a new address, by id and name; none: the form adds a camera.
    moved: Option<(String, String)>,
}

/// A source as a row of the table.
struct Row {
    id: String,
    name: String,
    connection: String,
    how: How,
}

enum How {
    /// By a key that ends in these characters.
    Key(String),
    /// From a camera at this host.
    Camera(String),
}

pub(in crate::pages) async fn sources(State(app): State<App>, staff: Staff, asked: Asked) -> Result<Response> {
    let sources = app.council.sources(staff.clerk.here.id).await?;
    let status = |source: Source| {
        let status = app.store.intake().status(source.id).borrow().clone();
        (source, status)
    };
    let sources: Vec<_> = sources.into_iter().map(status).collect();
    Ok(html(&sources_page(staff.frame(Section::Sources), &sources, &asked)))
}

pub(in crate::pages) fn sources_page(frame: Frame, sources: &[(Source, SourceStatus)], asked: &Asked) -> SourcesPage {
    let t = frame.t;
    let row = |(source, status): &(Source, SourceStatus)| Row {
        id: source.id.to_string(),
        name: source.name.clone(),
        connection: monitor::connection(&frame, status),
        how: match &source.kind {
            source::Kind::Push { key_hint } => How::Key(key_hint.clone()),
            source::Kind::Pull { camera } => How::Camera(camera.host()),
        },
    };
    let name = Field::text("name", t.get("field-source")).hint(t.get("field-source-hint")).characters(0, NAME_MAX);
    let mut source_fields = vec![name];
    let cameras = sources.iter().map(|(source, _)| source).filter(|it| matches!(it.kind, source::Kind::Pull { .. }));
    let moved = cameras.map(|camera| (camera.id.to_string(), camera.name.clone()));
    let moved = moved.into_iter().find(|(id, _)| asked.camera.as_ref() == Some(id));
    let mut camera_fields = camera_fields(&frame);
    if moved.is_some() {
        camera_fields.remove(0);
    }
    let mut refused = Refused::read(t, asked.error.as_deref());
    let camera = asked.typed.has("url");
    // The council calls a camera's name a name; on this page the other form has a field of that name.
    if let Some(refused) = refused.as_mut().filter(|refused| camera && refused.field == Some("name")) {
        refused.field = Some("camera");
    }
    Refused::mark(&mut refused, if camera { &mut camera_fields } else { &mut source_fields });
    asked.typed.fill(t, if camera { &mut camera_fields } else { &mut source_fields });
    SourcesPage { sources: sources.iter().map(row).collect(), refused, source_fields, camera_fields, moved, frame }
}

fn camera_fields(frame: &Frame) -> Vec<Field> {
    let t = frame.t;
    vec![
        Field::text("camera", t.get("field-source")).hint(t.get("field-camera-hint")).characters(0, NAME_MAX),
        Field::text("url", t.get("field-url")).hint(t.get("field-url-hint")).characters(0, URL_MAX),
        Field::text("user", t.get("field-user")).hint(t.get("field-user-hint")).optional(),
        Field::of(Kind::Password, "password", t.get("field-password")).autocomplete("new-password").optional(),
    ]
}

#[derive(Template)]
#[template(path = "key.html")]
pub(in crate::pages) struct KeyPage<'a> {
    frame: Frame,
    shown: KeyShown<'a>,
}

/// A new key with all that an encoder must be told.
pub(crate) struct KeyShown<'a> {
    /// The source's name.
    pub(crate) source: &'a str,
    pub(crate) key: &'a str,
    pub(crate) rtmp_url: &'a str,
    /// The whole address, key included; none: SRT is off.
    pub(crate) srt_url: Option<&'a str>,
}

/// The page that shows a new key, once: an answer to the press of a button, which cannot be asked for again.
pub(crate) fn key_page(staff: &Staff, shown: KeyShown<'_>) -> Response {
    let frame = Frame::new(&staff.clerk.here, staff.language, &staff.nonce, Section::Sources).with_script("studio.js");
    html(&key(frame, shown))
}

pub(in crate::pages) fn key(frame: Frame, shown: KeyShown<'_>) -> KeyPage<'_> {
    // Only clerks get here; whoever they are, the page leads back among the clerks' pages.
    let frame = Frame { clerk: true, path: None, accountless: true, ..frame };
    KeyPage { frame, shown }
}
