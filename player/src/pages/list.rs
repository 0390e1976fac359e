//! The list of meetings: now, next, past.

use askama::Template;
use axum::{extract::State, response::Response};
use council::meeting::Listing;

use super::{
    Around, Asked,
    frame::{Frame, Section},
    html,
    line::Line,
    world,
};
use crate::{App, error::Result};

/// The pages of the past that can be asked for; nobody's record is longer.
const PAGES: u32 = 100_000;

#[derive(Template)]
#[template(path = "list.html")]
pub(super) struct ListPage {
    frame: Frame,
    now: Vec<Line>,
    next: Vec<Line>,
    past: Vec<Line>,
    past_title: String,
    /// Whether this is a further page, which tells of the past alone.
    past_only: bool,
    newer: Option<String>,
    older: Option<String>,
    /// The address that a calendar subscribes to; empty on further pages.
    webcal: String,
    /// What search engines read of the meetings in session and to come, as JSON-LD; empty on further pages.
    linked: String,
}

pub(super) async fn page(
    State(app): State<App>,
    around: Around,
    reader: world::Reader,
    asked: Asked,
) -> Result<Response> {
    let page = asked.page.and_then(|page| page.parse::<u32>().ok()).unwrap_or(1).clamp(1, PAGES);
    let listing = app.council.listing(around.visitor.here.id, page - 1).await?;
    let frame = around.frame(Section::Meetings);
    let frame = if page > 1 { frame.at(&format!("/?page={page}")) } else { frame };
    let mut list = list(frame, &listing, page, app.council.clock().now_ms());
    if page == 1 {
        list.webcal = reader.webcal(None);
        let called: Vec<_> = listing.now.iter().chain(&listing.next).cloned().collect();
        list.linked = world::linked::list(&list.frame, &reader.base, &called);
    }
    // What is in session is open already. What is over has pictures, or its poster stays away.
    for (line, meeting) in list.now.iter_mut().zip(&listing.now) {
        let recording = app.store.recording(meeting.id).await?;
        line.pictured = recording.is_some_and(|recording| !recording.thumbnails().is_empty());
    }
    Ok(html(&list))
}

/// The page; `page` counts from 1.
pub(super) fn list(frame: Frame, listing: &Listing, page: u32, now_ms: i64) -> ListPage {
    let lines = |meetings: &[council::meeting::Meeting]| -> Vec<Line> {
        meetings.iter().map(|meeting| Line::of(&frame, meeting, now_ms)).collect()
    };
    let (now, next, past) = (lines(&listing.now), lines(&listing.next), lines(&listing.past));
    let past_title = match page {
        1 => frame.t.get("list-past"),
        _ => frame.t.with("list-past-page", "page", page),
    };
    ListPage {
        now,
        next,
        past,
        past_title,
        past_only: page > 1,
        newer: match page {
            1 => None,
            2 => Some("/".to_owned()),
            _ => Some(format!("/?page={}", page - 1)),
        },
        older: listing.more.then(|| format!("/?page={}", page + 1)),
        webcal: String::new(),
        linked: String::new(),
        frame,
    }
}
