//! The page for a refusal or a failure: what happened, and what to do. It asks nothing of the database.

use askama::Template;
use axum::{http::StatusCode, response::Response};

use super::{
    frame::{Frame, Section},
    html,
};

#[derive(Template)]
#[template(path = "failure.html")]
pub(super) struct FailurePage {
    frame: Frame,
    status: u16,
    title: String,
    what: String,
    /// Whether it may help to ask again.
    again: bool,
    log_in: bool,
}

/// The page for `status`; `what` is the locale key (`error-…`) that says more, if there is one.
pub(crate) fn error_page(language: &'static str, status: StatusCode, what: &str) -> Response {
    let mut response = html(&failure(language, status, what));
    *response.status_mut() = status;
    response
}

pub(super) fn failure(language: &'static str, status: StatusCode, what: &str) -> FailurePage {
    let frame = Frame::bare(language);
    let t = frame.t;
    let (title, advice) = match status.as_u16() {
        401 | 403 => ("failure-forbidden-title", "failure-forbidden-what"),
        404 => ("failure-not-found-title", "failure-not-found-what"),
        409 => ("failure-conflict-title", "failure-conflict-what"),
        413 => ("failure-large-title", "failure-large-what"),
        429 => ("failure-too-many-title", "failure-too-many-what"),
        500 => ("failure-broken-title", "failure-broken-what"),
        502..=504 => ("failure-busy-title", "failure-busy-what"),
        400..=499 => ("failure-bad-title", "failure-bad-what"),
        _ => ("failure-broken-title", "failure-broken-what"),
    };
    let general = matches!(what, "error-unknown" | "error-not-found" | "error-invalid" | "error-too-many");
    let what = if !general && what.starts_with("error-") && t.has(what) { what } else { advice };
    FailurePage {
        status: status.as_u16(),
        title: t.get(title),
        what: t.get(what),
        again: matches!(status.as_u16(), 429 | 500 | 502..=504),
        log_in: matches!(status.as_u16(), 401 | 403),
        frame,
    }
}
