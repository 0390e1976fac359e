//! Films of old meetings, sent in pieces that go on after whatever breaks: the protocol tus 1.0 (<https://tus.io>), with
//! the extensions creation and termination.

use std::collections::HashMap;

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{options, patch, post},
};
use base64::Engine as _;
use council::meeting::{NewMeeting, TITLE_MAX};
use futures_util::StreamExt as _;
use vod_store::films::{About, Error as FilmError, FilmId, MAX_BYTES};

use super::{invalid, meetings::instant};
use crate::{
    App,
    error::{Error, Result},
    session::{Clerk, accepts_html},
};

const VERSION: &str = "1.0.0";
const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
/// What a film is described with: a title and a file name, in base64.
const METADATA_BYTES: usize = 8 << 10;
/// A piece that does not come on for so long is over; what came of it is kept.
const SILENCE: std::time::Duration = std::time::Duration::from_secs(30);

pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/studio/films", options(can).post(announce))
        .route("/studio/films/{id}", patch(receive).head(offset).delete(remove).options(can))
        .route("/studio/films/{id}/again", post(again))
        .route("/studio/films/{id}/remove", post(remove_by_form))
}

/// An answer of the protocol.
fn tus(status: StatusCode, headers: impl IntoIterator<Item = (HeaderName, String)>) -> Response {
    let mut response = status.into_response();
    let given = response.headers_mut();
    given.insert(RESUMABLE, HeaderValue::from_static(VERSION));
    given.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            given.insert(name, value);
        }
    }
    response
}

/// `OPTIONS`: what is spoken here.
async fn can() -> Response {
    let said = [
        ("tus-version", VERSION.to_owned()),
        ("tus-extension", "creation,termination".to_owned()),
        ("tus-max-size", MAX_BYTES.to_string()),
    ];
    tus(StatusCode::NO_CONTENT, said.map(|(name, value)| (HeaderName::from_static(name), value)))
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64> {
    let number = headers.get(name).and_then(|value| value.to_str().ok()?.parse().ok());
    number.ok_or(Error::Bad("a number is missing in the request's head"))
}

fn speaks(headers: &HeaderMap) -> Result<()> {
    let speaks = headers.get(&RESUMABLE).is_some_and(|version| version == VERSION);
    if speaks { Ok(()) } else { Err(Error::Bad("Tus-Resumable: 1.0.0 is spoken here")) }
}

/// `Upload-Metadata`: keys with values in base64.
pub(crate) fn metadata(headers: &HeaderMap) -> Result<HashMap<String, String>> {
    let malformed = Error::Bad("the film's description is malformed");
    let text = headers.get(&METADATA).map(HeaderValue::to_str).transpose().map_err(|_| Error::Bad("malformed"))?;
    let text = text.unwrap_or_default();
    if text.len() > METADATA_BYTES {
        return Err(malformed);
    }
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let read = pairs.map(|pair| {
        let (key, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = base64::engine::general_purpose::STANDARD.decode(value).ok()?;
        Some((key.to_owned(), String::from_utf8(value).ok()?))
    });
    read.collect::<Option<_>>().ok_or(malformed)
}

/// `POST`: a film is announced with what it is to become.
async fn announce(State(app): State<App>, clerk: Clerk, headers: HeaderMap) -> Result<Response> {
    speaks(&headers)?;
    let (size, said) = (number(&headers, &LENGTH)?, metadata(&headers)?);
    let text = |key: &str| said.get(key).map(|text| text.trim().to_owned()).unwrap_or_default();
    let began_at_ms = instant(&text("date"), &text("time"), &clerk.here.time_zone)?;
    if began_at_ms > app.council.clock().now_ms() {
        return Err(Error::Council(council::Error::Invalid { field: "past", what: "value-not-time" }));
    }
    let bodies = app.council.bodies(clerk.here.id).await?;
    let body = bodies.into_iter().find(|body| body.id.to_string() == text("body")).ok_or_else(|| invalid("body"))?.id;
    let (title, place) = (text("title"), text("place"));
    let new = NewMeeting { body, title, place, starts_at_ms: began_at_ms, agenda: Vec::new() }.checked()?;
    let about = About {
        municipality: clerk.here.id,
        account: clerk.session.account.id,
        body,
        title: new.title.clone(),
        place: new.place.clone(),
        began_at_ms,
        name: text("filename").chars().take(TITLE_MAX).collect(),
        size,
    };
    let id = app.store.films().announce(about, app.store.room_left()?).await?;
    app.council.film_announced(&clerk.clerk, &id.to_string(), &new).await?;
    Ok(tus(StatusCode::CREATED, [(header::LOCATION, format!("/studio/films/{id}"))]))
}

fn id(text: &str) -> Result<FilmId> {
    text.parse().map_err(|_| Error::NotFound)
}

/// `HEAD`: how much of it is here.
async fn offset(State(app): State<App>, clerk: Clerk, Path(film): Path<String>) -> Result<Response> {
    let film = app.store.films().film(clerk.here.id, id(&film)?).await?;
    let said = [(OFFSET, film.received.to_string()), (LENGTH, film.about.size.to_string())];
    Ok(tus(StatusCode::OK, said))
}

/// `PATCH`: a piece of it. What came before it broke off is kept.
async fn receive(
    State(app): State<App>,
    clerk: Clerk,
    Path(film): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response> {
    speaks(&headers)?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/offset+octet-stream") {
        return Ok(tus(StatusCode::UNSUPPORTED_MEDIA_TYPE, []));
    }
    let mut receiving = app.store.films().receive(clerk.here.id, id(&film)?, number(&headers, &OFFSET)?).await?;
    let mut pieces = body.into_data_stream();
    let mut broke = None;
    loop {
        match tokio::time::timeout(SILENCE, pieces.next()).await {
            Ok(Some(Ok(bytes))) => {
                if let Err(error) = receiving.write(bytes).await {
                    broke = Some(error.into());
                    break;
                }
            }
            Ok(None) => break,
            Ok(Some(Err(_))) | Err(_) => {
                broke = Some(Error::Bad("the piece broke off"));
                break;
            }
        }
    }
    let received = receiving.finish().await?;
    match broke {
        None => Ok(tus(StatusCode::NO_CONTENT, [(OFFSET, received.to_string())])),
        Some(error) => Err(error),
    }
}

/// `DELETE`: it is not wanted any more.
async fn remove(State(app): State<App>, clerk: Clerk, Path(film): Path<String>) -> Result<Response> {
    app.store.films().remove(clerk.here.id, id(&film)?).await?;
    Ok(tus(StatusCode::NO_CONTENT, []))
}

/// The same, from a form.
async fn remove_by_form(
    State(app): State<App>,
    clerk: Clerk,
    headers: HeaderMap,
    Path(film): Path<String>,
) -> Response {
    let done = async { Ok(app.store.films().remove(clerk.here.id, id(&film)?).await?) };
    back(done.await, &headers)
}

/// Has a film that could not be taken in tried again.
async fn again(State(app): State<App>, clerk: Clerk, headers: HeaderMap, Path(film): Path<String>) -> Response {
    let done = async { Ok(app.store.films().again(clerk.here.id, id(&film)?).await?) };
    back(done.await, &headers)
}

fn back(done: Result<()>, headers: &HeaderMap) -> Response {
    match done {
        Ok(()) if accepts_html(headers) => Redirect::to("/studio/films").into_response(),
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) if accepts_html(headers) && !error.status().is_server_error() => {
            let key = crate::error::percent(&error.key());
            Redirect::to(&format!("/studio/films?error={key}")).into_response()
        }
        Err(error) => error.into_response(),
    }
}

impl From<FilmError> for Error {
    fn from(error: FilmError) -> Self {
        match error {
            FilmError::NotFound => Self::NotFound,
            error => Self::Film(error),
        }
    }
}
