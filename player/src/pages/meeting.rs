//! The page of a meeting: before, while it is live, and for ever after.

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use council::{
    MeetingId,
    agenda::Agenda,
    meeting::{Meeting, Stage},
};
use serde::Deserialize;
use vod_store::recording::{Shows, Stretch};

use super::{
    Around, Asked, agenda, chat,
    form::{Field, Kind, Refused},
    frame::{Frame, Section},
    html, interventions,
    line::{self, Line},
    when, world,
};
use crate::{
    App,
    error::{Error, Result},
    floor,
};

#[derive(Template)]
#[template(path = "meeting.html")]
pub(super) struct MeetingPage {
    frame: Frame,
    line: Line,
    place: String,
    reason: String,
    /// That it meets behind closed doors, and since when; empty where it does not.
    in_camera: String,
    agenda: agenda::Shown,
    /// Whether there is something to play.
    plays: bool,
    began_ms: Option<i64>,
    /// From when until when it was held.
    held: Option<String>,
    no_script: String,
    stretches: Vec<Interruption>,
    refused: Option<Refused>,
    /// Of the form that asks for a span.
    fields: Vec<Field>,
    /// The address by which the visitor came.
    base: String,
    viewers: String,
    chat: Option<chat::Shown>,
    asked: Option<interventions::Shown>,
    /// Whether there is a transcript.
    words: bool,
    /// What search engines read of it, as JSON-LD.
    linked: String,
}

/// A stretch in which the viewers saw no source.
struct Interruption {
    /// `gap`, `pause` or `in-camera`.
    kind: &'static str,
    /// Its moment: since the recording's start, on the wall clock.
    seconds: u64,
    /// "Διακοπή σήματος 10:32–10:35".
    text: String,
    length: String,
}

/// What the page needs to know of a recording.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    pub(super) began_at_ms: i64,
    pub(super) duration_ms: u64,
    pub(super) stretches: Vec<Stretch>,
    /// Whether there is a transcript.
    pub(super) words: bool,
}

/// What the page shows of the floor: the chat, and the interventions.
pub(super) type Floor = (Option<chat::Shown>, Option<interventions::Shown>);

/// What of the server's state the page tells.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moment<'a> {
    pub(super) now_ms: i64,
    pub(super) viewers: u64,
    /// The address by which the visitor came.
    pub(super) base: &'a str,
}

pub(super) async fn page(
    State(app): State<App>,
    (around, reader): (Around, world::Reader),
    Path(id): Path<String>,
    asked: Asked,
    Query(of_chat): Query<chat::Asked>,
    Query(of_interventions): Query<interventions::Asked>,
    headers: HeaderMap,
) -> Result<Response> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let here = around.visitor.here.id;
    let (meeting, agenda) = (app.council.meeting(here, id).await?, app.council.agenda(here, id).await?);
    let words = app.council.transcript_revision(id).await? > 0;
    let kept = app.store.recording(id).await?.map(|recording| Kept {
        began_at_ms: recording.began_at_ms(),
        duration_ms: recording.duration_ms(),
        stretches: recording.stretches(),
        words,
    });
    let frame = around.frame(Section::Elsewhere);
    let asker = floor::onlooker(&app, &around.visitor, &headers);
    // Before it begins, and where it never did, there is nothing to read.
    let (view, asked_view) = match meeting.stage {
        Stage::Scheduled | Stage::Cancelled { .. } => Default::default(),
        _ => {
            let room = app.floor.room(here, id).await?;
            (room.view(&asker).await?, room.interventions(&asker).await?)
        }
    };
    let who = (asker.name, around.visitor.moderator().is_some());
    let began_ms = kept.as_ref().map(|kept| kept.began_at_ms);
    let of = interventions::Of { stage: &meeting.stage, agenda: &agenda, began_ms };
    let floor = (
        chat::Shown::of(&frame, &meeting.stage, &view, who.clone(), began_ms, &of_chat),
        interventions::beside(&frame, of, &asked_view, who, &of_interventions),
    );
    let moment = Moment { now_ms: app.council.clock().now_ms(), viewers: app.audience.viewers(id), base: &reader.base };
    Ok(html(&meeting_page(frame, (&meeting, &agenda, floor), kept.as_ref(), moment, &asked)))
}

pub(super) fn meeting_page(
    frame: Frame,
    (meeting, agenda, (chat, asked_of)): (&Meeting, &Agenda, Floor),
    kept: Option<&Kept>,
    moment: Moment<'_>,
    asked: &Asked,
) -> MeetingPage {
    let t = frame.t;
    let line = Line::of(&frame, meeting, moment.now_ms);
    let live = meeting.stage.in_session().is_some();
    let ended = matches!(meeting.stage, Stage::Ended { .. });
    let plays = live || (ended && kept.is_some_and(|kept| kept.duration_ms > 0));
    let began_ms = kept.map(|kept| kept.began_at_ms);
    let held = match meeting.stage {
        Stage::Ended { started_at_ms, ended_at_ms } => Some(frame.when.span(started_at_ms, ended_at_ms)),
        Stage::Live { .. } | Stage::Paused { .. } | Stage::InCamera { .. } => Some(line.began.clone()),
        Stage::Scheduled | Stage::Cancelled { .. } => None,
    };
    let mut fields = if ended { span_fields(&frame, kept) } else { Vec::new() };
    let mut refused = Refused::read(t, asked.error.as_deref());
    Refused::mark(&mut refused, &mut fields);
    let linked = world::linked::meeting(&frame, moment.base, (meeting, agenda), kept, plays);
    MeetingPage {
        linked,
        place: meeting.place.clone(),
        reason: match &meeting.stage {
            Stage::Cancelled { reason } => reason.clone(),
            _ => String::new(),
        },
        in_camera: match meeting.stage {
            Stage::InCamera { since_ms, .. } => t.with("watch-in-camera", "time", frame.when.time(since_ms)),
            _ => String::new(),
        },
        agenda: agenda::Shown::of(&frame, agenda, live, began_ms.filter(|_| plays)),
        began_ms,
        words: kept.is_some_and(|kept| kept.words),
        no_script: t.get(if ended { "no-script-ended" } else { "no-script-live" }),
        stretches: kept.map(|kept| interruptions(&frame, kept)).unwrap_or_default(),
        base: moment.base.to_owned(),
        viewers: line::viewers(t, &meeting.stage, moment.viewers),
        frame: if plays { frame.with_script("player.js") } else { frame },
        line,
        plays,
        held,
        chat,
        asked: asked_of,
        refused,
        fields,
    }
}

fn span_fields(frame: &Frame, kept: Option<&Kept>) -> Vec<Field> {
    let end = kept.map_or(0, |kept| kept.duration_ms);
    vec![
        Field::of(Kind::Text, "from", frame.t.get("downloads-from"))
            .hint(frame.t.get("downloads-from-hint"))
            .value(when::position(0)),
        Field::of(Kind::Text, "to", frame.t.get("downloads-to")).value(when::position(end)),
    ]
}

fn interruptions(frame: &Frame, kept: &Kept) -> Vec<Interruption> {
    let told = kept.stretches.iter().enumerate().filter_map(|(index, stretch)| {
        let (kind, key) = match stretch.shows {
            Shows::Source { .. } => return None,
            Shows::Gap => ("gap", "stretch-gap"),
            Shows::Pause => ("pause", "stretch-pause"),
            Shows::InCamera => ("in-camera", "stretch-in-camera"),
        };
        let shown_ms = i64::try_from(stretch.duration_ms).unwrap_or(i64::MAX);
        // The server may have been away in the middle of it: it lasted until what follows.
        let next_ms = kept.stretches.get(index + 1).map(|next| next.starts_at_ms - stretch.starts_at_ms);
        let length_ms = next_ms.unwrap_or(shown_ms).max(shown_ms);
        let span = frame.when.span(stretch.starts_at_ms, stretch.starts_at_ms.saturating_add(length_ms));
        Some(Interruption {
            kind,
            seconds: u64::try_from(stretch.starts_at_ms - kept.began_at_ms).unwrap_or(0) / 1000,
            text: frame.t.with(key, "span", span),
            length: frame.when.duration(length_ms),
        })
    });
    told.collect()
}

/// A span as people write its ends.
#[derive(Deserialize)]
pub(super) struct Span {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// Leads the form's "0:10:00" to "0:25:30" on to the download, which counts in seconds.
pub(super) async fn download(Path(id): Path<String>, Query(span): Query<Span>) -> Result<Response> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    Ok(Redirect::to(&download_address(id, &span)).into_response())
}

fn download_address(id: MeetingId, span: &Span) -> String {
    match (when::seconds(&span.from), when::seconds(&span.to)) {
        (Some(from), Some(to)) if from < to => format!("/media/{id}/download.mp4?from={from}&to={to}"),
        _ => format!("/meetings/{id}?error=error-invalid-span#span"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_asked_for_in_seconds_or_refused() {
        let id = MeetingId::new();
        let ask = |from: &str, to: &str| download_address(id, &Span { from: from.into(), to: to.into() });
        assert_eq!(ask("0:10:00", "0:25:30"), format!("/media/{id}/download.mp4?from=600&to=1530"));
        for (from, to) in [("", ""), ("10:00", "10:00"), ("11:00", "10:00"), ("x", "1:00"), ("1:00", "")] {
            assert_eq!(ask(from, to), format!("/meetings/{id}?error=error-invalid-span#span"));
        }
    }
}
