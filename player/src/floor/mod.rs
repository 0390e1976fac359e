//! The floor's doors: the socket that brings its events, the forms by which citizens write, and those of moderators.
//!
//! What the commands mean is the crate `chat`'s affair; here it is found out who asks, and answered in HTTP.

mod citizens;
mod console;
mod desk;
mod interventions;
mod line;
mod socket;
mod stream;

use std::{net::IpAddr, sync::Arc};

use axum::{
    Router,
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
    routing::{get, post},
};
use chat::{Room, command::Asker};
use council::MeetingId;

use crate::{
    App,
    error::{Error, Result},
    events::prefix,
    server::Client,
    session::{self, Visitor},
};

/// A message's form is some short fields.
const FORM_BYTES: usize = 16 << 10;

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/floor", get(socket::open))
        .route("/meetings/{id}/floor/events", get(stream::events))
        .route("/meetings/{id}/chat", post(citizens::say))
        .route("/meetings/{id}/chat/appeal", post(citizens::appeal))
        .route("/studio/chat/words", post(desk::words))
        .route("/meetings/{id}/chat.json", get(citizens::between))
        .route("/studio/meetings/{id}/chat/{act}", post(desk::act))
        .route("/meetings/{id}/interventions", post(interventions::ask))
        .route("/meetings/{id}/interventions.json", get(interventions::all))
        .route("/meetings/{id}/interventions/{intervention}/{act}", post(interventions::act))
        .route("/studio/meetings/{id}/interventions/{act}", post(console::act))
        .layer(axum::extract::DefaultBodyLimit::max(FORM_BYTES))
}

/// Who asks something of the floor, and where.
pub(crate) struct Speaker {
    pub(crate) visitor: Visitor,
    pub(crate) asker: Asker,
    pub(crate) client: IpAddr,
}

impl FromRequestParts<App> for Speaker {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let Ok(Client(client)) = Client::from_request_parts(parts, app).await;
        let network = app.floor.network(&prefix(client).to_string()).await?;
        let device = device(app, &parts.headers).map(str::to_owned);
        let asker = Asker::of(visitor.session.as_ref(), visitor.here.id, device, network);
        Ok(Self { visitor, asker, client })
    }
}

impl Speaker {
    /// The room of a meeting of this municipality.
    pub(crate) async fn room(&self, app: &App, meeting: &str) -> Result<Arc<Room>> {
        let meeting: MeetingId = meeting.parse().map_err(|_| Error::NotFound)?;
        Ok(app.floor.room(self.visitor.here.id, meeting).await?)
    }

    /// The permission to moderate here, if they have it.
    pub(crate) fn moderator(&self) -> Option<council::permission::Moderator> {
        self.visitor.moderator()
    }
}

/// A moderator of this municipality.
pub(crate) struct Moderator {
    pub(crate) moderator: council::permission::Moderator,
    pub(crate) here: council::municipality::Municipality,
}

impl FromRequestParts<App> for Moderator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        let Some(session) = visitor.session.as_ref() else {
            let page = parts.method == axum::http::Method::GET && session::accepts_html(&parts.headers);
            return Err(if page { Error::LogIn { next: parts.uri.path().to_owned() } } else { Error::Unauthorized });
        };
        let moderator = council::permission::Moderator::check(session, visitor.here.id)?;
        Ok(Self { moderator, here: visitor.here })
    }
}

/// A visitor as who looks at the floor, and asks nothing of it.
pub(crate) fn onlooker(app: &App, visitor: &Visitor, headers: &HeaderMap) -> Asker {
    let device = device(app, headers).map(str::to_owned);
    Asker::of(visitor.session.as_ref(), visitor.here.id, device, String::new())
}

/// The cookie by which a device without an account is known again. It is set with the first message and tells no more
/// than that the messages of one browser are of one browser.
fn device_cookie(app: &App) -> &'static str {
    if app.is_secure() { "__Host-bema-device" } else { "bema-device" }
}

fn device<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    session::cookie(headers, device_cookie(app)).filter(|token| (20..=100).contains(&token.len()))
}

/// Makes a token for a device that has none and no account; answers the cookie that is to keep it.
fn known(app: &App, speaker: &mut Speaker) -> Option<String> {
    if speaker.asker.account.is_some() || speaker.asker.device.is_some() {
        return None;
    }
    let token = council::random::base64_of_256_bits();
    let cookie = set_device(app, &token);
    speaker.asker.device = Some(token);
    Some(cookie)
}

/// The `Set-Cookie` that keeps a device's token for a year.
fn set_device(app: &App, token: &str) -> String {
    let secure = if app.is_secure() { "; Secure" } else { "" };
    format!("{}={token}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}", device_cookie(app))
}
