//! What people see: HTML that is whole without scripts, in Greek and in English.
//!
//! A handler asks the council and the store; a pure function makes a page's data of what they said; a template in
//! `templates/` writes it. The words stand in `locales/`.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail by a panic"))]

mod agenda;
mod chamber;
mod chat;
mod colour;
mod console;
mod failure;
mod form;
mod frame;
mod interventions;
pub(crate) mod letters;
mod line;
mod list;
mod login;
mod meeting;
mod minutes;
mod moderation;
mod overlay;
mod own;
mod reset;
mod roles;
mod search;
mod studio;
mod transcript;
mod votes;
mod when;
mod words;
mod world;

use askama::Template;
use axum::{
    Router,
    extract::{FromRequestParts, Query},
    http::{HeaderValue, header, request::Parts},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;

use crate::{App, error::Error, language::Language, security::Nonce, session::Visitor};
pub(crate) use failure::error_page;
pub(crate) use form::Typed;
use frame::{Frame, Section};
pub(crate) use login::{Bare, log_in_again, set_up_again};
pub(crate) use own::{Own, join_page, own_again};
pub(crate) use reset::{Step, reset_page};
pub(crate) use studio::{Admin, KeyShown, Page, Staff, again, invited_page, key_page};
pub(crate) use votes::letter;
pub(crate) use when::seconds;
pub(crate) use world::Sizes;

/// Every page.
pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/", get(list::page))
        .route("/meetings/{id}", get(meeting::page))
        .route("/meetings/{id}/agenda", get(agenda::part))
        .route("/meetings/{id}/chamber", get(chamber::page))
        .route("/meetings/{id}/minutes", get(minutes::page))
        .route("/meetings/{id}/download", get(meeting::download))
        .route("/studio/chat", get(moderation::moderators))
        .route("/studio/meetings/{id}/chat", get(moderation::table))
        .route("/meetings/{id}/interventions", get(interventions::page))
        .route("/meetings/{id}/interventions/own", get(interventions::own))
        .route("/meetings/{id}/overlay", get(overlay::page))
        .route("/studio/meetings/{id}/interventions", get(console::console))
        .route("/meetings/{id}/words", get(transcript::page))
        .route("/meetings/{id}/words.vtt", get(transcript::vtt))
        .route("/meetings/{id}/words.srt", get(transcript::srt))
        .route("/meetings/{id}/words.txt", get(transcript::txt))
        .route("/meetings/{id}/words.json", get(transcript::json))
        .route("/search", get(search::page))
        .merge(world::router())
        .route("/login", get(login::log_in))
        .route("/setup", get(login::set_up))
        .route("/join", get(own::join))
        .route("/reset", get(reset::ask))
        .route("/reset/new", get(reset::new))
        .route("/account", get(own::own))
        .route("/studio/accounts", get(studio::accounts))
        .route("/studio", get(studio::desk))
        .route("/studio/meetings/{id}", get(studio::live))
        .route("/studio/meetings/{id}/agenda", get(studio::agenda))
        .route("/studio/meetings/{id}/words", get(studio::words))
        .route("/studio/bodies/{id}/members", get(studio::members))
        .route("/studio/films", get(studio::films))
        .route("/studio/sources", get(studio::sources))
}

/// What a page's query can say. A value that makes no sense is as none.
#[derive(Default, Deserialize)]
struct Asked {
    page: Option<String>,
    error: Option<String>,
    next: Option<String>,
    /// What was done just now.
    done: Option<String>,
    /// The camera that is to get a new address.
    camera: Option<String>,
    /// The moment of an agenda that was taken back just now.
    undone: Option<String>,
    /// A moment, in seconds since the recording's start.
    t: Option<String>,
    /// The revision of a transcript that was given just now, and what was mended of it.
    given: Option<String>,
    mended: Option<String>,
    /// The line of a file that is at fault; never from the query.
    #[serde(skip)]
    line: Option<usize>,
    /// The speech that was taken back just now.
    unspoken: Option<String>,
    /// The press about presence, the vote, the decision that was taken back just now.
    unnoted: Option<String>,
    unvoted: Option<String>,
    undecided: Option<String>,
    /// What a form was sent with that is shown again, since it was refused; never from the query.
    #[serde(skip)]
    typed: Typed,
}

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Query::try_from_uri(&parts.uri).map(|Query(asked)| asked).unwrap_or_default())
    }
}

/// Who asks for a page of a municipality, in which language, at which path.
pub(crate) struct Around {
    visitor: Visitor,
    language: &'static str,
    nonce: String,
    path: String,
}

impl FromRequestParts<App> for Around {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let Ok(Language(language)) = Language::from_request_parts(parts, app).await;
        let Ok(Nonce(nonce)) = Nonce::from_request_parts(parts, app).await;
        Ok(Self { visitor, language, nonce, path: parts.uri.path().to_owned() })
    }
}

impl Around {
    /// The municipality whose page it is.
    pub(crate) fn here(&self) -> council::MunicipalityId {
        self.visitor.here.id
    }

    /// The same, whole.
    pub(crate) fn municipality(&self) -> &council::municipality::Municipality {
        &self.visitor.here
    }

    fn frame(&self, section: Section) -> Frame {
        let here = &self.visitor.here;
        let frame = Frame::new(here, self.language, &self.nonce, section);
        let frame = frame.seen_by(self.visitor.session.as_ref(), self.visitor.clerk().is_some());
        let frame = frame.moderated(self.visitor.moderator().is_some());
        frame.administered(self.visitor.administrator().is_some()).at(&self.path)
    }
}

/// A page as an answer: its own for each visitor, never kept by a cache.
fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => {
            let cache = [
                (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
                (header::VARY, HeaderValue::from_static("Accept-Language, Cookie")),
            ];
            (cache, Html(text)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests;
