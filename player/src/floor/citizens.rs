//! What citizens send by HTTP: their messages, from the page's form or from its script.

use axum::{
    Form,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use chat::{MessageId, command::Say};
use serde::{Deserialize, Serialize};

use super::{Speaker, known};
use crate::{
    App,
    error::{Error, Result, percent},
    session::accepts_html,
    studio::with_cookie,
};

/// The form of a message.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    /// Made by the page, so that a form that is sent twice is one message.
    id: String,
    name: String,
    text: String,
    reply: String,
}

#[derive(Serialize)]
struct Taken {
    id: MessageId,
    #[serde(flatten)]
    state: chat::State,
}

pub(super) async fn say(
    State(app): State<App>,
    mut speaker: Speaker,
    Path(meeting): Path<String>,
    headers: axum::http::HeaderMap,
    Form(form): Form<Said>,
) -> Response {
    let made = known(&app, &mut speaker);
    let done = async {
        let room = speaker.room(&app, &meeting).await?;
        let id = if form.id.is_empty() {
            MessageId::new()
        } else {
            form.id.parse().map_err(|_| Error::Bad("the message's id is no UUID"))?
        };
        let reply = match form.reply.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| Error::NotFound)?),
        };
        let say = Say { id, name: form.name.clone(), text: form.text.clone(), reply };
        Ok::<_, Error>(room.say(&speaker.asker, say).await?)
    };
    let done = done.await;
    let html = accepts_html(&headers);
    let response = match done {
        Ok(message) if html => {
            let said = message.state.name();
            Redirect::to(&format!("/meetings/{meeting}?said={said}#chat")).into_response()
        }
        Ok(message) => {
            let taken = Taken { id: message.id, state: message.state };
            (StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], axum::Json(taken)).into_response()
        }
        // The page comes again with the reason, and with what was typed.
        Err(error) if html && !error.status().is_server_error() && error.status() != StatusCode::NOT_FOUND => {
            let (key, name, text) = (percent(&error.key()), percent(&form.name), percent(&form.text));
            Redirect::to(&format!("/meetings/{meeting}?error={key}&name={name}&text={text}#chat")).into_response()
        }
        Err(error) => error.into_response(),
    };
    match made {
        Some(cookie) => with_cookie(response, &cookie),
        None => response,
    }
}

/// What an author says against a decision.
#[derive(Deserialize)]
pub(super) struct Against {
    message: String,
    text: String,
}

pub(super) async fn appeal(
    State(app): State<App>,
    speaker: Speaker,
    Path(meeting): Path<String>,
    headers: axum::http::HeaderMap,
    Form(form): Form<Against>,
) -> Response {
    let done = async {
        let message = form.message.parse().map_err(|_| Error::NotFound)?;
        Ok::<_, Error>(speaker.room(&app, &meeting).await?.appeal(&speaker.asker, message, &form.text).await?)
    };
    match done.await {
        Ok(()) if accepts_html(&headers) => {
            Redirect::to(&format!("/meetings/{meeting}?said=appealed#chat")).into_response()
        }
        Ok(()) => axum::Json(serde_json::json!({ "ok": true })).into_response(),
        Err(error) => error.into_response(),
    }
}

/// A stretch of time, milliseconds UTC.
#[derive(Deserialize)]
pub(super) struct Stretch {
    from_ms: i64,
    until_ms: i64,
}

/// What was said within a stretch of a meeting: for the chat beside a recording.
pub(super) async fn between(
    State(app): State<App>,
    speaker: Speaker,
    Path(meeting): Path<String>,
    Query(stretch): Query<Stretch>,
) -> Result<Response> {
    let room = speaker.room(&app, &meeting).await?;
    let messages = room.between(stretch.from_ms, stretch.until_ms).await?;
    Ok(([(header::CACHE_CONTROL, "no-cache")], axum::Json(messages)).into_response())
}
