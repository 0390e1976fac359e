//! Setting a password anew: asking for the link, and what it leads to.

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::Response,
};

use super::{
    Around, Asked,
    form::{Field, Kind, Refused, Typed},
    frame::{Frame, Section},
    html,
    own::new_password,
};
use crate::error::Error;

#[derive(Template)]
#[template(path = "reset.html")]
pub(super) struct ResetPage {
    frame: Frame,
    refused: Option<Refused>,
    fields: Vec<Field>,
    step: Step,
}

/// Where somebody is on the way to a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Asks for the link.
    Ask,
    /// The link was asked for.
    Sent,
    /// Has the link.
    New,
}

pub(super) async fn ask(around: Around) -> Response {
    reset_page(&around, Step::Ask, None, &Typed::default())
}

pub(super) async fn new(around: Around) -> Response {
    reset_page(&around, Step::New, None, &Typed::default())
}

/// The page of a step; with what was wrong and what had been typed, but for secrets.
pub(crate) fn reset_page(around: &Around, step: Step, error: Option<&Error>, typed: &Typed) -> Response {
    let path = if step == Step::New { "/reset/new" } else { "/reset" };
    let frame = around.frame(Section::LogIn).at(path);
    let asked = Asked { error: error.map(Error::key), typed: typed.clone(), ..Asked::default() };
    let mut response = html(&reset_form(frame, step, &asked));
    if let Some(error) = error {
        *response.status_mut() = error.status();
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn reset_form(frame: Frame, step: Step, asked: &Asked) -> ResetPage {
    let t = frame.t;
    let mut fields = match step {
        Step::Ask => {
            vec![Field::of(Kind::Email, "email", t.get("field-email")).autocomplete("username").characters(0, 254)]
        }
        Step::Sent => Vec::new(),
        Step::New => vec![Field::text("token", t.get("field-reset-code")), new_password(&frame)],
    };
    let mut refused = Refused::read(t, asked.error.as_deref());
    Refused::mark(&mut refused, &mut fields);
    asked.typed.fill(t, &mut fields);
    ResetPage { frame, refused, fields, step }
}
