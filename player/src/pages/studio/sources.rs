//! The sources of a municipality, and the page that shows a new key once.

use askama::Template;
use axum::{extract::State, response::Response};
use council::{
    municipality::Municipality,
    source::{NAME_MAX, Source},
    stream_key::StreamKey,
};
use vod_store::intake::SourceStatus;

use super::{Asked, Field, Frame, Kind, Refused, Section, Staff, html, monitor};
use crate::{App, error::Result};

#[derive(Template)]
#[template(path = "sources.html")]
pub(in crate::pages) struct SourcesPage {
    frame: Frame,
    sources: Vec<Row>,
    refused: Option<Refused>,
    fields: Vec<Field>,
}

/// A source as a row of the table.
struct Row {
    id: String,
    name: String,
    connection: String,
    key_hint: String,
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
        key_hint: source.key_hint.clone(),
    };
    let name = Field::text("name", t.get("field-source")).hint(t.get("field-source-hint")).characters(0, NAME_MAX);
    let mut fields = vec![name];
    let mut refused = Refused::read(t, asked.error.as_deref());
    Refused::mark(&mut refused, &mut fields);
    SourcesPage { sources: sources.iter().map(row).collect(), refused, fields, frame }
}

#[derive(Template)]
#[template(path = "key.html")]
pub(in crate::pages) struct KeyPage {
    frame: Frame,
    source: String,
    rtmp_url: String,
    key: String,
}

/// The page that shows a new key, once: an answer to the press of a button, which cannot be asked for again.
pub(crate) fn key_page(
    here: &Municipality,
    language: &'static str,
    nonce: &str,
    source: &Source,
    key: &StreamKey,
    rtmp_url: &str,
) -> Response {
    let frame = Frame::new(here, language, nonce, Section::Sources).with_script("studio.js");
    html(&self::key(frame, &source.name, key.expose(), rtmp_url))
}

pub(in crate::pages) fn key(frame: Frame, source: &str, key: &str, rtmp_url: &str) -> KeyPage {
    // Only clerks get here; whoever they are, the page leads back among the clerks' pages.
    let frame = Frame { clerk: true, path: None, accountless: true, ..frame };
    KeyPage { frame, source: source.to_owned(), rtmp_url: rtmp_url.to_owned(), key: key.to_owned() }
}
