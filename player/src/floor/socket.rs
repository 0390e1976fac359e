//! The socket: one for each viewer, with several channels.
//!
//! It owns its time: it beats, it gives up on who does not answer or does not read, and it ends in order when the server
//! stops.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{
        FromRequestParts as _, State,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade},
    },
    http::{HeaderMap, Uri, request::Parts},
    response::Response,
};
use chat::channel::{Batch, Following, Position};
use council::MeetingId;
use futures_util::StreamExt as _;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_stream::{
    StreamMap,
    wrappers::{BroadcastStream, errors::BroadcastStreamRecvError},
};

use super::{
    Speaker,
    line::{Ask, Channel, Tell},
};
use crate::{
    App,
    error::{Error, Result},
    events::Place,
    security,
    server::{Held, Stopping},
};

/// The name of what is spoken here.
const PROTOCOL: &str = "bema.v1";
/// The longest line of a client, bytes.
const LINE_BYTES: usize = 4 << 10;
/// What is read at once: lines are short, and buffers are many.
const READ_BYTES: usize = 1 << 10;
/// What goes in one frame, bytes, but for a line that is longer: so much waits for a client that does not read.
const FRAME_BYTES: usize = 32 << 10;
/// What may wait to be written to one client, bytes: room for the longest line, a snapshot of a hundred long messages.
const WRITE_BYTES: usize = 512 << 10;
/// How often the server beats.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// Who says nothing for so long, not even an answer to a beat, is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// A line that is not taken within this time is the last one.
const SEND: Duration = Duration::from_secs(8);
/// Channels of one socket.
const CHANNELS: usize = 8;
/// Lines that a client may send at once, and how soon the next one is free.
const BURST: u32 = 30;
const EACH: Duration = Duration::from_millis(200);
/// Clients come back spread over so long.
const SPREAD_MS: u64 = 2500;

/// Why a socket is closed: the code of the frame and its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The client has gone.
    Gone,
    /// The client does not read.
    Slow,
    /// The client says too much.
    TooMuch,
    /// The server stops.
    Restart,
}

pub(super) async fn open(State(app): State<App>, mut parts: Parts) -> Result<Response> {
    foreign(&app, &parts.headers, &parts.uri)?;
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &app).await;
    let upgrade = upgrade.map_err(|_| Error::Bad("this address is for WebSockets, protocol bema.v1"))?;
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BYTES)
        .max_message_size(LINE_BYTES)
        .max_frame_size(LINE_BYTES);
    if upgrade.selected_protocol().is_none() {
        return Err(Error::Bad("this server speaks the WebSocket protocol bema.v1: load the page again"));
    }
    let speaker = Speaker::from_request_parts(&mut parts, &app).await?;
    let Ok(Stopping(stopping)) = Stopping::from_request_parts(&mut parts, &app).await;
    let Ok(held) = Held::from_request_parts(&mut parts, &app).await;
    let place = app.audience.enter(speaker.client, None)?;
    Ok(upgrade.on_upgrade(move |socket| async move {
        let seat = Seat { app, speaker, following: StreamMap::new(), tokens: BURST, filled: Instant::now() };
        seat.serve(socket, stopping, (place, held)).await;
    }))
}

/// A socket is asked for by a GET, which other sites' pages may send: they are refused here.
fn foreign(app: &App, headers: &HeaderMap, uri: &Uri) -> Result<()> {
    if security::same_site(app, headers, uri) { Ok(()) } else { Err(Error::Foreign) }
}

/// What a socket waits for.
enum Comes {
    Stop,
    Beat,
    Batch(Result<Batch, BroadcastStreamRecvError>),
    Line(Option<Result<Message, axum::Error>>),
}

/// Somebody at a socket.
struct Seat {
    app: App,
    speaker: Speaker,
    following: StreamMap<Arc<str>, BroadcastStream<Batch>>,
    /// Lines that may be sent, and when that was counted.
    tokens: u32,
    filled: Instant,
}

impl Seat {
    async fn serve(
        mut self,
        mut socket: WebSocket,
        stopping: tokio_util::sync::CancellationToken,
        _until_the_end: (Place, Held),
    ) {
        let hello = Tell::Hello { protocol: PROTOCOL, heartbeat_ms: u64::try_from(HEARTBEAT.as_millis()).unwrap_or(0) };
        let mut heard = Instant::now();
        let mut beat = interval(HEARTBEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sent = send(&mut socket, text(hello.text())).await;
        while sent.is_ok() {
            let comes = tokio::select! {
                () = stopping.cancelled() => Comes::Stop,
                _ = beat.tick() => Comes::Beat,
                Some((_, batch)) = self.following.next() => Comes::Batch(batch),
                line = socket.recv() => Comes::Line(line),
            };
            sent = match comes {
                Comes::Stop => Err(End::Restart),
                Comes::Beat if heard.elapsed() > SILENCE => Err(End::Gone),
                Comes::Beat => send(&mut socket, Message::Ping(bytes::Bytes::new())).await,
                Comes::Batch(Ok(batch)) if batch.text().len() > FRAME_BYTES => {
                    Box::pin(send_all(&mut socket, frames(&batch))).await
                }
                Comes::Batch(Ok(batch)) => send(&mut socket, shared(&batch)).await,
                // What it missed it can ask for again, by offset.
                Comes::Batch(Err(BroadcastStreamRecvError::Lagged(_))) => Err(End::Slow),
                Comes::Line(line) => {
                    heard = Instant::now();
                    // In a box, since few of those who sit here say anything and each would keep the room for it.
                    Box::pin(self.hear(&mut socket, line)).await
                }
            };
        }
        if let Err(end) = sent {
            Box::pin(farewell(&mut socket, end)).await;
        }
    }

    async fn hear(&mut self, socket: &mut WebSocket, heard: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        match heard {
            Some(Ok(Message::Text(lines))) => {
                for line in lines.as_str().lines() {
                    if !self.may_speak() {
                        return Err(End::TooMuch);
                    }
                    send_all(socket, self.answer(line).await).await?;
                }
                Ok(())
            }
            Some(Ok(Message::Binary(_))) => {
                if !self.may_speak() {
                    return Err(End::TooMuch);
                }
                send(socket, text(refusal("bad_line", None).text())).await
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
        }
    }

    /// Takes a token for a line.
    fn may_speak(&mut self) -> bool {
        let new = self.filled.elapsed().as_millis() / EACH.as_millis();
        if let Ok(new @ 1..) = u32::try_from(new) {
            self.tokens = self.tokens.saturating_add(new).min(BURST);
            self.filled = Instant::now();
        }
        self.tokens = if self.tokens == 0 { return false } else { self.tokens - 1 };
        true
    }

    async fn answer(&mut self, line: &str) -> Vec<Message> {
        let ask: Ask = match serde_json::from_str(line) {
            Ok(ask) => ask,
            Err(_) => return vec![text(refusal("bad_line", None).text())],
        };
        match ask {
            Ask::Subscribe { channel, after } => match self.subscribe(&channel, after.as_ref()).await {
                Ok((position, missed)) => {
                    let told = Tell::Subscribed { channel: &channel, position }.text();
                    match missed {
                        Some(missed) if !missed.text().is_empty() => {
                            std::iter::once(text(told)).chain(frames(&missed)).collect()
                        }
                        _ => vec![text(told)],
                    }
                }
                Err(code) => vec![text(refusal(code, Some(&channel)).text())],
            },
            Ask::Unsubscribe { channel } => {
                self.following.remove(channel.as_str());
                vec![text(Tell::Unsubscribed { channel: &channel }.text())]
            }
            Ask::Say { channel, say } => vec![text(self.say(&channel, say).await)],
        }
    }

    async fn subscribe(
        &mut self,
        name: &str,
        after: Option<&Position>,
    ) -> Result<(Position, Option<Batch>), &'static str> {
        let channel = Channel::named(name).ok_or("no_channel")?;
        if self.following.len() >= CHANNELS && !self.following.contains_key(name) {
            return Err("too_many_channels");
        }
        let (Channel::Public(meeting)
        | Channel::Desk(meeting)
        | Channel::Own(meeting)
        | Channel::Interventions(meeting)) = channel;
        let room = self.room(meeting).await?;
        let Following { batches, position, missed } = match channel {
            Channel::Public(_) => room.follow(after),
            Channel::Interventions(_) => room.follow_interventions(after),
            Channel::Desk(_) => room.follow_desk(&self.speaker.moderator().ok_or("forbidden")?),
            Channel::Own(_) => {
                let own = room.follow_own(&self.speaker.asker).await.map_err(|error| error.code())?;
                own.ok_or("nobody")?
            }
        };
        self.following.insert(name.into(), BroadcastStream::new(batches));
        Ok((position, missed))
    }

    async fn room(&self, meeting: MeetingId) -> Result<Arc<chat::Room>, &'static str> {
        let room = self.app.floor.room(self.speaker.visitor.here.id, meeting).await;
        room.map_err(|error| {
            let code = error.code();
            if code == "failed" {
                tracing::error!(%error, %meeting, "a floor could not be opened");
            }
            code
        })
    }

    async fn say(&self, channel: &str, say: chat::command::Say) -> String {
        let id = say.id;
        let Some(Channel::Public(meeting)) = Channel::named(channel) else {
            return Tell::Refused { code: "no_channel", id: Some(id), channel: None, wait_ms: None }.text();
        };
        let said = match self.room(meeting).await {
            Ok(room) => room.say(&self.speaker.asker, say).await,
            Err(code) => return Tell::Refused { code, id: Some(id), channel: None, wait_ms: None }.text(),
        };
        match said {
            Ok(message) => Tell::Taken { id, state: message.state }.text(),
            Err(error) => {
                let wait_ms = if let chat::Error::Slow { wait_ms } = &error { Some(*wait_ms) } else { None };
                Tell::Refused { code: error.code(), id: Some(id), channel: None, wait_ms }.text()
            }
        }
    }
}

fn refusal<'a>(code: &'a str, channel: Option<&'a str>) -> Tell<'a> {
    Tell::Refused { code, id: None, channel, wait_ms: None }
}

fn text(text: String) -> Message {
    Message::Text(text.into())
}

/// A batch as it goes to all: the bytes are shared.
fn shared(batch: &Batch) -> Message {
    Message::Text(batch.form(|text| Utf8Bytes::from(text.to_owned())))
}

/// The same in frames that are not too long: whoever was away for long has missed much.
fn frames(batch: &Batch) -> Vec<Message> {
    if batch.text().len() <= FRAME_BYTES {
        return vec![shared(batch)];
    }
    let mut frames: Vec<String> = Vec::new();
    for line in batch.text().lines() {
        match frames.last_mut() {
            Some(frame) if frame.len() + line.len() < FRAME_BYTES => {
                frame.push('\n');
                frame.push_str(line);
            }
            _ => frames.push(line.to_owned()),
        }
    }
    frames.into_iter().map(text).collect()
}

async fn send_all(socket: &mut WebSocket, messages: Vec<Message>) -> Result<(), End> {
    for message in messages {
        send(socket, message).await?;
    }
    Ok(())
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), End> {
    match timeout(SEND, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => Err(End::Slow),
    }
}

/// Says why it ends; to who does not listen that is lost.
async fn farewell(socket: &mut WebSocket, end: End) {
    let (code, reason) = match end {
        End::Gone => return,
        End::Slow => (4001, "slow"),
        End::TooMuch => (4002, "too_much"),
        End::Restart => (1012, "restart"),
    };
    let close = async {
        if end == End::Restart {
            let after_ms = u64::from(council::random::bytes::<1>()[0]) * SPREAD_MS / 255;
            send(socket, text(Tell::Bye { code: "restart", after_ms }.text())).await?;
        }
        send(socket, Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }))).await
    };
    // The other side answers by closing, or is let go.
    if let Ok(Ok(())) = timeout(Duration::from_secs(2), close).await {
        let until = Instant::now() + Duration::from_secs(1);
        while let Ok(Some(Ok(_))) = tokio::time::timeout_at(until, socket.recv()).await {}
    }
}
