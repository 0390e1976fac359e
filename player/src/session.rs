//! Who is asking: the session behind the cookie, and the permissions that follow from it.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, header, request::Parts},
};
use council::{account::Session, municipality::Municipality};

use crate::{App, error::Error, municipality::Here};

/// Anybody: with a session or without.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) session: Option<Session>,
    pub(crate) here: Municipality,
}

/// Somebody who may run meetings here.
#[derive(Clone, Debug)]
pub(crate) struct Clerk {
    pub(crate) clerk: council::permission::Clerk,
    pub(crate) session: Session,
    pub(crate) here: Municipality,
}

impl Visitor {
    /// The permission to run meetings here, if the visitor has it.
    pub(crate) fn clerk(&self) -> Option<council::permission::Clerk> {
        council::permission::Clerk::check(self.session.as_ref()?, self.here.id).ok()
    }

    /// The permission to say who may do what here, if the visitor has it.
    pub(crate) fn administrator(&self) -> Option<council::permission::Administrator> {
        council::permission::Administrator::check(self.session.as_ref()?, self.here.id).ok()
    }

    /// The permission to field the citizens' words here, if the visitor has it.
    pub(crate) fn moderator(&self) -> Option<council::permission::Moderator> {
        council::permission::Moderator::check(self.session.as_ref()?, self.here.id).ok()
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Here(here) = Here::from_request_parts(parts, app).await?;
        let session = match cookie(&parts.headers, cookie_name(app)) {
            Some(token) => app.council.session(token).await?,
            None => None,
        };
        Ok(Self { session, here })
    }
}

impl FromRequestParts<App> for Clerk {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Visitor { session, here } = Visitor::from_request_parts(parts, app).await?;
        let session = required(parts, session)?;
        let clerk = council::permission::Clerk::check(&session, here.id)?;
        Ok(Self { clerk, session, here })
    }
}

/// The session, or the way to the log-in.
pub(crate) fn required(parts: &Parts, session: Option<Session>) -> Result<Session, Error> {
    session.ok_or_else(|| {
        let page = parts.method == Method::GET && accepts_html(&parts.headers);
        if page { Error::LogIn { next: parts.uri.path().to_owned() } } else { Error::Unauthorized }
    })
}

/// The session cookie's name. `__Host-` binds it to this very host and needs https.
pub(crate) fn cookie_name(app: &App) -> &'static str {
    if app.is_secure() { "__Host-bema" } else { "bema" }
}

/// The `Set-Cookie` that keeps a session; an empty token ends it.
pub(crate) fn set_cookie(app: &App, token: &str) -> String {
    let secure = if app.is_secure() { "; Secure" } else { "" };
    let age = if token.is_empty() { 0 } else { council::account::SESSION_MAX_MS / 1000 };
    format!("{}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", cookie_name(app))
}

/// A cookie's value.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// Whether the other side is a browser that shows pages.
pub(crate) fn accepts_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
