//! What players fetch: playlists, segments, parts, pictures, downloads.
//!
//! It answers from the store alone once it knows that a meeting is public here, and goes on doing so while the database is away.

mod body;
mod captions;
mod download;
mod media;
mod playlists;
mod public;
mod range;
mod warm;

use axum::{
    Json, Router,
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};

pub(crate) use captions::Captions;
pub(crate) use public::Public;
use public::Shown;
pub(crate) use range::names as names_tag;
pub(crate) use warm::Warm;

use crate::{
    App,
    error::{self, Result},
};

/// Media never changes at its address.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// A finished playlist may still be corrected.
const FINISHED: &str = "public, max-age=60";
/// What is not there yet may be there in a moment.
const NOT_YET: &str = "no-store";

pub(crate) fn router() -> Router<App> {
    let open = |get: MethodRouter<App>| get.options(preflight);
    Router::new()
        .route("/media/{meeting}/{file}", open(get(playlists::playlist)))
        .route("/media/{meeting}/{rendition}/{file}", open(get(media::media)))
        .route("/media/{meeting}/captions/{file}", open(get(captions::segment)))
        .route("/media/{meeting}/thumbnail/{file}", open(get(media::thumbnail)))
        .route("/media/{meeting}/poster.jpg", open(get(media::poster)))
        .route("/media/{meeting}/thumbnails.json", open(get(thumbnails)))
        .route("/media/{meeting}/stretches.json", open(get(stretches)))
        .route("/media/{meeting}/sound.m4a", open(get(download::sound)))
        // The only address among them that people follow themselves.
        .route(
            "/media/{meeting}/download.mp4",
            open(get(download::download)).layer(middleware::from_fn(error::for_people)),
        )
}

/// `OPTIONS`: any site's player may fetch (Fetch standard, CORS preflight).
async fn preflight() -> Response {
    let allowed = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Range, If-None-Match, If-Range"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (StatusCode::NO_CONTENT, allowed).into_response()
}

/// The instants that have a picture.
async fn thumbnails(Shown(recording, _): Shown) -> Response {
    finish(Ok(json(&serde_json::json!({ "instants": recording.thumbnails() }))))
}

/// The stretches of the recording with the gaps between them.
async fn stretches(Shown(recording, _): Shown) -> Response {
    finish(Ok(json(&recording.stretches())))
}

fn json(value: &impl serde::Serialize) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=5")], Json(value)).into_response()
}

/// An answer as any site's player may read it.
fn finish(answer: Result<Response>) -> Response {
    let mut response = answer.unwrap_or_else(|error| {
        let mut response = error.into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(NOT_YET));
        response
    });
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = HeaderValue::from_static("Content-Length, Content-Range, ETag, Date");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    response
}

/// For [`crate::fuzz`].
pub(crate) mod fuzz {
    use axum::http::HeaderMap;

    /// What a file's name names.
    pub(crate) fn name(text: &str) {
        super::media::name(text);
    }

    /// What a playlist's query asks.
    pub(crate) fn playlist_request(text: &str) {
        super::playlists::read(text);
    }

    /// What of something of this length is asked for.
    pub(crate) fn wanted(headers: &HeaderMap, length: u64) {
        super::range::wanted(headers, "\"t\"", length);
        super::range::matches(headers, "\"t\"");
    }
}
