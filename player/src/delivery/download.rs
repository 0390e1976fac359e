//! A meeting, a span of it, or its sound, as one file.

use std::sync::Arc;

use axum::{
    extract::RawQuery,
    http::{HeaderMap, HeaderValue, Method, header},
    response::Response,
};
use vod_store::Recording;

use super::{body, finish, public::Shown};
use crate::error::{Error, Result, percent};

/// `?from=&to=`: seconds on the wall clock from the recording's start.
pub(super) async fn download(
    Shown(recording, _): Shown,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Response {
    finish(file(recording, query.as_deref().unwrap_or_default(), &method, &headers).await)
}

/// The sound of the floor: what podcasts carry.
pub(super) async fn sound(Shown(recording, _): Shown, method: Method, headers: HeaderMap) -> Response {
    let answer = async {
        let (laid_out, kept) = {
            let recording = recording.clone();
            let lay_out = move || (recording.sound(), recording.duration_ms());
            tokio::task::spawn_blocking(lay_out).await.map_err(|_| Error::Busy("try again"))?
        };
        let laid_out = laid_out?;
        let tag = format!("s{}-{kept}", laid_out.length);
        body::send_pieces(laid_out, "audio/mp4", &method, &tag, &headers)
    };
    finish(answer.await)
}

async fn file(recording: Arc<Recording>, query: &str, method: &Method, headers: &HeaderMap) -> Result<Response> {
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
    let disposition = format!("attachment; filename=\"meeting.mp4\"; filename*=UTF-8''{}", percent(&title));
    let mut response = body::send_pieces(laid_out, "video/mp4", method, &tag, headers)?;
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}
