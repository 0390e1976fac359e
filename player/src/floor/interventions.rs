//! What citizens send of their interventions: a new one, support, second thoughts, disagreement; and the list of all.

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
};
use chat::{
    InterventionId,
    intervention::{Ask, Kind},
};
use serde::{Deserialize, Serialize};

use super::{Speaker, known};
use crate::{
    App,
    error::{Error, Result, percent},
    session::accepts_html,
    studio::with_cookie,
};

/// The form of an intervention.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Made by the page, so that a form that is sent twice is one intervention.
    id: String,
    kind: String,
    item: String,
    name: String,
    anonymous: String,
    text: String,
    /// The page to come back to: the meeting's, or the one of all interventions.
    back: String,
}

/// What is done about one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct About {
    text: String,
    back: String,
}

#[derive(Serialize)]
struct Taken {
    id: InterventionId,
    #[serde(flatten)]
    state: chat::intervention::State,
}

/// The words' key: what the chat calls a message is an intervention here.
pub(super) fn key(error: &Error) -> String {
    error.key().replace("error-chat-", "error-intervention-")
}

fn back(meeting: &str, page: &str, query: &str) -> String {
    let page = if page == "all" { "/interventions" } else { "" };
    format!("/meetings/{}{page}?{query}#interventions", percent(meeting))
}

/// Whether a page comes again with the reason, and no page of its own for it.
fn is_mendable(error: &Error) -> bool {
    !error.status().is_server_error() && !matches!(error, Error::NotFound | Error::Council(council::Error::NotFound(_)))
}

pub(super) async fn ask(
    State(app): State<App>,
    mut speaker: Speaker,
    Path(meeting): Path<String>,
    headers: HeaderMap,
    Form(form): Form<Asked>,
) -> Response {
    let made = known(&app, &mut speaker);
    let done = async {
        let room = speaker.room(&app, &meeting).await?;
        Ok::<_, Error>(room.ask(&speaker.asker, form.ask()?).await?)
    };
    let done = done.await;
    let html = accepts_html(&headers);
    let response = match done {
        Ok(_) if html => Redirect::to(&back(&meeting, &form.back, "asked=submitted")).into_response(),
        Ok(one) => {
            let taken = Taken { id: one.id, state: one.state };
            (StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], axum::Json(taken)).into_response()
        }
        Err(error) if html && is_mendable(&error) => {
            let query = format!(
                "ask_error={}&ask_name={}&ask_text={}&ask_kind={}&ask_item={}",
                percent(&key(&error)),
                percent(&form.name),
                percent(&form.text),
                percent(&form.kind),
                percent(&form.item)
            );
            Redirect::to(&back(&meeting, &form.back, &query)).into_response()
        }
        Err(error) => error.into_response(),
    };
    match made {
        Some(cookie) => with_cookie(response, &cookie),
        None => response,
    }
}

impl Asked {
    fn ask(&self) -> Result<Ask> {
        let id = if self.id.is_empty() {
            InterventionId::new()
        } else {
            self.id.parse().map_err(|_| Error::Bad("the intervention's id is no UUID"))?
        };
        let kind = if self.kind.is_empty() { Some(Kind::default()) } else { Kind::named(&self.kind) };
        let item = match self.item.as_str() {
            "" => None,
            item => Some(item.parse().map_err(|_| Error::Floor(chat::Error::NoItem))?),
        };
        Ok(Ask {
            id,
            kind: kind.ok_or(Error::Bad("there is no such kind of intervention"))?,
            item,
            name: self.name.clone(),
            anonymous: !self.anonymous.is_empty(),
            text: self.text.clone(),
        })
    }
}

pub(super) async fn act(
    State(app): State<App>,
    mut speaker: Speaker,
    Path((meeting, intervention, act)): Path<(String, String, String)>,
    headers: HeaderMap,
    Form(form): Form<About>,
) -> Response {
    let made = if act == "support" { known(&app, &mut speaker) } else { None };
    let done = async {
        let room = speaker.room(&app, &meeting).await?;
        let id: InterventionId = intervention.parse().map_err(|_| Error::Floor(chat::Error::NoIntervention))?;
        let asker = &speaker.asker;
        Ok::<_, Error>(match act.as_str() {
            "support" => Some(room.support(asker, id, true).await?),
            "unsupport" => Some(room.support(asker, id, false).await?),
            "withdraw" => room.withdraw(asker, id).await.map(|()| None)?,
            "appeal" => room.appeal_rejection(asker, id, &form.text).await.map(|()| None)?,
            _ => return Err(Error::NotFound),
        })
    };
    let done = done.await;
    let html = accepts_html(&headers);
    let response = match done {
        Ok(_) if html => Redirect::to(&back(&meeting, &form.back, &format!("asked={act}"))).into_response(),
        Ok(supports) => axum::Json(serde_json::json!({ "ok": true, "supports": supports })).into_response(),
        Err(error) if html && is_mendable(&error) => {
            let query = format!("ask_error={}", percent(&key(&error)));
            Redirect::to(&back(&meeting, &form.back, &query)).into_response()
        }
        Err(error) => error.into_response(),
    };
    match made {
        Some(cookie) => with_cookie(response, &cookie),
        None => response,
    }
}

/// All that everybody sees, for programs.
pub(super) async fn all(State(app): State<App>, speaker: Speaker, Path(meeting): Path<String>) -> Result<Response> {
    let view = speaker.room(&app, &meeting).await?.interventions(&speaker.asker).await?;
    let body = serde_json::json!({ "intake": view.intake, "interventions": view.shown });
    Ok(([(header::CACHE_CONTROL, "no-cache")], axum::Json(body)).into_response())
}
