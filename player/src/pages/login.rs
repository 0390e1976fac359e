//! Logging in, and setting an installation up.

use askama::Template;
use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::{IntoResponse as _, Response},
};
use council::account::{NAME_MAX, PASSWORD_MAX, PASSWORD_MIN};

use super::{
    Around, Asked,
    form::{Field, Kind, Refused, Typed},
    frame::{Frame, Section},
    html,
};
use crate::{
    App,
    error::{Error, Result},
    language::Language,
};

/// The most characters of an e-mail address (RFC 5321).
const EMAIL_MAX: usize = 254;

#[derive(Template)]
#[template(path = "login.html")]
pub(super) struct LogInPage {
    frame: Frame,
    refused: Option<Refused>,
    fields: Vec<Field>,
    next: String,
    /// Whether the password was set anew just now.
    reset: bool,
}

pub(super) async fn log_in(around: Around, asked: Asked) -> Response {
    html(&log_in_page(around.frame(Section::LogIn), &asked))
}

/// The form again, with what was wrong and what had been typed but for the password.
pub(crate) fn log_in_again(around: &Around, error: &Error, typed: Typed, next: Option<String>) -> Response {
    let asked = Asked { error: Some(error.key()), typed, next, ..Asked::default() };
    let frame = around.frame(Section::LogIn).at("/login");
    let mut response = html(&log_in_page(frame, &asked));
    *response.status_mut() = error.status();
    response
}

pub(super) fn log_in_page(frame: Frame, asked: &Asked) -> LogInPage {
    let t = frame.t;
    let mut fields = vec![
        Field::of(Kind::Email, "email", t.get("field-email")).autocomplete("username").characters(0, EMAIL_MAX),
        Field::of(Kind::Password, "password", t.get("field-password")).autocomplete("current-password"),
    ];
    let mut refused = Refused::read(t, asked.error.as_deref());
    Refused::mark(&mut refused, &mut fields);
    asked.typed.fill(t, &mut fields);
    let (next, reset) = (asked.next.clone().unwrap_or_default(), asked.done.as_deref() == Some("reset"));
    LogInPage { frame, refused, fields, next, reset }
}

#[derive(Template)]
#[template(path = "setup.html")]
pub(super) struct SetUpPage {
    frame: Frame,
    refused: Option<Refused>,
    fields: Vec<Field>,
    /// Whether it has been set up already.
    done: bool,
}

/// What the set-up can know before there is a municipality.
pub(crate) struct Bare {
    language: &'static str,
    host: String,
}

impl FromRequestParts<App> for Bare {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let Language(language) = Language::from_request_parts(parts, app).await?;
        Ok(Self { language, host: crate::municipality::host(parts).unwrap_or_default().to_owned() })
    }
}

pub(super) async fn set_up(State(app): State<App>, bare: Bare, asked: Asked) -> Result<Response> {
    let done = !app.council.municipalities().await?.is_empty();
    Ok(html(&set_up_page(Frame::bare(bare.language).at("/setup"), done, &bare.host, &asked)))
}

/// The form again, with what was wrong and what had been typed but for the password.
pub(crate) async fn set_up_again(app: &App, bare: &Bare, error: &Error, typed: Typed) -> Response {
    let asked = Asked { error: Some(error.key()), typed, ..Asked::default() };
    let done = match app.council.municipalities().await {
        Ok(municipalities) => !municipalities.is_empty(),
        Err(error) => return Error::from(error).into_response(),
    };
    let mut response = html(&set_up_page(Frame::bare(bare.language).at("/setup"), done, &bare.host, &asked));
    *response.status_mut() = error.status();
    response
}

pub(super) fn set_up_page(frame: Frame, done: bool, host: &str, asked: &Asked) -> SetUpPage {
    if done {
        return SetUpPage { frame, refused: None, fields: Vec::new(), done };
    }
    let t = frame.t;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let mut fields = vec![
        Field::text("token", t.get("field-token")).hint(t.get("field-token-hint")),
        Field::text("name_el", t.get("field-name-el")).hint(t.get("field-name-el-hint")).autocomplete("organization"),
        Field::text("name_en", t.get("field-name-en")).hint(t.get("field-name-en-hint")).optional(),
        Field::text("slug", t.get("field-slug")).hint(t.get("field-slug-hint")).characters(0, 60),
        Field::text("host", t.get("field-host")).hint(t.get("field-host-hint")).value(name.to_owned()),
        Field::text("name", t.get("field-name")).autocomplete("name").characters(0, NAME_MAX),
        Field::of(Kind::Email, "email", t.get("field-email")).autocomplete("username").characters(0, EMAIL_MAX),
        Field::of(Kind::Password, "password", t.get("field-new-password"))
            .hint(t.with("field-new-password-hint", "least", PASSWORD_MIN))
            .autocomplete("new-password")
            .characters(PASSWORD_MIN, PASSWORD_MAX),
    ];
    let mut refused = Refused::read(t, asked.error.as_deref());
    // Here it is the token that was not right.
    if let Some(refused) = refused.as_mut().filter(|_| asked.error.as_deref() == Some("error-credentials")) {
        *refused = Refused { field: Some("token"), text: t.get("error-invalid-token") };
    }
    Refused::mark(&mut refused, &mut fields);
    asked.typed.fill(t, &mut fields);
    SetUpPage { frame, refused, fields, done }
}
