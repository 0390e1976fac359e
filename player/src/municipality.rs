//! Whose pages these are: the municipality that answers at the request's host name.

use axum::{extract::FromRequestParts, http::request::Parts};
use council::municipality::Municipality;

use crate::{App, error::Error};

/// The municipality of this request.
#[derive(Clone, Debug)]
pub(crate) struct Here(pub(crate) Municipality);

impl FromRequestParts<App> for Here {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let host = host(parts).unwrap_or_default();
        match app.council.municipality_by_host(host).await? {
            Some(municipality) => Ok(Self(municipality)),
            None => Err(Error::NotFound),
        }
    }
}

/// The host that was asked for, with its port: HTTP/2's authority, or the `Host` header.
pub(crate) fn host(parts: &Parts) -> Option<&str> {
    let authority = parts.uri.authority().map(axum::http::uri::Authority::as_str);
    authority.or_else(|| parts.headers.get(axum::http::header::HOST)?.to_str().ok())
}
