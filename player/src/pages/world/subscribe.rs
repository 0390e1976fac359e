//! The page that shows people what they can subscribe to.

use askama::Template;
use axum::{extract::State, response::Response};
use council::municipality::Body;

use super::Reader;
use crate::{
    App,
    error::Result,
    pages::{
        Around,
        frame::{Frame, Section},
        html,
    },
};

#[derive(Template)]
#[template(path = "subscribe.html")]
pub(in crate::pages) struct SubscribePage {
    frame: Frame,
    scopes: Vec<Scope>,
}

/// What of one body, or of all, can be subscribed to.
pub(in crate::pages) struct Scope {
    pub(in crate::pages) name: String,
    pub(in crate::pages) webcal: String,
    pub(in crate::pages) calendar: String,
    pub(in crate::pages) rss: String,
    pub(in crate::pages) atom: String,
    pub(in crate::pages) podcast: String,
}

pub(super) async fn page(State(app): State<App>, around: Around, reader: Reader) -> Result<Response> {
    let frame = around.frame(Section::Elsewhere);
    // The feeds that a page leads to are in its language.
    let reader = Reader { t: frame.t, ..reader };
    let bodies = app.council.bodies(around.here()).await?;
    let all = (bodies.len() > 1).then_some(None);
    let of = all.into_iter().chain(bodies.iter().map(Some));
    let scopes: Vec<Scope> = of.map(|body| scope(&reader, body)).collect();
    Ok(html(&subscribe_page(frame, scopes)))
}

fn scope(reader: &Reader, body: Option<&Body>) -> Scope {
    let at = |file| format!("{}{}", reader.base, reader.path(body, file));
    Scope {
        name: body
            .map_or_else(|| reader.t.get("feed-all"), |body| body.name.in_language(reader.t.language()).to_owned()),
        webcal: reader.webcal(body),
        calendar: at("calendar.ics"),
        rss: at("meetings.rss"),
        atom: at("meetings.atom"),
        podcast: at("podcast.rss"),
    }
}

pub(in crate::pages) fn subscribe_page(frame: Frame, scopes: Vec<Scope>) -> SubscribePage {
    SubscribePage { frame, scopes }
}
