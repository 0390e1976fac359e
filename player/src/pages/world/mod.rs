//! Out to the world: the meetings for calendars, feed readers, podcast apps and search engines.
//!
//! What stands here is read by programs, at the same address for years: it depends on the address alone, never on a
//! cookie or on what a browser prefers.

mod calendar;
mod feeds;
pub(super) mod linked;
mod podcast;
mod site;
mod sizes;
mod subscribe;

use axum::{
    Router,
    extract::{FromRequestParts, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use council::municipality::{Body, Municipality};
use sha2::{Digest as _, Sha256};

use super::{when::When, words::Words};
use crate::{
    App,
    delivery::names_tag,
    error::{Error, Result},
    language,
    municipality::{self, Here},
};

pub(crate) use sizes::Sizes;
#[cfg(test)]
pub(super) use subscribe::{Scope, subscribe_page};

/// How long a reader may go without asking again, seconds.
const FRESH: &str = "public, max-age=300";

/// Every address for programs, and the page that shows them to people.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/robots.txt", get(site::robots))
        .route("/sitemap.xml", get(site::map))
        .route("/feeds", get(subscribe::page))
        .route("/feeds/{file}", get(of_all))
        .route("/feeds/{body}/{file}", get(of_body))
        .route("/meetings/{id}/podcast/chapters.json", get(podcast::chapters))
        .route("/meetings/{id}/podcast/words.vtt", get(podcast::vtt))
        .route("/meetings/{id}/podcast/words.srt", get(podcast::srt))
}

/// What a feed needs to know of where it is asked for.
pub(super) struct Reader {
    here: Municipality,
    /// `https://live.example.gr`: the address by which the reader came.
    pub(super) base: String,
    /// `host` and port alone.
    host: String,
    t: Words,
    when: When,
    headers: HeaderMap,
}

impl FromRequestParts<App> for Reader {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Here(here) = Here::from_request_parts(parts, app).await?;
        let host = municipality::host(parts).unwrap_or_default().to_owned();
        let scheme = if app.is_secure() { "https" } else { "http" };
        let query = parts.uri.query().unwrap_or_default();
        // The municipality's own language where the address names none: a feed is no page that suits itself to a browser.
        let asked = query.split('&').find_map(|pair| language::named(pair.strip_prefix("lang=")?));
        let t = Words::of(asked.map_or(here.default_language.as_str(), |language| language.0));
        let when = When::new(t, &here.time_zone);
        Ok(Self { base: format!("{scheme}://{host}"), host, t, when, headers: parts.headers.clone(), here })
    }
}

impl Reader {
    fn name(&self) -> &str {
        self.here.name.in_language(self.t.language())
    }

    /// `?lang=en` where it is not the municipality's own.
    fn query(&self) -> &'static str {
        match (self.t.language(), self.here.default_language.as_str()) {
            ("en", "en") | ("el", "el") => "",
            ("en", _) => "?lang=en",
            _ => "?lang=el",
        }
    }

    /// The path of a feed, of one body or of all.
    fn path(&self, body: Option<&Body>, file: &str) -> String {
        let body = body.map(|body| format!("{}/", body.slug)).unwrap_or_default();
        format!("/feeds/{body}{file}{}", self.query())
    }

    /// The address that calendar programs subscribe to at a press.
    pub(super) fn webcal(&self, body: Option<&Body>) -> String {
        format!("webcal://{}{}", self.host, self.path(body, "calendar.ics"))
    }

    /// "Δημοτικό Συμβούλιο, Δήμος Ρεθύμνης".
    fn title(&self, body: Option<&Body>) -> String {
        match body {
            Some(body) => format!("{}, {}", body.name.in_language(self.t.language()), self.name()),
            None => self.name().to_owned(),
        }
    }

    /// The text as an answer that is not sent again while it is the same.
    fn answer(&self, kind: &'static str, text: String) -> Response {
        let sum: String = Sha256::digest(text.as_bytes()).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        let tag = format!("\"{sum}\"");
        let known = self.headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let mut response = match known {
            Some(known) if names_tag(known, &tag) => StatusCode::NOT_MODIFIED.into_response(),
            _ => ([(header::CONTENT_TYPE, kind)], text).into_response(),
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FRESH));
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}

async fn of_all(State(app): State<App>, reader: Reader, Path(file): Path<String>) -> Result<Response> {
    feed(&app, &reader, None, &file).await
}

async fn of_body(
    State(app): State<App>,
    reader: Reader,
    Path((slug, file)): Path<(String, String)>,
) -> Result<Response> {
    let bodies = app.council.bodies(reader.here.id).await?;
    let body = bodies.into_iter().find(|body| body.slug == slug).ok_or(Error::NotFound)?;
    feed(&app, &reader, Some(&body), &file).await
}

async fn feed(app: &App, reader: &Reader, body: Option<&Body>, file: &str) -> Result<Response> {
    match file {
        "calendar.ics" => calendar::answer(app, reader, body).await,
        "meetings.rss" => feeds::rss(app, reader, body).await,
        "meetings.atom" => feeds::atom(app, reader, body).await,
        "podcast.rss" => podcast::answer(app, reader, body).await,
        _ => Err(Error::NotFound),
    }
}
