//! What moderators send of citizens' interventions: each act is a form of its own, which a script may send as well.

use axum::{
    Form,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse as _, Redirect, Response},
};
use chat::{
    Code, InterventionId, Reason,
    intervention::{Act, Answer, Intake, Move, Policy},
    mode::Who,
};
use council::MeetingId;
use serde::Deserialize;

use super::{Moderator, interventions::key};
use crate::{
    App,
    error::{Error, Result, percent},
    pages,
    session::accepts_html,
};

/// A day, milliseconds.
const DAY_MS: i64 = 86_400_000;

/// What any of the console's forms sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Decision {
    intervention: String,
    revision: String,
    code: String,
    reason: String,
    into: String,
    words: String,
    days: String,
    /// A moment of the recording, "1:02:33".
    at: String,
    who: String,
    policy: String,
    /// The table that was looked at, to come back to it.
    show: String,
    item: String,
    page: String,
}

pub(super) async fn act(
    State(app): State<App>,
    Moderator { moderator, here }: Moderator,
    Path((meeting, act)): Path<(String, String)>,
    headers: HeaderMap,
    Form(form): Form<Decision>,
) -> Response {
    let done = async {
        let id: MeetingId = meeting.parse().map_err(|_| Error::NotFound)?;
        let room = app.floor.room(here.id, id).await?;
        match act.as_str() {
            "claim" => room.claim(&moderator, form.which()?)?,
            "release" => room.release(&moderator, form.which()?),
            _ => {
                let began_ms = app.store.recording(id).await?.map(|recording| recording.began_at_ms());
                let asked = form.act(&act, app.council.clock().now_ms(), began_ms)?;
                room.settle(&moderator, asked).await?;
            }
        }
        Ok::<_, Error>(())
    };
    let done: Result<()> = done.await;
    if !accepts_html(&headers) {
        return match done {
            Ok(()) => axum::Json(serde_json::json!({ "ok": true })).into_response(),
            Err(error) => error.into_response(),
        };
    }
    let show = if form.show.is_empty() { "pending" } else { &form.show };
    let back = format!(
        "/studio/meetings/{}/interventions?show={}&item={}&page={}",
        percent(&meeting),
        percent(show),
        percent(&form.item),
        percent(&form.page)
    );
    match done {
        Ok(()) => {
            let revision = form.revision.parse::<i64>().map_or(0, |revision| revision + 1);
            let undo = match act.as_str() {
                "undo" | "run" | "claim" | "release" => String::new(),
                _ => format!("&undo={}&revision={revision}", percent(&form.intervention)),
            };
            Redirect::to(&format!("{back}{undo}&done={}", percent(&act))).into_response()
        }
        Err(error) if error.status().is_server_error() || matches!(error, Error::NotFound) => error.into_response(),
        Err(error) => Redirect::to(&format!("{back}&error={}", percent(&key(&error)))).into_response(),
    }
}

impl Decision {
    fn which(&self) -> Result<InterventionId> {
        self.intervention.parse().map_err(|_| Error::Floor(chat::Error::NoIntervention))
    }

    fn act(&self, name: &str, now_ms: i64, began_ms: Option<i64>) -> Result<Act> {
        if name == "run" {
            return Ok(Act::Run { intake: self.intake()? });
        }
        let intervention = self.which()?;
        let revision: i64 = self.revision.parse().map_err(|_| Error::Bad("the revision is no number"))?;
        let a = match name {
            "show" => return Ok(Act::Show { intervention, revision }),
            "spoken" => return Ok(Act::Spoken { intervention, revision, at_ms: self.moment(began_ms)? }),
            "raise" | "lower" => return Ok(Act::Place { intervention, revision, forward: name == "raise" }),
            "undo" => return Ok(Act::Undo { intervention, revision }),
            "approve" => Move::Approve,
            "reject" => Move::Reject { reason: self.why()? },
            "merge" => Move::Merge { into: self.into.parse().map_err(|_| Error::Floor(chat::Error::NoIntervention))? },
            "queue" => Move::Queue { place: 0 },
            "unqueue" => Move::Unqueue,
            "take_down" => Move::TakeDown,
            "write" => Move::Answer { answer: Answer::Written { words: self.words.clone() } },
            "defer" => Move::Defer { due_at_ms: now_ms.saturating_add(self.days()?.saturating_mul(DAY_MS)) },
            "expire" => Move::Expire,
            "uphold" => Move::Uphold,
            "reopen" => Move::Reopen,
            _ => return Err(Error::NotFound),
        };
        Ok(Act::Decide { intervention, revision, a })
    }

    fn why(&self) -> Result<Reason> {
        let code = Code::named(&self.code).ok_or(Error::Bad("there is no such reason"))?;
        Ok(Reason { code, words: self.reason.clone() })
    }

    fn days(&self) -> Result<i64> {
        self.days.parse::<u16>().map(i64::from).map_err(|_| Error::Bad("the days are no number"))
    }

    /// The instant of a moment of the recording; none where none is named.
    fn moment(&self, began_ms: Option<i64>) -> Result<Option<i64>> {
        if self.at.trim().is_empty() {
            return Ok(None);
        }
        let seconds = pages::seconds(&self.at).and_then(|seconds| i64::try_from(seconds).ok());
        let at_ms = began_ms.zip(seconds).and_then(|(began, seconds)| began.checked_add(seconds.checked_mul(1000)?));
        at_ms.map(Some).ok_or(Error::Bad("there is no such moment of the recording"))
    }

    fn intake(&self) -> Result<Intake> {
        let bad = || Error::Bad("there is no such way to take interventions");
        Ok(Intake {
            who: Who::named(&self.who).ok_or_else(bad)?,
            policy: Policy::named(&self.policy).ok_or_else(bad)?,
            reason: self.reason.clone(),
        })
    }
}
