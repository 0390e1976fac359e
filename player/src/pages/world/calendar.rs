//! The meetings as a calendar to subscribe to (RFC 5545).
//!
//! Instants are written in UTC: they stay right over a change of clocks, and each reader sees them in their own zone.

use axum::response::Response;
use council::{
    meeting::{Announced, Stage},
    municipality::Body,
};
use jiff::Timestamp;

use super::Reader;
use crate::{App, error::Result};

/// How far back a calendar goes.
const BACK_MS: i64 = 400 * 86_400_000;
/// The most meetings of a calendar.
const MOST: u32 = 500;
/// How long a meeting is shown to take whose end nobody knows.
const USUAL_MS: i64 = 2 * 3_600_000;
/// A line has at most so many bytes; what is longer goes on in the next one.
const LINE: usize = 75;

pub(super) async fn answer(app: &App, reader: &Reader, body: Option<&Body>) -> Result<Response> {
    let from_ms = app.council.clock().now_ms() - BACK_MS;
    let announced = app.council.announced(reader.here.id, body.map(|body| body.id), from_ms, MOST).await?;
    Ok(reader.answer("text/calendar; charset=utf-8", write(reader, body, &announced)))
}

fn write(reader: &Reader, body: Option<&Body>, announced: &[Announced]) -> String {
    let mut calendar = Calendar::default();
    calendar.line("BEGIN", "VCALENDAR");
    calendar.line("VERSION", "2.0");
    calendar.line("PRODID", "-//Bema//Meetings//EN");
    calendar.line("CALSCALE", "GREGORIAN");
    calendar.line("METHOD", "PUBLISH");
    let name = reader.t.with("feed-meetings-of", "name", reader.title(body));
    calendar.text("NAME", &name);
    calendar.text("X-WR-CALNAME", &name);
    calendar.line("X-WR-TIMEZONE", &reader.here.time_zone);
    calendar.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    calendar.line("X-PUBLISHED-TTL", "PT1H");
    for one in announced {
        event(&mut calendar, reader, one);
    }
    calendar.line("END", "VCALENDAR");
    calendar.0
}

fn event(
    calendar: &mut Calendar,
    reader: &Reader,
    Announced { meeting, changes, called_at_ms, changed_at_ms }: &Announced,
) {
    let (from_ms, until_ms) = span(&meeting.stage, meeting.starts_at_ms);
    let body = meeting.body.name.in_language(reader.t.language());
    let url = format!("{}/meetings/{}", reader.base, meeting.id);
    calendar.line("BEGIN", "VEVENT");
    calendar.line("UID", &meeting.id.to_string());
    // Not the time of the answer: an answer that says the same is the same.
    calendar.line("DTSTAMP", &utc(*changed_at_ms));
    calendar.line("CREATED", &utc(*called_at_ms));
    calendar.line("LAST-MODIFIED", &utc(*changed_at_ms));
    calendar.line("SEQUENCE", &changes.to_string());
    calendar.line("DTSTART", &utc(from_ms));
    calendar.line("DTEND", &utc(until_ms));
    calendar.text("SUMMARY", &format!("{}: {body}", meeting.title));
    let reason = match &meeting.stage {
        Stage::Cancelled { reason } => format!("{}\n", reader.t.with("feed-cancelled", "reason", reason.as_str())),
        _ => String::new(),
    };
    calendar.text("DESCRIPTION", &format!("{reason}{body}, {}\n{url}", reader.name()));
    if !meeting.place.is_empty() {
        calendar.text("LOCATION", &meeting.place);
    }
    calendar.line("URL", &url);
    calendar.line("STATUS", if matches!(meeting.stage, Stage::Cancelled { .. }) { "CANCELLED" } else { "CONFIRMED" });
    calendar.line("TRANSP", if matches!(meeting.stage, Stage::Cancelled { .. }) { "TRANSPARENT" } else { "OPAQUE" });
    calendar.line("END", "VEVENT");
}

/// From when until when a calendar shows it, milliseconds UTC.
fn span(stage: &Stage, starts_at_ms: i64) -> (i64, i64) {
    match *stage {
        Stage::Ended { started_at_ms, ended_at_ms } => (started_at_ms, ended_at_ms.max(started_at_ms + 60_000)),
        _ => {
            let from_ms = stage.in_session().unwrap_or(starts_at_ms);
            (from_ms, from_ms + USUAL_MS)
        }
    }
}

/// "20261123T160500Z".
fn utc(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Lines as the standard folds them.
#[derive(Default)]
struct Calendar(String);

impl Calendar {
    /// A property whose value is no text: nothing in it is escaped.
    fn line(&mut self, name: &str, value: &str) {
        let mut length = 0;
        for letter in name.chars().chain([':']).chain(value.chars()) {
            // Between letters, never within one.
            if length + letter.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(letter);
            length += letter.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// A property of type TEXT (RFC 5545 §3.3.11).
    fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for letter in value.chars() {
            match letter {
                '\\' | ';' | ',' => escaped.extend(['\\', letter]),
                '\n' => escaped.push_str("\\n"),
                letter if letter.is_control() => {}
                letter => escaped.push(letter),
            }
        }
        self.line(name, &escaped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_letters_and_read_back_whole() {
        let text = "Έγκριση του τεχνικού προγράμματος; ".repeat(20);
        let mut calendar = Calendar::default();
        calendar.text("SUMMARY", &format!("a\\b\n{text}"));
        assert!(calendar.0.split("\r\n").all(|line| line.len() <= LINE), "{}", calendar.0);
        let unfolded = calendar.0.replace("\r\n ", "");
        assert_eq!(unfolded, format!("SUMMARY:a\\\\b\\n{}\r\n", text.replace(';', "\\;")));
    }

    #[test]
    fn a_meeting_stands_where_it_was_called_for_and_then_where_it_was_held() {
        assert_eq!(span(&Stage::Scheduled, 5), (5, 5 + USUAL_MS));
        assert_eq!(span(&Stage::Live { started_at_ms: 9 }, 5), (9, 9 + USUAL_MS));
        assert_eq!(span(&Stage::Ended { started_at_ms: 9, ended_at_ms: 90_009 }, 5), (9, 90_009));
        assert_eq!(span(&Stage::Ended { started_at_ms: 9, ended_at_ms: 9 }, 5), (9, 60_009), "never of no length");
    }

    #[test]
    fn instants_are_in_utc() {
        assert_eq!(utc(1_795_449_600_000), "20261123T160000Z");
    }
}
