//! The clerks' pages: what comes, going live, sources and their keys.

mod desk;
mod live;
mod monitor;
mod sources;

use axum::{extract::FromRequestParts, http::request::Parts};
pub(super) use desk::desk;
#[cfg(test)]
pub(super) use desk::desk_page;
pub(super) use live::live;
#[cfg(test)]
pub(super) use live::{Going, live_page};
pub(crate) use sources::key_page;
pub(super) use sources::sources;
#[cfg(test)]
pub(super) use sources::{key, sources_page};

use super::{
    Asked,
    form::{Field, Kind, Refused},
    frame::{Frame, Section},
    html,
    line::{self, Line},
    when,
    words::Words,
};
use crate::{App, error::Error, language::Language, municipality, security::Nonce, session::Clerk};

/// Who asks for a clerk's page.
pub(super) struct Staff {
    clerk: Clerk,
    language: &'static str,
    nonce: String,
    path: String,
    host: String,
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
        frame.seen_by(Some(&self.clerk.session), true).at(&self.path).with_script("studio.js")
    }
}
