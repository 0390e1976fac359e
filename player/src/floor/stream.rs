//! The same events where a socket cannot be had: server-sent events of a meeting's floor.

use std::convert::Infallible;

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{Response, sse::Event},
};
use chat::channel::Position;
use tokio::sync::broadcast::error::RecvError;

use super::Speaker;
use crate::{
    App,
    error::{Error, Result},
    events,
    server::Stopping,
};

/// Which of the public channels is followed.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Followed {
    /// `interventions`, or empty for the chat.
    channel: String,
}

/// The event's id is `EPOCH:OFFSET`; a browser that comes back names the last one by itself.
pub(super) async fn events(
    State(app): State<App>,
    speaker: Speaker,
    Stopping(stopping): Stopping,
    Path(id): Path<String>,
    Query(followed): Query<Followed>,
    headers: HeaderMap,
) -> Result<Response> {
    let room = speaker.room(&app, &id).await?;
    let after = headers.get("last-event-id").and_then(|value| value.to_str().ok()).and_then(position);
    let place = app.audience.enter(speaker.client, None)?;
    let following = match followed.channel.as_str() {
        "" => room.follow(after.as_ref()),
        "interventions" => room.follow_interventions(after.as_ref()),
        _ => return Err(Error::NotFound),
    };
    let stream = async_stream::stream! {
        let _place = place;
        let epoch = following.position.epoch;
        let mut batches = following.batches;
        yield Ok::<_, Infallible>(Event::default().retry(events::retry()));
        for line in following.missed.iter().flat_map(|missed| missed.text().lines()) {
            yield Ok(event(&epoch, line));
        }
        loop {
            let batch = tokio::select! {
                () = stopping.cancelled() => break,
                batch = batches.recv() => batch,
            };
            match batch {
                Ok(batch) => for line in batch.text().lines() {
                    yield Ok(event(&epoch, line));
                },
                // The browser comes back by the last event that it had.
                Err(RecvError::Lagged(_) | RecvError::Closed) => break,
            }
        }
        yield Ok(Event::default().retry(events::retry()).comment("restart"));
    };
    Ok(events::sse(stream))
}

fn position(id: &str) -> Option<Position> {
    let (epoch, offset) = id.rsplit_once(':')?;
    Some(Position { epoch: epoch.to_owned(), offset: offset.parse().ok()? })
}

fn event(epoch: &str, line: &str) -> Event {
    #[derive(serde::Deserialize)]
    struct Numbered {
        offset: u64,
    }
    let event = Event::default().event("floor").data(line);
    match serde_json::from_str::<Numbered>(line) {
        Ok(Numbered { offset }) => event.id(format!("{epoch}:{offset}")),
        Err(_) => event,
    }
}
