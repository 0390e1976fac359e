//! The words of a meeting: a file or a paste becomes the transcript; a revision is taken back, or brought back.

use axum::{
    Form,
    extract::{DefaultBodyLimit, Multipart, Path, State},
    response::{IntoResponse as _, Redirect, Response},
    routing::{MethodRouter, post},
};
use council::{
    MeetingId,
    transcript::{Utterance, read},
};
use serde::Deserialize;
use vod_store::recording::Positions;

use super::Answer;
use crate::{
    App,
    error::{Error, Result, percent},
    pages::{Page, Staff, Typed},
};

/// A file and what the form has around it.
const BODY_BYTES: usize = read::BYTES_MAX + (1 << 20);
/// Words that begin so long after the recording's end belong to another meeting.
const AFTER_END_MS: i64 = 60_000;

/// What the form sends: a file, or what was pasted.
struct Sent {
    origin: String,
    bytes: Vec<u8>,
}

/// The route with a body limit of its own.
pub(super) fn import_route() -> MethodRouter<App> {
    post(import).layer(DefaultBodyLimit::max(BODY_BYTES))
}

async fn import(
    State(app): State<App>,
    staff: Staff,
    answer: Answer,
    Path(id): Path<String>,
    form: Multipart,
) -> Response {
    let done = async {
        let meeting: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
        app.council.meeting(staff.clerk.here.id, meeting).await?;
        let sent = sent(form).await?;
        let read = tokio::task::spawn_blocking(move || (read::read(&sent.bytes), sent.origin)).await;
        let (read, origin) = read.map_err(|_| Error::Busy("the file could not be read"))?;
        let read = read.map_err(Error::Transcript)?;
        let recording = app.store.recording(meeting).await?.ok_or(Error::NotFound)?;
        let utterances = on_the_timeline(&recording.positions(), &read.cues)?;
        let revision = app.council.replace_transcript(&staff.clerk.clerk, meeting, &origin, utterances).await?;
        Ok((meeting, revision, read.mended))
    };
    let done: Result<(MeetingId, i64, read::Mended)> = done.await;
    match done {
        Ok((meeting, revision, mended)) if answer.html => {
            let read::Mended { out_of_order, backward, empty, old_encoding } = mended;
            let told = format!("{out_of_order}.{backward}.{empty}.{}", u8::from(old_encoding));
            Redirect::to(&format!("/studio/meetings/{meeting}/words?given={revision}&mended={told}")).into_response()
        }
        Ok((_, revision, mended)) => axum::Json(serde_json::json!({
            "revision": revision,
            "mended": {
                "out_of_order": mended.out_of_order, "backward": mended.backward,
                "empty": mended.empty, "old_encoding": mended.old_encoding,
            },
        }))
        .into_response(),
        Err(error) => answer.again(app, staff, Page::Words(id), error, Typed::default()).await,
    }
}

async fn sent(mut form: Multipart) -> Result<Sent> {
    let (mut origin, mut file, mut pasted) = (String::new(), Vec::new(), Vec::new());
    while let Some(field) = form.next_field().await.map_err(|_| Error::Bad("the form cannot be read"))? {
        let name = field.name().unwrap_or_default().to_owned();
        let called = field.file_name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|error| {
            if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                Error::Transcript(read::Fault::TooLarge)
            } else {
                Error::Bad("the form cannot be read")
            }
        })?;
        match name.as_str() {
            "file" if !bytes.is_empty() => (origin, file) = (called, bytes.to_vec()),
            "pasted" => pasted = bytes.to_vec(),
            _ => {}
        }
    }
    let bytes = if file.is_empty() { pasted } else { file };
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::Council(council::Error::Invalid { field: "words", what: "value-missing" }));
    }
    Ok(Sent { origin, bytes })
}

/// Positions in the recording as instants of the meeting.
fn on_the_timeline(positions: &Positions, cues: &[read::Cue]) -> Result<Vec<Utterance>> {
    let beyond = Error::Council(council::Error::Invalid { field: "words_beyond", what: "value-not-time" });
    if cues.last().is_some_and(|last| last.from_ms > positions.length_ms() + AFTER_END_MS) {
        return Err(beyond);
    }
    let utterance = |cue: &read::Cue| {
        let from_ms = positions.wall_at(cue.from_ms)?;
        // Words that a pause cuts off end where they would have.
        let until_ms = positions.wall_at(cue.until_ms)?.min(from_ms + (cue.until_ms - cue.from_ms)).max(from_ms);
        Some(Utterance { from_ms, until_ms, speaker: cue.speaker.clone(), text: cue.text.clone() })
    };
    cues.iter().map(utterance).collect::<Option<Vec<_>>>().ok_or(beyond)
}

#[derive(Deserialize)]
pub(super) struct Which {
    revision: i64,
}

pub(super) async fn press(
    State(app): State<App>,
    staff: Staff,
    answer: Answer,
    Path((id, act)): Path<(String, String)>,
    Form(form): Form<Which>,
) -> Response {
    let done = async {
        let meeting: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
        let withdrawn = match act.as_str() {
            "undo" => true,
            "redo" => false,
            _ => return Err(Error::NotFound),
        };
        app.council.withdraw_transcript(&staff.clerk.clerk, meeting, form.revision, withdrawn).await?;
        Ok(serde_json::json!({ "ok": true }))
    };
    let then = format!("/studio/meetings/{}/words", percent(&id));
    answer.give(done.await, &then, &then)
}
