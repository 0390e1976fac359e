//! Sources and their keys.

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use council::{SourceId, source::Protocol};
use serde::Deserialize;

use super::Answer;
use crate::{App, error::Error, language::Language, pages, security::Nonce, session::Clerk};

#[derive(Deserialize)]
pub(super) struct SourceForm {
    name: String,
}

/// The RTMP address that a clerk types into the encoder.
pub(crate) fn rtmp_url(app: &App, host: &str) -> String {
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    app.config.rtmp_url.clone().unwrap_or_else(|| format!("rtmp://{name}/live"))
}

pub(super) async fn create_source(
    State(app): State<App>,
    clerk: Clerk,
    answer: Answer,
    Language(language): Language,
    Nonce(nonce): Nonce,
    headers: HeaderMap,
    Form(form): Form<SourceForm>,
) -> Response {
    match app.council.create_source(&clerk.clerk, &form.name, Protocol::Rtmp).await {
        Ok((source, key)) => show_key(&app, &clerk, &answer, (language, &nonce), &headers, &source, &key),
        Err(error) => answer.give(Err::<(), _>(error.into()), "", "/studio/sources"),
    }
}

pub(super) async fn rotate(
    State(app): State<App>,
    clerk: Clerk,
    answer: Answer,
    Language(language): Language,
    Nonce(nonce): Nonce,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let rotated = async {
        let id: SourceId = id.parse().map_err(|_| Error::NotFound)?;
        let key = app.council.rotate_key(&clerk.clerk, id).await?;
        let sources = app.council.sources(clerk.here.id).await?;
        let source = sources.into_iter().find(|source| source.id == id).ok_or(Error::NotFound)?;
        Ok((source, key))
    };
    match rotated.await {
        Ok((source, key)) => show_key(&app, &clerk, &answer, (language, &nonce), &headers, &source, &key),
        Err(error) => answer.give(Err::<(), _>(error), "", "/studio/sources"),
    }
}

/// The only answer that ever carries a key.
fn show_key(
    app: &App,
    clerk: &Clerk,
    answer: &Answer,
    (language, nonce): (&'static str, &str),
    headers: &HeaderMap,
    source: &council::source::Source,
    key: &council::stream_key::StreamKey,
) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let url = rtmp_url(app, host);
    let mut response = if answer.html {
        pages::key_page(&clerk.here, language, nonce, source, key, &url)
    } else {
        let body = serde_json::json!({ "id": source.id.to_string(), "url": url, "key": key.expose() });
        (StatusCode::CREATED, axum::Json(body)).into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
