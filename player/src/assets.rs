//! Scripts, styles and fonts, bundled by `player/web` and carried in the binary.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;

use crate::{
    App,
    error::{Error, Result},
};

#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Dist;

/// The names in the sources and those that carry a hash of the content.
static MANIFEST: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let file = Dist::get("manifest.json");
    file.and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default()
});

pub(crate) fn router() -> Router<App> {
    Router::new().route("/assets/{*name}", get(asset)).route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
}

/// The address of a bundled file: `path("main.js")` is `/assets/main-AB12CD.js`.
pub(crate) fn path(name: &str) -> String {
    format!("/assets/{}", MANIFEST.get(name).map_or(name, String::as_str))
}

/// A name with a hash in it never changes its content.
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response> {
    let kind = match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webmanifest") => "application/manifest+json",
        _ => return Err(Error::NotFound),
    };
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let packed =
        accepts.is_some_and(|accepts| accepts.contains("gzip")).then(|| Dist::get(&format!("{name}.gz"))).flatten();
    let gzip = packed.is_some();
    let file = packed.or_else(|| Dist::get(&name)).ok_or(Error::NotFound)?;
    let cache = if MANIFEST.values().any(|hashed| *hashed == name) || name.ends_with(".woff2") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let mut response = file.data.into_owned().into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
    answer.insert(header::CACHE_CONTROL, header::HeaderValue::from_static(cache));
    answer.insert(header::VARY, header::HeaderValue::from_static("Accept-Encoding"));
    if gzip {
        answer.insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
