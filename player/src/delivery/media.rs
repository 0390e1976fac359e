//! Segments, parts, initialisation sections, and the pictures of a recording.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use vod_store::recording::Media;

use super::{FOR_EVER, body, finish, public::Shown};
use crate::{
    App,
    error::{Error, Result},
};

/// A file of one rendition.
pub(super) async fn media(
    State(app): State<App>,
    Shown(recording, _): Shown,
    Path((_, rendition, file)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let rendition = recording.rendition(&rendition).ok_or(Error::NotFound)?;
        let (media, kind) = match name(&file).ok_or(Error::NotFound)? {
            Name::Init(number) => (rendition.init(number).map(Media::Memory), "video/mp4"),
            Name::Segment(number) => (rendition.segment(number).await, "video/iso.segment"),
            Name::Part(number, part) => (rendition.part(number, part).await, "video/iso.segment"),
        };
        let media = media.ok_or(Error::NotFound)?;
        let media = body::warmed(media, &app.warm, recording.meeting(), rendition.name(), &file).await?;
        body::send(media, kind, FOR_EVER, &file, &headers).await
    };
    finish(answer.await)
}

/// The latest picture.
pub(super) async fn poster(Shown(recording, _): Shown, headers: HeaderMap) -> Response {
    let latest = recording.thumbnail(i64::MAX).map(|(_, media)| media);
    finish(picture(latest, "max-age=10", &headers).await)
}

/// The picture of one instant, `…/thumbnail/MILLISECONDS.jpg`.
pub(super) async fn thumbnail(
    Shown(recording, _): Shown,
    Path((_, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let at_ms = file.strip_suffix(".jpg").and_then(|at_ms| at_ms.parse().ok());
    let exact = at_ms.and_then(|at_ms| recording.thumbnail(at_ms).filter(|(found, _)| *found == at_ms));
    finish(picture(exact.map(|(_, media)| media), FOR_EVER, &headers).await)
}

async fn picture(media: Option<Media>, cache: &'static str, headers: &HeaderMap) -> Result<Response> {
    let media = media.ok_or(Error::NotFound)?;
    let tag = match &media {
        Media::File { offset, length, .. } => format!("p{offset}-{length}"),
        Media::Memory(bytes) => format!("p{}", bytes.len()),
    };
    body::send(media, "image/jpeg", cache, &tag, headers).await
}

/// What a media address names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Name {
    Init(u64),
    Segment(u64),
    Part(u64, u64),
}

pub(super) fn name(file: &str) -> Option<Name> {
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
pub(super) fn whole(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (text.bytes().all(|byte| byte.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'))).then_some(number)
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
}
