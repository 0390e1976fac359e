//! Everybody's own account, and the page by which the invited join.

use askama::Template;
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderValue, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use council::{
    account::{Account, Device, NAME_MAX, PASSWORD_MAX, PASSWORD_MIN, Session},
    staff::Invited,
};

use super::{
    Around, Asked,
    form::{Field, Kind, Refused, Typed},
    frame::{Frame, Section},
    html, roles,
};
use crate::{
    App,
    error::{Error, Result},
    session,
};

/// Somebody who is logged in, at their own account.
pub(crate) struct Own {
    around: Around,
    pub(crate) session: Session,
    /// The session's token, as the cookie carries it.
    pub(crate) token: String,
}

impl Own {
    /// The municipality whose page it is.
    pub(crate) fn municipality(&self) -> &council::municipality::Municipality {
        self.around.municipality()
    }
}

impl FromRequestParts<App> for Own {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let around = Around::from_request_parts(parts, app).await?;
        let session = session::required(parts, around.visitor.session.clone())?;
        let token = session::cookie(&parts.headers, session::cookie_name(app)).unwrap_or_default().to_owned();
        Ok(Self { around, session, token })
    }
}

#[derive(Template)]
#[template(path = "account.html")]
pub(super) struct OwnPage {
    frame: Frame,
    email: String,
    roles: Vec<String>,
    refused: Option<Refused>,
    /// What was done just now.
    done: Option<String>,
    profile_fields: Vec<Field>,
    password_fields: Vec<Field>,
    devices: Vec<Row>,
}

/// A session as a row of the table.
struct Row {
    name: String,
    what: String,
    began: String,
    used: String,
    own: bool,
}

pub(super) async fn own(State(app): State<App>, own: Own, asked: Asked) -> Result<Response> {
    let devices = app.council.own_sessions(&own.session, &own.token).await?;
    let frame = own.around.frame(Section::Own).at("/account");
    Ok(html(&own_page(frame, (&own.session.account, &roles_here(&own)), &devices, &asked)))
}

fn roles_here(own: &Own) -> Vec<council::permission::Role> {
    let here = own.around.here();
    own.session.roles.iter().filter(|(place, _)| *place == here).map(|(_, role)| *role).collect()
}

/// The page again, with what was wrong and what had been typed but for passwords.
pub(crate) async fn own_again(app: &App, me: Own, error: &Error, typed: Typed) -> Response {
    let asked = Asked { error: Some(error.key()), typed, ..Asked::default() };
    match own(State(app.clone()), me, asked).await {
        Ok(mut response) => {
            *response.status_mut() = error.status();
            response
        }
        Err(error) => error.into_response(),
    }
}

pub(super) fn own_page(
    frame: Frame,
    (account, may): (&Account, &[council::permission::Role]),
    devices: &[Device],
    asked: &Asked,
) -> OwnPage {
    let t = frame.t;
    let language = account.language.clone().unwrap_or_else(|| t.language().to_owned());
    let mut profile_fields = vec![
        Field::text("name", t.get("field-own-name"))
            .autocomplete("name")
            .characters(0, NAME_MAX)
            .value(account.name.clone()),
        language_field(&frame).hint(t.get("field-own-language-hint")).value(language),
    ];
    let mut password_fields = vec![
        Field::of(Kind::Password, "old_password", t.get("field-old-password")).autocomplete("current-password"),
        new_password(&frame),
    ];
    let mut refused = Refused::read(t, asked.error.as_deref());
    let password = asked.typed.has("old_password");
    let fields = if password { &mut password_fields } else { &mut profile_fields };
    Refused::mark(&mut refused, fields);
    asked.typed.fill(t, fields);
    let row = |device: &Device| Row {
        name: device.name.clone(),
        what: if device.what.is_empty() { t.get("account-device-unknown") } else { device.what.clone() },
        began: frame.when.moment(device.began_at_ms),
        used: frame.when.moment(device.used_at_ms),
        own: device.own,
    };
    OwnPage {
        email: account.email.clone(),
        roles: may.iter().map(|role| t.get(roles::key(*role))).collect(),
        refused,
        done: asked.done.as_deref().and_then(done_key).map(|key| t.get(key)),
        profile_fields,
        password_fields,
        devices: devices.iter().map(row).collect(),
        frame,
    }
}

fn done_key(done: &str) -> Option<&'static str> {
    Some(match done {
        "profile" => "account-done-profile",
        "password" => "account-done-password",
        "end" | "end-others" => "account-done-end",
        _ => return None,
    })
}

/// The choice of the language in which somebody is written to.
pub(super) fn language_field(frame: &Frame) -> Field {
    let languages = [("el", "Ελληνικά"), ("en", "English")].map(|(value, name)| (value.to_owned(), name.to_owned()));
    Field::of(Kind::Choice(languages.to_vec()), "own_language", frame.t.get("field-own-language"))
}

pub(super) fn new_password(frame: &Frame) -> Field {
    Field::of(Kind::Password, "password", frame.t.get("field-password-to-be"))
        .hint(frame.t.with("field-new-password-hint", "least", PASSWORD_MIN))
        .autocomplete("new-password")
        .characters(PASSWORD_MIN, PASSWORD_MAX)
}

#[derive(Template)]
#[template(path = "join.html")]
pub(super) struct JoinPage {
    frame: Frame,
    refused: Option<Refused>,
    fields: Vec<Field>,
    /// The code, and whom it invites as what; none: it is asked for.
    step: Option<Step>,
}

struct Step {
    token: String,
    email: String,
    roles: Vec<String>,
    known: bool,
}

pub(super) async fn join(around: Around) -> Response {
    join_page(&around, None, None, &Typed::default())
}

/// The page that asks for the code, or for what makes an invitation an account.
pub(crate) fn join_page(
    around: &Around,
    step: Option<(&str, &Invited)>,
    error: Option<&Error>,
    typed: &Typed,
) -> Response {
    let frame = around.frame(Section::LogIn).at("/join");
    let mut response = html(&join_form(frame, step, error.map(Error::key).as_deref(), typed));
    if let Some(error) = error {
        *response.status_mut() = error.status();
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) fn join_form(frame: Frame, step: Option<(&str, &Invited)>, error: Option<&str>, typed: &Typed) -> JoinPage {
    let t = frame.t;
    let mut fields = match step {
        None => vec![Field::text("token", t.get("field-code")).hint(t.get("field-code-hint"))],
        Some((_, invited)) if invited.known => {
            vec![Field::of(Kind::Password, "password", t.get("field-password")).autocomplete("current-password")]
        }
        Some(_) => vec![
            Field::text("name", t.get("field-own-name")).autocomplete("name").characters(0, NAME_MAX),
            new_password(&frame),
        ],
    };
    let mut refused = Refused::read(t, error);
    Refused::mark(&mut refused, &mut fields);
    typed.fill(t, &mut fields);
    let step = step.map(|(token, invited)| Step {
        token: token.to_owned(),
        email: invited.invitation.email.clone(),
        roles: invited.invitation.roles.iter().map(|role| t.get(roles::key(*role))).collect(),
        known: invited.known,
    });
    JoinPage { frame, refused, fields, step }
}
