//! What moderators send: each act is a form of its own, which a script may send as well.

use axum::{
    Form,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use chat::{
    Code, Mode, Reason,
    command::Act,
    mode::{Hold, Who},
};
use council::MeetingId;
use serde::Deserialize;

use super::Moderator;
use crate::{
    App,
    error::{Error, Result, percent},
    session::accepts_html,
};

/// What any of the desk's forms sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Decision {
    message: String,
    author: String,
    exclusion: String,
    code: String,
    reason: String,
    minutes: String,
    who: String,
    hold: String,
    slow_s: String,
    /// The table that was looked at, to come back to it.
    show: String,
}

pub(super) async fn act(
    State(app): State<App>,
    Moderator { moderator, here }: Moderator,
    Path((meeting, act)): Path<(String, String)>,
    headers: axum::http::HeaderMap,
    Form(form): Form<Decision>,
) -> Response {
    let done = async {
        let id: MeetingId = meeting.parse().map_err(|_| Error::NotFound)?;
        let room = app.floor.room(here.id, id).await?;
        Ok::<_, Error>(room.act(&moderator, form.act(&act)?).await?)
    };
    let done: Result<()> = done.await;
    if !accepts_html(&headers) {
        return match done {
            Ok(()) => axum::Json(serde_json::json!({ "ok": true })).into_response(),
            Err(error) => error.into_response(),
        };
    }
    let show = if form.show.is_empty() { "held" } else { &form.show };
    let back = format!("/studio/meetings/{}/chat?show={}", percent(&meeting), percent(show));
    match done {
        Ok(()) => {
            // What is taken back most often is offered at once.
            let undo = match act.as_str() {
                "remove" | "refuse" => format!("&undo={}", percent(&form.message)),
                _ => String::new(),
            };
            Redirect::to(&format!("{back}{undo}&done={}", percent(&act))).into_response()
        }
        Err(error) if error.status().is_server_error() || matches!(error, Error::NotFound) => error.into_response(),
        Err(error) => Redirect::to(&format!("{back}&error={}", percent(&error.key()))).into_response(),
    }
}

/// The list of words that make a message wait.
#[derive(Deserialize)]
pub(super) struct Words {
    words: String,
}

pub(super) async fn words(
    State(app): State<App>,
    Moderator { moderator, .. }: Moderator,
    headers: axum::http::HeaderMap,
    Form(form): Form<Words>,
) -> Response {
    let done = app.floor.set_words(&moderator, &form.words).await.map_err(Error::from);
    match done {
        Ok(()) if accepts_html(&headers) => Redirect::to("/studio/chat?done=words#words").into_response(),
        Ok(()) => axum::Json(serde_json::json!({ "ok": true })).into_response(),
        Err(error) if accepts_html(&headers) && !error.status().is_server_error() => {
            Redirect::to(&format!("/studio/chat?error={}#words", percent(&error.key()))).into_response()
        }
        Err(error) => error.into_response(),
    }
}

impl Decision {
    fn act(&self, name: &str) -> Result<Act> {
        let message = || self.message.parse().map_err(|_| Error::NotFound);
        Ok(match name {
            "approve" => Act::Approve { message: message()? },
            "refuse" => Act::Refuse { message: message()?, reason: self.why()? },
            "remove" => Act::Remove { message: message()?, reason: self.why()? },
            "restore" => Act::Restore { message: message()? },
            "uphold" => Act::Uphold { message: message()? },
            "pin" => Act::Pin { message: Some(message()?) },
            "unpin" => Act::Pin { message: None },
            "exclude" => Act::Exclude {
                author: self.author.parse().map_err(|_| Error::NotFound)?,
                minutes: self.minutes.parse().map_err(|_| Error::Bad("the minutes are no number"))?,
                reason: self.why()?,
            },
            "admit" => Act::Admit { exclusion: self.exclusion.parse().map_err(|_| Error::NotFound)? },
            "run" => Act::Run { mode: self.mode()? },
            "guard" => Act::Run { mode: self.mode()?.guarded() },
            _ => return Err(Error::NotFound),
        })
    }

    fn why(&self) -> Result<Reason> {
        let code = Code::named(&self.code).ok_or(Error::Bad("there is no such reason"))?;
        Ok(Reason { code, words: self.reason.clone() })
    }

    fn mode(&self) -> Result<Mode> {
        let bad = || Error::Bad("there is no such mode");
        let seconds: u32 = self.slow_s.parse().map_err(|_| bad())?;
        Ok(Mode {
            who: Who::named(&self.who).ok_or_else(bad)?,
            hold: Hold::named(&self.hold).ok_or_else(bad)?,
            slow_ms: seconds.saturating_mul(1000),
        })
    }
}
