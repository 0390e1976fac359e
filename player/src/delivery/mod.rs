//! What players fetch: playlists, segments, parts, pictures, downloads.
//!
//! It answers from the store alone once it knows that a meeting is public here, and goes on doing so while the database is away.

mod body;
mod public;
mod range;
mod warm;

use axum::{
    Router,
    body::Body,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use council::MeetingId;
use vod_store::recording::{Media, Playlist, PlaylistError, PlaylistRequest};

pub(crate) use public::Public;
pub(crate) use warm::Warm;

use crate::{
    App,
    error::{Error, Result},
};

/// Media never changes at its address.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// A live playlist is stale with the next part; who wants the next version asks for it by number.
const LIVE: &str = "no-cache";
/// A blocking request names the version that it wants; a cache may share the answer among all who wait.
const LIVE_BY_NUMBER: &str = "public, max-age=1";
/// A finished playlist may still be corrected.
const FINISHED: &str = "public, max-age=60";
/// What is not there yet may be there in a moment.
const NOT_YET: &str = "no-store";

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/media/{meeting}/{file}", get(top).options(preflight))
        .route("/media/{meeting}/{rendition}/{file}", get(inner).options(preflight))
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

fn open_to_all(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = HeaderValue::from_static("Content-Length, Content-Range, ETag, Date");
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    response
}

async fn top(
    State(app): State<App>,
    Path((meeting, file)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
    uri: axum::http::Uri,
) -> Response {
    let answer = async {
        let meeting: MeetingId = meeting.parse().map_err(|_| Error::NotFound)?;
        let recording = app.public.recording(&app, host(&uri, &headers), meeting).await?;
        if let Some(name) = file.strip_suffix(".m3u8") {
            if name == "index" {
                let ended = matches!(*recording.state().borrow(), vod_store::recording::State::Ended);
                let playlist = recording.multivariant().ok_or(Error::NotFound)?;
                return Ok(text(&playlist, &headers, if ended { FINISHED } else { LIVE }));
            }
            let rendition = recording.rendition(name).ok_or(Error::NotFound)?;
            return media_playlist(&rendition, query.as_deref().unwrap_or_default(), &headers).await;
        }
        let query = query.as_deref().unwrap_or_default();
        match file.as_str() {
            "poster.jpg" => {
                picture(recording.thumbnail(i64::MAX).map(|(_, media)| media), "max-age=10", &headers).await
            }
            "thumbnails.json" => Ok(json(&serde_json::json!({ "instants": recording.thumbnails() }))),
            "stretches.json" => Ok(json(&recording.stretches())),
            "download.mp4" => download(&recording, query, &method, &headers).await,
            _ => Err(Error::NotFound),
        }
    };
    finish(answer.await)
}

async fn inner(
    State(app): State<App>,
    Path((meeting, rendition, file)): Path<(String, String, String)>,
    headers: HeaderMap,
    uri: axum::http::Uri,
) -> Response {
    let answer = async {
        let meeting: MeetingId = meeting.parse().map_err(|_| Error::NotFound)?;
        let recording = app.public.recording(&app, host(&uri, &headers), meeting).await?;
        if rendition == "thumbnail" {
            let at_ms = file.strip_suffix(".jpg").and_then(|at_ms| at_ms.parse().ok()).ok_or(Error::NotFound)?;
            let exact = recording.thumbnail(at_ms).filter(|(found, _)| *found == at_ms);
            return picture(exact.map(|(_, media)| media), FOR_EVER, &headers).await;
        }
        let rendition = recording.rendition(&rendition).ok_or(Error::NotFound)?;
        let (media, kind) = match name(&file).ok_or(Error::NotFound)? {
            Name::Init(number) => (rendition.init(number).map(Media::Memory), "video/mp4"),
            Name::Segment(number) => (rendition.segment(number).await, "video/iso.segment"),
            Name::Part(number, part) => (rendition.part(number, part).await, "video/iso.segment"),
        };
        let media = media.ok_or(Error::NotFound)?;
        let media = body::warmed(media, &app.warm, meeting, rendition.name(), &file).await?;
        body::send(media, kind, FOR_EVER, &file, &headers).await
    };
    finish(answer.await)
}

fn finish(answer: Result<Response>) -> Response {
    match answer {
        Ok(response) => open_to_all(response),
        Err(error) => {
            let mut response = error.into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(NOT_YET));
            open_to_all(response)
        }
    }
}

fn host<'a>(uri: &'a axum::http::Uri, headers: &'a HeaderMap) -> &'a str {
    let authority = uri.authority().map(axum::http::uri::Authority::as_str);
    authority.or_else(|| headers.get(header::HOST)?.to_str().ok()).unwrap_or_default()
}

/// What a media address names.
#[derive(Debug, PartialEq, Eq)]
enum Name {
    Init(u64),
    Segment(u64),
    Part(u64, u64),
}

fn name(file: &str) -> Option<Name> {
    if let Some(number) = file.strip_prefix("init-").and_then(|rest| rest.strip_suffix(".mp4")) {
        return whole(number).map(Name::Init);
    }
    let stem = file.strip_suffix(".m4s")?;
    match stem.split_once('.') {
        Some((number, part)) => Some(Name::Part(whole(number)?, whole(part)?)),
        None => whole(stem).map(Name::Segment),
    }
}

/// A number as the playlists write it: digits only, no needless zero, so that each thing has one address.
fn whole(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (text.bytes().all(|byte| byte.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'))).then_some(number)
}

async fn media_playlist(rendition: &vod_store::Rendition, query: &str, headers: &HeaderMap) -> Result<Response> {
    let request = playlist_request(query).ok_or(Error::Bad("the playlist request is malformed"))?;
    let playlist = rendition.playlist(request).await.map_err(|error| match error {
        PlaylistError::Bad => Error::Bad("the playlist asked for lies too far ahead, or the request is malformed"),
        PlaylistError::Late => Error::Busy("the part asked for did not come in time"),
        PlaylistError::NotFound => Error::NotFound,
    })?;
    let cache = match (playlist.text.ends_with(b"#EXT-X-ENDLIST\n"), request.msn) {
        (true, _) => FINISHED,
        (false, Some(_)) => LIVE_BY_NUMBER,
        (false, None) => LIVE,
    };
    Ok(text(&playlist, headers, cache))
}

/// The delivery directives of RFC 8216bis §6.2.5; other parameters are not ours to judge.
fn playlist_request(query: &str) -> Option<PlaylistRequest> {
    let mut request = PlaylistRequest::default();
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match key {
            "_HLS_msn" => request.msn = Some(value.parse().ok()?),
            "_HLS_part" => request.part = Some(value.parse().ok()?),
            "_HLS_skip" => request.skip = matches!(value, "YES" | "v2").then_some(true)?,
            _ => {}
        }
    }
    Some(request)
}

fn text(playlist: &Playlist, headers: &HeaderMap, cache: &'static str) -> Response {
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let gzip =
        accepts.is_some_and(|accepts| accepts.split(',').any(|coding| coding.trim().split(';').next() == Some("gzip")));
    let tag = format!("\"{}{}\"", playlist.etag, if gzip { "-gz" } else { "" });
    let mut response = if range::matches(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if gzip {
        ([(header::CONTENT_ENCODING, "gzip")], Body::from(playlist.gzip())).into_response()
    } else {
        Body::from(playlist.text.clone()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/vnd.apple.mpegurl"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn json(value: &impl serde::Serialize) -> Response {
    let cache = [(header::CACHE_CONTROL, "public, max-age=5")];
    (cache, axum::Json(value)).into_response()
}

async fn picture(media: Option<Media>, cache: &'static str, headers: &HeaderMap) -> Result<Response> {
    let media = media.ok_or(Error::NotFound)?;
    let tag = match &media {
        Media::File { offset, length, .. } => format!("p{offset}-{length}"),
        Media::Memory(bytes) => format!("p{}", bytes.len()),
    };
    body::send(media, "image/jpeg", cache, &tag, headers).await
}

/// `?from=&to=`: seconds on the wall clock from the recording's start.
async fn download(
    recording: &std::sync::Arc<vod_store::Recording>,
    query: &str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response> {
    let mut span = (None, None);
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(_, value)| !value.is_empty())
    {
        let seconds: f64 = value.parse().map_err(|_| Error::Bad("from and to are seconds"))?;
        if !(0.0..=1e9).contains(&seconds) {
            return Err(Error::Bad("from and to are seconds"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "a thousand million seconds fit")]
        let ms = (seconds * 1000.0) as i64;
        match key {
            "from" => span.0 = Some(ms),
            "to" => span.1 = Some(ms),
            _ => {}
        }
    }
    let begins = recording.stretches().first().map_or(recording.began_at_ms(), |first| first.starts_at_ms);
    let span = match span {
        (None, None) => None,
        (from, to) => Some((begins + from.unwrap_or(0), to.map_or(i64::MAX, |to| begins + to))),
    };
    let laid_out = {
        let recording = recording.clone();
        tokio::task::spawn_blocking(move || recording.download(span)).await.map_err(|_| Error::Busy("try again"))??
    };
    let tag = format!("d{}-{}", laid_out.length, recording.duration_ms());
    let title = format!("{}.mp4", recording.about().title);
    let disposition =
        format!("attachment; filename=\"meeting.mp4\"; filename*=UTF-8''{}", crate::error::percent(&title));
    let mut response = body::send_pieces(laid_out, method, &tag, headers)?;
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// For [`crate::fuzz`].
pub(crate) mod fuzz {
    use axum::http::HeaderMap;

    /// What a file's name names.
    pub(crate) fn name(text: &str) {
        super::name(text);
    }

    /// What a playlist's query asks.
    pub(crate) fn playlist_request(text: &str) {
        super::playlist_request(text);
    }

    /// What of something of this length is asked for.
    pub(crate) fn wanted(headers: &HeaderMap, length: u64) {
        super::range::wanted(headers, "\"t\"", length);
        super::range::matches(headers, "\"t\"");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_one_thing_in_one_way() {
        assert_eq!(name("17.m4s"), Some(Name::Segment(17)));
        assert_eq!(name("17.3.m4s"), Some(Name::Part(17, 3)));
        assert_eq!(name("init-0.mp4"), Some(Name::Init(0)));
        for wrong in [
            "017.m4s",
            "+1.m4s",
            "-1.m4s",
            "1.2.3.m4s",
            ".m4s",
            "1.mp4",
            "init-.mp4",
            "1.m4s ",
            "99999999999999999999.m4s",
        ] {
            assert_eq!(name(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn delivery_directives_are_read_or_refused() {
        let read = playlist_request("_HLS_msn=7&_HLS_part=2&_HLS_skip=YES&v=1").unwrap();
        assert_eq!(read, PlaylistRequest { msn: Some(7), part: Some(2), skip: true });
        for wrong in ["_HLS_msn=x", "_HLS_msn=-1", "_HLS_part=", "_HLS_skip=NO"] {
            assert_eq!(playlist_request(wrong), None, "{wrong}");
        }
    }
}
