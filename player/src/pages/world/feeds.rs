//! The meetings as RSS 2.0 and as Atom (RFC 4287): an entry a meeting, the same from its call to its recording.

use askama::Template;
use axum::response::Response;
use council::{
    agenda::Item,
    meeting::{Announced, Stage},
    municipality::Body,
};
use jiff::{Timestamp, fmt::rfc2822, tz::TimeZone};

use super::Reader;
use crate::{
    App,
    error::{Error, Result},
};

/// The most entries of a feed.
const MOST: u32 = 40;

#[derive(Template)]
#[template(path = "feed-rss.xml")]
struct Rss {
    feed: Feed,
}

#[derive(Template)]
#[template(path = "feed-atom.xml")]
struct Atom {
    feed: Feed,
}

/// What an entry says, as the HTML that readers show.
#[derive(Template)]
#[template(path = "feed-entry.html")]
struct Said {
    /// When and where, and what became of it.
    what: String,
    agenda: Vec<String>,
}

struct Feed {
    title: String,
    what: String,
    language: &'static str,
    /// The site, and the feed itself.
    base: String,
    url: String,
    /// The municipality's id: what the feed is known by for ever.
    id: String,
    name: String,
    updated: String,
    updated_822: String,
    entries: Vec<Entry>,
}

struct Entry {
    id: String,
    url: String,
    title: String,
    body: String,
    html: String,
    published: String,
    published_822: String,
    updated: String,
}

pub(super) async fn rss(app: &App, reader: &Reader, body: Option<&Body>) -> Result<Response> {
    let feed = read(app, reader, body, "meetings.rss").await?;
    Ok(reader.answer("application/rss+xml; charset=utf-8", written(&Rss { feed })?))
}

pub(super) async fn atom(app: &App, reader: &Reader, body: Option<&Body>) -> Result<Response> {
    let feed = read(app, reader, body, "meetings.atom").await?;
    Ok(reader.answer("application/atom+xml; charset=utf-8", written(&Atom { feed })?))
}

/// The text of a template.
pub(super) fn written(template: &impl Template) -> Result<String> {
    template.render().map_err(|error| {
        tracing::error!(%error, "a feed could not be written");
        Error::Busy("the feed could not be written")
    })
}

async fn read(app: &App, reader: &Reader, body: Option<&Body>, file: &str) -> Result<Feed> {
    let of = body.map(|body| body.id);
    let announced = app.council.announced(reader.here.id, of, i64::MIN, MOST).await?;
    let mut entries = Vec::with_capacity(announced.len());
    for one in &announced {
        let agenda = app.council.agenda(reader.here.id, one.meeting.id).await?;
        let items = agenda.items.iter().filter(|item| item.withdrawn_at_ms.is_none());
        entries.push(entry(reader, one, items.map(Item::line).collect())?);
    }
    let latest_ms = announced.iter().map(|one| one.changed_at_ms).max().unwrap_or_default();
    let title = reader.title(body);
    Ok(Feed {
        what: reader.t.with("feed-what", "name", title.as_str()),
        title: reader.t.with("feed-meetings-of", "name", title.as_str()),
        language: reader.t.language(),
        base: reader.base.clone(),
        url: format!("{}{}", reader.base, reader.path(body, file)),
        id: body.map_or_else(|| reader.here.id.to_string(), |body| body.id.to_string()),
        name: reader.name().to_owned(),
        updated: iso(latest_ms),
        updated_822: rfc_822(latest_ms),
        entries,
    })
}

fn entry(
    reader: &Reader,
    Announced { meeting, called_at_ms, changed_at_ms, .. }: &Announced,
    agenda: Vec<String>,
) -> Result<Entry> {
    let t = reader.t;
    let at_ms = meeting.starts_at_ms;
    let when = format!("{}, {}", reader.when.day(at_ms), reader.when.time(at_ms));
    let place = if meeting.place.is_empty() { String::new() } else { format!(", {}", meeting.place) };
    let became = match &meeting.stage {
        Stage::Scheduled => String::new(),
        Stage::Cancelled { reason } => format!(" {}", t.with("feed-cancelled", "reason", reason.as_str())),
        Stage::Ended { .. } => format!(" {}", t.get("feed-ended")),
        Stage::Live { .. } | Stage::Paused { .. } | Stage::InCamera { .. } => format!(" {}", t.get("feed-now")),
    };
    // What came into the archive late was public when it was held.
    let published_ms = (*called_at_ms).min(at_ms);
    Ok(Entry {
        id: meeting.id.to_string(),
        url: format!("{}/meetings/{}", reader.base, meeting.id),
        title: meeting.title.clone(),
        body: meeting.body.name.in_language(t.language()).to_owned(),
        html: written(&Said { what: format!("{when}{place}.{became}"), agenda })?,
        published: iso(published_ms),
        published_822: rfc_822(published_ms),
        updated: iso(*changed_at_ms),
    })
}

/// "2026-11-23T16:05:09Z".
pub(super) fn iso(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).unwrap_or_default().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// "Mon, 23 Nov 2026 16:05:09 +0000".
pub(super) fn rfc_822(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned(TimeZone::UTC);
    rfc2822::to_string(&at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_as_readers_expect_them() {
        assert_eq!(iso(1_795_449_600_999), "2026-11-23T16:00:00Z");
        assert_eq!(rfc_822(1_795_449_600_000), "Mon, 23 Nov 2026 16:00:00 +0000");
    }
}
