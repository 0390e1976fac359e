//! Bytes from memory or disk into answers.

use std::{fs::File, io, os::unix::fs::FileExt, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use council::MeetingId;
use vod_store::recording::{Download, Media};

use super::{
    range::{self, Wanted},
    warm::Warm,
};
use crate::error::{Error, Result};

/// What is read from disk in one go; more is streamed.
const AT_ONCE: u64 = 1 << 20;
/// A streamed answer's step: one read, one write.
const STEP: u64 = 256 << 10;

/// One thing, whole or the range that is asked for.
pub(super) async fn send(
    media: Media,
    kind: &'static str,
    cache: &'static str,
    tag: &str,
    headers: &HeaderMap,
) -> Result<Response> {
    let tag = format!("\"{tag}\"");
    let length = length(&media);
    let (mut response, wanted) = frame(headers, &tag, length);
    if let Some((from, to)) = wanted {
        let part = slice(media, from, to + 1 - from);
        *response.body_mut() = match part {
            Media::Memory(bytes) => Body::from(bytes),
            Media::File { file, offset, length } if length <= AT_ONCE => Body::from(read(file, offset, length).await?),
            media => stream(vec![media]),
        };
    }
    finish(&mut response, kind, cache, &tag);
    Ok(response)
}

/// A download laid out in pieces.
pub(super) fn send_pieces(
    download: Download,
    kind: &'static str,
    method: &Method,
    tag: &str,
    headers: &HeaderMap,
) -> Result<Response> {
    let tag = format!("\"{tag}\"");
    let (mut response, wanted) = frame(headers, &tag, download.length);
    if let Some((from, to)) = wanted.filter(|_| *method != Method::HEAD) {
        let (mut at, mut pieces) = (0, Vec::new());
        for piece in download.pieces {
            let length = length(&piece);
            let (first, last) = (from.max(at), (to + 1).min(at + length));
            if first < last {
                pieces.push(slice(piece, first - at, last - first));
            }
            at += length;
        }
        *response.body_mut() = stream(pieces);
    }
    finish(&mut response, kind, "public, max-age=0, must-revalidate", &tag);
    Ok(response)
}

/// Status and length for a request, and the bytes that it wants (none: no body).
fn frame(headers: &HeaderMap, tag: &str, length: u64) -> (Response, Option<(u64, u64)>) {
    let number = |number: u64| HeaderValue::from(number);
    if range::matches(headers, tag) {
        return (StatusCode::NOT_MODIFIED.into_response(), None);
    }
    match range::wanted(headers, tag, length) {
        Wanted::All if length == 0 => (StatusCode::OK.into_response(), None),
        Wanted::All => {
            let mut response = StatusCode::OK.into_response();
            response.headers_mut().insert(header::CONTENT_LENGTH, number(length));
            (response, Some((0, length - 1)))
        }
        Wanted::Span(from, to) => {
            let mut response = StatusCode::PARTIAL_CONTENT.into_response();
            response.headers_mut().insert(header::CONTENT_LENGTH, number(to + 1 - from));
            content_range(&mut response, &format!("bytes {from}-{to}/{length}"));
            (response, Some((from, to)))
        }
        Wanted::Unsatisfiable => {
            let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
            content_range(&mut response, &format!("bytes */{length}"));
            (response, None)
        }
    }
}

fn content_range(response: &mut Response, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
}

fn finish(response: &mut Response, kind: &'static str, cache: &'static str, tag: &str) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
}

fn length(media: &Media) -> u64 {
    match media {
        Media::Memory(bytes) => bytes.len() as u64,
        Media::File { length, .. } => *length,
    }
}

/// `count` bytes from `from` on.
fn slice(media: Media, from: u64, count: u64) -> Media {
    match media {
        Media::Memory(bytes) => {
            let at = usize::try_from(from).expect("within memory");
            Media::Memory(bytes.slice(at..at + usize::try_from(count).expect("within memory")))
        }
        Media::File { file, offset, .. } => Media::File { file, offset: offset + from, length: count },
    }
}

/// Small media that lies on the disk, by way of what is kept in memory; all else as it is.
pub(super) async fn warmed(
    media: Media,
    warm: &Warm,
    meeting: MeetingId,
    rendition: &str,
    name: &str,
) -> Result<Media> {
    match media {
        Media::File { file, offset, length } if length <= AT_ONCE => {
            warm.get(meeting, rendition, name, read(file, offset, length)).await.map(Media::Memory)
        }
        media => Ok(media),
    }
}

async fn read(file: Arc<File>, offset: u64, length: u64) -> Result<Bytes> {
    let read = tokio::task::spawn_blocking(move || read_now(&file, offset, length)).await;
    match read {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(source)) => Err(Error::Store(vod_store::store::Error::Io { what: "reading media".into(), source })),
        Err(_) => Err(Error::Busy("the server is stopping")),
    }
}

fn read_now(file: &File, offset: u64, length: u64) -> io::Result<Bytes> {
    let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    file.read_exact_at(&mut bytes, offset)?;
    Ok(bytes.into())
}

/// One piece after another, a step at a time: memory stays bounded however long the answer is.
fn stream(pieces: Vec<Media>) -> Body {
    Body::from_stream(async_stream::stream! {
        for piece in pieces {
            match piece {
                Media::Memory(bytes) => yield Ok(bytes),
                Media::File { file, mut offset, mut length } => {
                    while length > 0 {
                        let step = length.min(STEP);
                        let file = file.clone();
                        let read = tokio::task::spawn_blocking(move || read_now(&file, offset, step)).await;
                        yield read.unwrap_or_else(|error| Err(io::Error::other(error)));
                        offset += step;
                        length -= step;
                    }
                }
            }
        }
    })
}
