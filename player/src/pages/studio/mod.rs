//! The clerks' pages: what comes, going live, sources and their keys.

mod accounts;
mod agenda;
mod desk;
mod doors;
mod films;
mod live;
mod members;
mod monitor;
mod sources;
mod speakers;
mod transcript;
mod votes;

pub(super) use accounts::accounts;
pub(crate) use accounts::{Admin, invited_page};
#[cfg(test)]
pub(super) use accounts::{accounts_page, invited};
pub(super) use agenda::agenda;
#[cfg(test)]
pub(super) use agenda::agenda_page;
use axum::{
    extract::{FromRequestParts, Path, State},
    http::request::Parts,
    response::{IntoResponse as _, Response},
};
use council::permission::Administrator;
pub(super) use desk::desk;
#[cfg(test)]
pub(super) use desk::desk_page;
#[cfg(test)]
pub(super) use doors::Seen;
pub(super) use films::films;
#[cfg(test)]
pub(super) use films::films_page;
pub(super) use live::live;
#[cfg(test)]
pub(super) use live::{Going, live_page};
pub(super) use members::members;
#[cfg(test)]
pub(super) use members::members_page;
pub(super) use sources::sources;
pub(crate) use sources::{KeyShown, key_page};
#[cfg(test)]
pub(super) use sources::{key, sources_page};
pub(super) use transcript::words;
#[cfg(test)]
pub(super) use transcript::words_page;

use super::{
    Asked,
    form::{Field, Kind, Refused, Typed},
    frame::{Frame, Section},
    html,
    line::{self, Line},
    when,
    words::Words,
};
use crate::{App, error::Error, language::Language, municipality, security::Nonce, session::Clerk};

/// Who asks for a clerk's page, or sends a form that may be shown again.
pub(crate) struct Staff {
    pub(crate) clerk: Clerk,
    pub(crate) language: &'static str,
    pub(crate) nonce: String,
    path: String,
    pub(crate) host: String,
}

/// A clerk's page with a form.
#[derive(Clone, Debug)]
pub(crate) enum Page {
    /// The control room.
    Desk,
    /// The go-live screen of the meeting with this id.
    Live(String),
    /// The clerk's desk of the meeting with this id.
    Agenda(String),
    /// The words of the meeting with this id.
    Words(String),
    /// The members of the body with this id.
    Members(String),
    /// The people with accounts.
    Accounts,
    /// The sources; with the form for a new address of the camera with this id.
    Sources { camera: Option<String> },
}

/// The page again, as an answer to a form on it that was refused: what was wrong, and what had been typed.
pub(crate) async fn again(app: App, staff: Staff, page: Page, error: &Error, typed: Typed) -> Response {
    let camera = if let Page::Sources { camera } = &page { camera.clone() } else { None };
    let line = error.line();
    let asked = Asked { error: Some(error.key()), typed, camera, line, ..Asked::default() };
    let path = match &page {
        Page::Desk => "/studio".to_owned(),
        Page::Live(id) => format!("/studio/meetings/{id}"),
        Page::Agenda(id) => format!("/studio/meetings/{id}/agenda"),
        Page::Words(id) => format!("/studio/meetings/{id}/words"),
        Page::Members(id) => format!("/studio/bodies/{id}/members"),
        Page::Accounts => "/studio/accounts".to_owned(),
        Page::Sources { .. } => "/studio/sources".to_owned(),
    };
    let staff = Staff { path, ..staff };
    let shown = match page {
        Page::Desk => desk(State(app), staff, asked).await,
        Page::Live(id) => live(State(app), staff, Path(id), asked).await,
        Page::Agenda(id) => agenda(State(app), staff, Path(id), asked).await,
        Page::Words(id) => words(State(app), staff, Path(id), asked).await,
        Page::Members(id) => members(State(app), staff, Path(id), asked).await,
        Page::Accounts => match Administrator::check(&staff.clerk.session, staff.clerk.here.id) {
            Ok(administrator) => accounts(State(app), Admin { staff, administrator }, asked).await,
            Err(error) => Err(error.into()),
        },
        Page::Sources { .. } => sources(State(app), staff, asked).await,
    };
    match shown {
        Ok(mut response) => {
            *response.status_mut() = error.status();
            response
        }
        Err(error) => error.into_response(),
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let clerk = Clerk::from_request_parts(parts, app).await?;
        let Ok(Language(language)) = Language::from_request_parts(parts, app).await;
        let Ok(Nonce(nonce)) = Nonce::from_request_parts(parts, app).await;
        let host = municipality::host(parts).unwrap_or("localhost").to_owned();
        Ok(Self { clerk, language, nonce, path: parts.uri.path().to_owned(), host })
    }
}

impl Staff {
    fn frame(&self, section: Section) -> Frame {
        let here = &self.clerk.here;
        let frame = Frame::new(here, self.language, &self.nonce, section);
        let moderates = council::permission::Moderator::check(&self.clerk.session, self.clerk.here.id).is_ok();
        let frame = frame.seen_by(Some(&self.clerk.session), true).moderated(moderates);
        let frame = frame.administered(Administrator::check(&self.clerk.session, here.id).is_ok());
        frame.at(&self.path).with_script("studio.js")
    }
}
