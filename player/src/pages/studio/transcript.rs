//! The words of a meeting on the clerk's page: what there is, giving them, and what there was before.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use council::{
    MeetingId,
    meeting::{Meeting, Stage},
    transcript::Revision,
};

use super::{Asked, Frame, Line, Refused, Section, Staff, html};
use crate::{
    App,
    error::{Error, Result},
};

#[derive(Template)]
#[template(path = "words-desk.html")]
pub(in crate::pages) struct WordsPage {
    frame: Frame,
    line: Line,
    refused: Option<Refused>,
    /// Whether words can be given: the meeting is over and has a recording.
    open: bool,
    /// The revision that holds; 0: none.
    holds: i64,
    /// What was mended of the file that was given just now.
    mended: Vec<String>,
    given: bool,
    history: Vec<Row>,
}

/// A revision in the history.
struct Row {
    revision: i64,
    when: String,
    machine: String,
    who: String,
    origin: String,
    size: String,
    holds: bool,
    /// Whether it was taken back.
    withdrawn: bool,
    /// Whether it is the one that can be brought back.
    redo: bool,
}

pub(in crate::pages) async fn words(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response> {
    let (id, here): (MeetingId, _) = (id.parse().map_err(|_| Error::NotFound)?, staff.clerk.here.id);
    let meeting = app.council.meeting(here, id).await?;
    let history = app.council.transcript_history(here, id).await?;
    let kept = app.store.recording(id).await?.is_some_and(|recording| recording.duration_ms() > 0);
    let frame = staff.frame(Section::Studio).at(&format!("/studio/meetings/{id}/words"));
    Ok(html(&words_page(frame, &meeting, &history, kept, app.council.clock().now_ms(), &asked)))
}

pub(in crate::pages) fn words_page(
    frame: Frame,
    meeting: &Meeting,
    history: &[Revision],
    kept: bool,
    now_ms: i64,
    asked: &Asked,
) -> WordsPage {
    let t = frame.t;
    let holds = history.iter().find(|each| each.withdrawn_at_ms.is_none()).map_or(0, |each| each.revision);
    let redo = history.iter().rev().find(|each| each.revision > holds).map_or(0, |each| each.revision);
    let row = |each: &Revision| Row {
        revision: each.revision,
        when: format!("{}, {}", frame.when.date(each.created_at_ms), frame.when.time(each.created_at_ms)),
        machine: frame.when.machine(each.created_at_ms),
        who: each.name.clone(),
        origin: each.origin.clone(),
        size: t.with("words-size", "count", each.utterances),
        holds: each.revision == holds,
        withdrawn: each.withdrawn_at_ms.is_some(),
        redo: each.revision == redo,
    };
    let mut refused = Refused::read(t, asked.error.as_deref());
    if let (Some(refused), Some(line)) = (&mut refused, asked.line) {
        refused.text = t.with_two("words-at-line", ("line", line), ("what", refused.text.clone()));
    }
    let open = kept && matches!(meeting.stage, Stage::Ended { .. });
    if let Some(refused) = &mut refused {
        refused.field = open.then_some("file");
    }
    WordsPage {
        line: Line::of(&frame, meeting, now_ms),
        refused,
        open,
        holds,
        mended: mended(&frame, asked.mended.as_deref().unwrap_or_default()),
        given: asked.given.is_some(),
        history: history.iter().map(row).collect(),
        frame,
    }
}

/// What was mended, in words: how many cues stood out of order, ended before they began, were empty, and the encoding.
fn mended(frame: &Frame, told: &str) -> Vec<String> {
    let counts: Vec<i64> = told.split('.').filter_map(|count| count.parse().ok()).collect();
    let keys = ["words-mended-order", "words-mended-backward", "words-mended-empty", "words-mended-encoding"];
    let said = keys.into_iter().zip(counts).filter(|(_, count)| *count > 0);
    said.map(|(key, count)| frame.t.with(key, "count", count)).collect()
}
