//! Playlists, now or when the part that is asked for has come.

use std::convert::Infallible;

use axum::{
    body::Body,
    extract::{FromRequestParts, Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use vod_store::{
    captions,
    recording::{self, Playlist, PlaylistError, PlaylistRequest},
};

use super::{FINISHED, finish, public::Shown, range};
use crate::{
    App,
    error::{Error, Result},
};

/// A live playlist is stale with the next part; who wants the next version asks for it by number.
const LIVE: &str = "no-cache";
/// A blocking request names the version that it wants; a cache may share the answer among all who wait.
const LIVE_BY_NUMBER: &str = "public, max-age=1";

/// What the answer depends on besides the address. Thousands wait for the next part:
/// of each one's headers this alone is kept meanwhile.
pub(super) struct Wants {
    gzip: bool,
    /// `If-None-Match`.
    known: Option<Box<str>>,
}

impl Wants {
    fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let gzip = |accepts: &str| accepts.split(',').any(|coding| coding.trim().split(';').next() == Some("gzip"));
        Self {
            gzip: text(header::ACCEPT_ENCODING).is_some_and(gzip),
            known: text(header::IF_NONE_MATCH).map(Into::into),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Wants {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

/// `index.m3u8` names the renditions, `captions.m3u8` the words beside them, any other the media of one.
pub(super) async fn playlist(
    State(app): State<App>,
    Shown(recording, _): Shown,
    Path((_, file)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    wants: Wants,
) -> Response {
    let answer = async {
        let name = file.strip_suffix(".m3u8").ok_or(Error::NotFound)?;
        if name == "index" {
            let ended = matches!(*recording.state().borrow(), recording::State::Ended);
            // Seldom, as in `Public`.
            let words = Box::pin(app.captions.any(&app, recording.meeting())).await;
            let playlist = recording.multivariant(words).ok_or(Error::NotFound)?;
            return Ok(text(&playlist, &wants, if ended { FINISHED } else { LIVE }));
        }
        let request = read(query.as_deref().unwrap_or_default());
        let request = request.ok_or(Error::Bad("the playlist request is malformed"))?;
        let playlist = if name == captions::NAME {
            recording.captions().ok_or(Error::NotFound)?.playlist(request).await
        } else {
            recording.rendition(name).ok_or(Error::NotFound)?.playlist(request).await
        };
        let playlist = playlist.map_err(|error| match error {
            PlaylistError::Bad => Error::Bad("the playlist asked for lies too far ahead, or the request is malformed"),
            PlaylistError::Late => Error::Busy("the part asked for did not come in time"),
            PlaylistError::NotFound => Error::NotFound,
        })?;
        let cache = match (playlist.text.ends_with(b"#EXT-X-ENDLIST\n"), request.msn) {
            (true, _) => FINISHED,
            (false, Some(_)) => LIVE_BY_NUMBER,
            (false, None) => LIVE,
        };
        Ok(text(&playlist, &wants, cache))
    };
    finish(answer.await)
}

/// The delivery directives of RFC 8216bis §6.2.5; other parameters are not ours to judge.
pub(super) fn read(query: &str) -> Option<PlaylistRequest> {
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

fn text(playlist: &Playlist, wants: &Wants, cache: &'static str) -> Response {
    let tag = format!("\"{}{}\"", playlist.etag, if wants.gzip { "-gz" } else { "" });
    let mut response = if wants.known.as_deref().is_some_and(|known| range::names(known, &tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if wants.gzip {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delivery_directives_are_read_or_refused() {
        let directives = read("_HLS_msn=7&_HLS_part=2&_HLS_skip=YES&v=1").unwrap();
        assert_eq!(directives, PlaylistRequest { msn: Some(7), part: Some(2), skip: true });
        for wrong in ["_HLS_msn=x", "_HLS_msn=-1", "_HLS_part=", "_HLS_skip=NO"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
