//! What happens, as it happens: server-sent events for viewers and for the go-live screen.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderValue, header},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
};
use council::{MeetingId, MunicipalityId, SourceId};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{
    App,
    error::{Error, Result},
    municipality::Here,
    news::READ_EVERY,
    server::{Client, Stopping},
    session::Clerk,
};

/// Event streams in all.
const STREAMS: usize = 50_000;
/// Event streams from one address prefix: a whole town hall, a school, a mobile network's gateway.
const STREAMS_PER_PREFIX: usize = 2_000;
/// The number of viewers is told no more often than this.
const VIEWERS_EVERY: Duration = Duration::from_secs(2);
/// A source's status is told no more often than this.
const STATUS_EVERY: Duration = Duration::from_millis(200);
/// A silent stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/meetings/{id}/events", get(meeting))
        .route("/studio/sources/{id}/events", get(source))
        .route("/studio/sources/{id}/thumbnail.jpg", get(thumbnail))
        .route("/studio/meetings/{id}/alarms.json", get(alarms))
        .route("/studio/disk.json", get(disk))
}

/// Who follows which meeting, and how many streams there are; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Audience(Arc<Mutex<Counted>>);

#[derive(Default)]
struct Counted {
    watching: HashMap<MeetingId, watch::Sender<u64>>,
    prefixes: HashMap<IpAddr, usize>,
    streams: usize,
}

/// A place among the streams and sockets, given back when the stream ends.
pub(crate) struct Place {
    audience: Audience,
    prefix: IpAddr,
    watching: Option<MeetingId>,
}

impl Audience {
    pub(crate) fn enter(&self, client: IpAddr, watching: Option<MeetingId>) -> Result<Place> {
        let prefix = prefix(client);
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_prefix = counted.prefixes.get(&prefix).copied().unwrap_or(0);
        if counted.streams >= STREAMS || of_prefix >= STREAMS_PER_PREFIX {
            return Err(Error::Busy("too many follow from here; the page goes on without live news"));
        }
        counted.streams += 1;
        *counted.prefixes.entry(prefix).or_default() += 1;
        if let Some(meeting) = watching {
            counted.watching.entry(meeting).or_default().send_modify(|viewers| *viewers += 1);
        }
        Ok(Place { audience: self.clone(), prefix, watching })
    }

    /// How many pages watch a meeting now.
    pub(crate) fn viewers(&self, meeting: MeetingId) -> u64 {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.watching.get(&meeting).map_or(0, |viewers| *viewers.borrow())
    }

    fn follow(&self, meeting: MeetingId) -> watch::Receiver<u64> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.watching.entry(meeting).or_default().subscribe()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counted = self.audience.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.streams -= 1;
        if let Some(count) = counted.prefixes.get_mut(&self.prefix) {
            *count -= 1;
            if *count == 0 {
                counted.prefixes.remove(&self.prefix);
            }
        }
        let Some(meeting) = self.watching else { return };
        let viewers = counted.watching.entry(meeting).or_default();
        viewers.send_modify(|viewers| *viewers = viewers.saturating_sub(1));
        if *viewers.borrow() == 0 && viewers.receiver_count() == 0 {
            counted.watching.remove(&meeting);
        }
    }
}

/// The network that an address is counted with: /24 of IPv4, /48 of IPv6.
pub(crate) fn prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4((u32::from(v4) & 0xffff_ff00).into()),
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & !0 << 80).into()),
    }
}

#[derive(Deserialize)]
struct Watching {
    watching: Option<String>,
}

#[derive(PartialEq, Serialize)]
struct Told {
    stage: &'static str,
    #[serde(flatten)]
    state: Option<vod_store::recording::State>,
}

async fn meeting(
    State(app): State<App>,
    Here(here): Here,
    Client(client): Client,
    Stopping(stopping): Stopping,
    Path(id): Path<String>,
    Query(query): Query<Watching>,
) -> Result<Response> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let followed = app.board.follow(id);
    let mut news = followed.news(&app.council, here.id).await?;
    let place = app.audience.enter(client, query.watching.is_some().then_some(id))?;
    let (mut viewers, mut presses) = (app.audience.follow(id), followed.presses());
    let stream = async_stream::stream! {
        let _place = place;
        yield Ok::<_, Infallible>(Event::default().retry(retry()));
        let (mut told, mut told_viewers, mut told_agenda) = (None, None, String::new());
        let mut every = tokio::time::interval(READ_EVERY);
        let mut counts = tokio::time::interval(VIEWERS_EVERY);
        loop {
            let state = match app.store.recording(id).await {
                Ok(Some(recording)) => Some(recording.state()),
                _ => None,
            };
            let now = Told { stage: news.stage, state: state.as_ref().map(|state| state.borrow().clone()) };
            if told.as_ref() != Some(&now) {
                yield event("state", &now);
                told = Some(now);
            }
            if told_agenda != news.event {
                told_agenda.clone_from(&news.event);
                yield Ok(Event::default().event("agenda").data(&told_agenda));
            }
            tokio::select! {
                () = stopping.cancelled() => break,
                _ = every.tick() => news = followed.news(&app.council, here.id).await.unwrap_or(news),
                Ok(()) = presses.changed() => news = followed.news(&app.council, here.id).await.unwrap_or(news),
                () = changed(state) => {}
                _ = counts.tick() => {
                    let count = *viewers.borrow_and_update();
                    if told_viewers != Some(count) {
                        yield event("viewers", &serde_json::json!({ "viewers": count }));
                        told_viewers = Some(count);
                    }
                }
            }
        }
        // The server stops: come back, but not all at once.
        yield Ok(Event::default().retry(retry()).comment("restart"));
    };
    Ok(sse(stream))
}

async fn changed(state: Option<watch::Receiver<vod_store::recording::State>>) {
    if let Some(mut state) = state
        && state.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

fn event(name: &str, data: &impl Serialize) -> Result<Event, Infallible> {
    Ok(Event::default().event(name).data(serde_json::to_string(data).unwrap_or_default()))
}

/// One to three seconds, each stream its own.
pub(crate) fn retry() -> Duration {
    Duration::from_millis(1000 + u64::from(uuid::Uuid::new_v4().as_bytes()[0]) * 8)
}

pub(crate) fn sse(stream: impl futures_util::Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let mut response = Sse::new(stream).keep_alive(KeepAlive::new().interval(HEARTBEAT)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that buffer would keep the news to themselves.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// The source, if it is the clerk's municipality's.
async fn own_source(app: &App, here: MunicipalityId, id: &str) -> Result<SourceId> {
    let id: SourceId = id.parse().map_err(|_| Error::NotFound)?;
    let sources = app.council.sources(here).await?;
    sources.iter().any(|source| source.id == id).then_some(id).ok_or(Error::NotFound)
}

async fn source(
    State(app): State<App>,
    clerk: Clerk,
    Client(client): Client,
    Stopping(stopping): Stopping,
    Path(id): Path<String>,
) -> Result<Response> {
    let id = own_source(&app, clerk.here.id, &id).await?;
    let place = app.audience.enter(client, None)?;
    let mut status = app.store.intake().status(id);
    let stream = async_stream::stream! {
        let _place = place;
        yield Ok::<_, Infallible>(Event::default().retry(retry()));
        loop {
            let now = status.borrow_and_update().clone();
            yield event("status", &now);
            tokio::time::sleep(STATUS_EVERY).await;
            tokio::select! {
                () = stopping.cancelled() => break,
                changed = status.changed() => if changed.is_err() { break },
            }
        }
    };
    Ok(sse(stream))
}

async fn thumbnail(State(app): State<App>, clerk: Clerk, Path(id): Path<String>) -> Result<Response> {
    let id = own_source(&app, clerk.here.id, &id).await?;
    let picture = app.store.intake().thumbnail(id).ok_or(Error::NotFound)?;
    let headers = [(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, picture.jpeg).into_response())
}

/// What an hour of a meeting takes on disk at the usual 2.2 Mb/s of picture and sound.
const BYTES_PER_HOUR: u64 = 2_200_000 / 8 * 3600;

async fn disk(State(app): State<App>, _clerk: Clerk) -> Result<Response> {
    let left = app.store.room_left()?;
    let hours = left / BYTES_PER_HOUR;
    let body = serde_json::json!({ "room_left_bytes": left, "meeting_hours_left": hours });
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(body)).into_response())
}

/// What is wrong with the disks under the meeting's recording; nothing where it has none.
async fn alarms(State(app): State<App>, clerk: Clerk, Path(id): Path<String>) -> Result<Response> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    app.council.meeting(clerk.here.id, id).await?;
    let alarms = app.store.recording(id).await?.map(|recording| recording.alarms().borrow().clone());
    Ok(([(header::CACHE_CONTROL, "no-store")], axum::Json(alarms.unwrap_or_default())).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn viewers_are_counted_while_their_streams_last_and_a_prefix_has_its_limit() {
        let (audience, meeting) = (Audience::default(), MeetingId::new());
        let places: Vec<Place> = (0..STREAMS_PER_PREFIX)
            .map(|n| audience.enter([192, 0, 2, u8::try_from(n % 250).unwrap()].into(), Some(meeting)).unwrap())
            .collect();
        assert_eq!(audience.viewers(meeting), STREAMS_PER_PREFIX as u64);
        assert!(audience.enter([192, 0, 2, 99].into(), None).is_err());
        assert!(audience.enter([192, 0, 3, 99].into(), None).is_ok());
        drop(places);
        assert_eq!(audience.viewers(meeting), 0);
        assert!(audience.enter([192, 0, 2, 99].into(), None).is_ok());
    }
}
