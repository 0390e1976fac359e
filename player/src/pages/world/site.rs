//! What crawlers ask for first: `robots.txt`, and the map of the site with its videos.

use askama::Template;
use axum::{extract::State, response::Response};
use council::meeting::{Announced, Stage};

use super::{
    Reader,
    feeds::{iso, written},
};
use crate::{App, error::Result};

/// The most meetings of a map.
const MOST: u32 = 10_000;
/// So many recordings, the latest, are told of as videos: each is read from the disk for it.
const VIDEOS: usize = 200;
/// The longest video that a map can tell of, seconds.
const LONGEST: u64 = 28_800;

/// Everything is for everybody but what is no page to be found: the studio, the search's own answers, the log-in.
const ROBOTS: &str = "User-agent: *
Disallow: /studio
Disallow: /search
Disallow: /login
Disallow: /setup
Disallow: /media/
Allow: /media/*/poster.jpg
Allow: /media/*/download.mp4
";

#[derive(Template)]
#[template(path = "sitemap.xml")]
struct Map {
    base: String,
    pages: Vec<Page>,
}

struct Page {
    href: String,
    changed: String,
    video: Option<Video>,
}

struct Video {
    title: String,
    what: String,
    poster: String,
    file: String,
    seconds: u64,
    published: String,
}

pub(super) async fn robots(reader: Reader) -> Response {
    let text = format!("{ROBOTS}\nSitemap: {}/sitemap.xml\n", reader.base);
    reader.answer("text/plain; charset=utf-8", text)
}

pub(super) async fn map(State(app): State<App>, reader: Reader) -> Result<Response> {
    let announced = app.council.announced(reader.here.id, None, i64::MIN, MOST).await?;
    let mut pages = Vec::with_capacity(announced.len());
    let mut videos = 0;
    for one in &announced {
        let video = if videos < VIDEOS { video(&app, &reader, one).await? } else { None };
        videos += usize::from(video.is_some());
        let href = format!("{}/meetings/{}", reader.base, one.meeting.id);
        pages.push(Page { href, changed: iso(one.changed_at_ms), video });
    }
    Ok(reader.answer("application/xml; charset=utf-8", written(&Map { base: reader.base.clone(), pages })?))
}

/// What is over and can be seen.
async fn video(app: &App, reader: &Reader, Announced { meeting, .. }: &Announced) -> Result<Option<Video>> {
    let Stage::Ended { started_at_ms, .. } = meeting.stage else { return Ok(None) };
    let Some(recording) = app.store.recording(meeting.id).await? else { return Ok(None) };
    if recording.thumbnails().is_empty() || recording.duration_ms() < 1000 {
        return Ok(None);
    }
    let body = meeting.body.name.in_language(reader.t.language());
    let media = format!("{}/media/{}", reader.base, meeting.id);
    Ok(Some(Video {
        title: meeting.title.chars().take(100).collect(),
        what: format!("{body}, {}, {}", reader.name(), reader.when.day(started_at_ms)),
        poster: format!("{media}/poster.jpg"),
        file: format!("{media}/download.mp4"),
        seconds: (recording.duration_ms() / 1000).min(LONGEST),
        published: iso(started_at_ms),
    }))
}
