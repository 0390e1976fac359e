//! What the fuzz targets run (`tests/fuzz`): whatever a player or a clerk's program sends, reading it does not panic.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::{
    delivery::fuzz::{name, playlist_request, wanted},
    language, pages, session,
    studio::film_metadata,
};

/// An address: a file's name, a playlist's query, the language in it.
pub fn address(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    name(text);
    playlist_request(text);
    pages::seconds(text);
    let _ = language::chosen(text, &HeaderMap::new());
}

/// A request's head.
pub fn head(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let mut headers = HeaderMap::new();
    let names = [
        header::RANGE,
        header::IF_RANGE,
        header::IF_NONE_MATCH,
        header::COOKIE,
        header::ACCEPT,
        header::ACCEPT_LANGUAGE,
    ];
    for name in names {
        headers.insert(name, value.clone());
    }
    headers.insert("upload-metadata", value);
    wanted(&headers, 1000);
    session::cookie(&headers, "bema");
    session::accepts_html(&headers);
    let _ = language::chosen("", &headers);
    let _ = film_metadata(&headers);
}

#[cfg(test)]
mod tests {
    use fuzz::round;

    use super::*;

    #[test]
    fn nothing_that_is_sent_makes_the_readers_panic() {
        let seeds = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
        round(
            &seeds(&["17.3.m4s", "init-0.mp4", "_HLS_msn=7&_HLS_part=2&_HLS_skip=YES", "lang=en", "1:02:30"]),
            address,
        );
        let heads = [
            "bytes=0-99",
            "W/\"f1-2\", \"x\"",
            "bema=token; other=1",
            "text/html,*/*;q=0.8",
            "el-GR,el;q=0.9,en;q=0.8",
        ];
        round(&seeds(&heads), head);
        round(&seeds(&["filename zrrOsQ==,title MTI="]), head);
    }
}
