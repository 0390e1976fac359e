//! What staff do: log in, call meetings, keep sources, go live, pause, end.
//!
//! Forms go back to the page that they came from, with the reason where one is refused; programs get JSON.

mod accounts;
mod agenda;
mod desk;
mod doors;
mod films;
mod meetings;
mod members;
mod own;
mod reset;
mod sources;
mod staff;
mod transcript;
mod votes;

use axum::{
    Router,
    extract::FromRequestParts,
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
pub(crate) use films::metadata as film_metadata;
pub(crate) use sources::rtmp_url;

use crate::{
    App,
    error::{Error, Result, percent},
    pages::{self, Page, Staff, Typed},
    session::accepts_html,
};

/// A form is a few fields and an agenda.
const FORM_BYTES: usize = 1 << 20;

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/login", post(accounts::log_in))
        .route("/logout", post(accounts::log_out))
        .route("/setup", post(accounts::set_up))
        .route("/language", post(accounts::choose_language))
        .route("/studio/meetings", post(meetings::create_meeting))
        .route("/studio/meetings/{id}/start", post(meetings::start))
        .route("/studio/meetings/{id}/pause", post(meetings::pause))
        .route("/studio/meetings/{id}/resume", post(meetings::resume))
        .route("/studio/meetings/{id}/close-doors", post(doors::close))
        .route("/studio/meetings/{id}/open-doors", post(doors::open))
        .route("/studio/meetings/{id}/end", post(meetings::end))
        .route("/studio/meetings/{id}/cancel", post(meetings::cancel))
        .route("/studio/meetings/{id}/sources", post(meetings::assign))
        .route("/studio/meetings/{id}/sources/{source}/remove", post(meetings::unassign))
        .route("/studio/meetings/{id}/agenda/{act}", post(agenda::press))
        .route("/studio/meetings/{id}/votes/{act}", post(votes::press))
        .route("/studio/meetings/{id}/words/{act}", post(transcript::press))
        .route("/studio/bodies/{id}/members/{act}", post(members::change))
        .route("/account/{act}", post(own::change))
        .route("/join", post(own::join))
        .route("/reset", post(reset::ask))
        .route("/reset/new", post(reset::set))
        .route("/studio/accounts/invite", post(staff::invite))
        .route("/studio/accounts/{act}", post(staff::change))
        .route("/studio/sources", post(sources::create_source))
        .route("/studio/cameras", post(sources::create_camera))
        .route("/studio/cameras/{id}", post(sources::move_camera))
        .route("/studio/sources/{id}/rotate", post(sources::rotate))
        .route("/studio/sources/{id}/remove", post(sources::remove))
        .merge(films::router())
        .layer(axum::extract::DefaultBodyLimit::max(FORM_BYTES))
        .route("/studio/meetings/{id}/words", transcript::import_route())
}

/// How to answer a form: a browser goes to a page, a program gets JSON.
pub(crate) struct Answer {
    html: bool,
}

impl<S: Sync> FromRequestParts<S> for Answer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self { html: accepts_html(&parts.headers) })
    }
}

impl Answer {
    /// Done: on to `then`; refused: back to `back` with the reason.
    fn give<T: serde::Serialize>(&self, done: Result<T>, then: &str, back: &str) -> Response {
        match done {
            Ok(_) if self.html => Redirect::to(then).into_response(),
            Ok(value) => axum::Json(value).into_response(),
            Err(error) if self.is_for_people(&error) => {
                Redirect::to(&format!("{back}?error={}", percent(&error.key()))).into_response()
            }
            Err(error) => error.into_response(),
        }
    }

    /// Made: on to `then`, or the new one's id.
    fn created(&self, id: &impl ToString, then: &str) -> Response {
        if self.html {
            return Redirect::to(then).into_response();
        }
        (StatusCode::CREATED, axum::Json(serde_json::json!({ "id": id.to_string() }))).into_response()
    }

    /// Whether a refusal is shown on the form's page again.
    fn is_for_people(&self, error: &Error) -> bool {
        self.html && !error.status().is_server_error()
    }

    /// Refused: the page of the form again, with the reason and what was typed.
    async fn again(&self, app: App, staff: Staff, page: Page, error: Error, typed: Typed) -> Response {
        if self.is_for_people(&error) {
            return pages::again(app, staff, page, &error, typed).await;
        }
        error.into_response()
    }
}

/// A path on this server, for going on after the log-in; nothing that leads elsewhere.
fn own_path(next: Option<&str>) -> &str {
    next.filter(|next| next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']))
        .unwrap_or("/studio")
}

pub(crate) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// A value of a form that is none.
fn invalid(field: &'static str) -> Error {
    Error::Council(council::Error::Invalid { field, what: "value-not-time" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_leads_nowhere_else() {
        for (next, goes) in [
            (None, "/studio"),
            (Some("/studio/meetings/1"), "/studio/meetings/1"),
            (Some("//evil.example"), "/studio"),
            (Some("https://evil.example"), "/studio"),
            (Some("/\\evil.example"), "/studio"),
            (Some("/a\r\nSet-Cookie: x"), "/studio"),
        ] {
            assert_eq!(own_path(next), goes, "{next:?}");
        }
    }
}
