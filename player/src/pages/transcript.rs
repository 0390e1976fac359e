//! The words of a meeting for its readers: in windows by item, and as files.

use askama::Template;
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use council::{
    MeetingId,
    agenda::Agenda,
    meeting::Meeting,
    transcript::{Transcript, Utterance, read::Cue, write},
};
use vod_store::recording::Positions;

use super::{
    Around, Asked,
    frame::{Frame, Section},
    html,
    line::Line,
    when,
};
use crate::{
    App,
    error::{Error, Result},
};

/// About how many utterances a window holds: some 25 kB when it is compressed.
const WINDOW: usize = 400;

#[derive(Template)]
#[template(path = "words.html")]
pub(super) struct TranscriptPage {
    frame: Frame,
    line: Line,
    windows: Vec<Window>,
    turns: Vec<Turn>,
    /// Which window is shown.
    shown: usize,
}

/// A piece of the transcript in the list of pieces.
struct Window {
    number: usize,
    /// Since the recording's start.
    from: String,
    until: String,
    /// What the meeting is at there first.
    item: String,
    from_ms: i64,
    until_ms: i64,
}

/// What one speaker says without a break, and the item that begins with it.
struct Turn {
    item: Option<String>,
    speaker: String,
    lines: Vec<Said>,
}

/// An utterance that can be gone to.
struct Said {
    at_ms: i64,
    until_ms: i64,
    seconds: i64,
    position: String,
    machine: String,
    text: String,
}

/// The item that the meeting was at, at an instant.
fn item_at(agenda: &Agenda, at_ms: i64) -> Option<String> {
    let moment = agenda.moments.iter().rfind(|moment| moment.at_ms <= at_ms)?;
    agenda.item(moment.item).map(council::agenda::Item::line)
}

/// Where the windows begin: at an item where one begins near enough.
fn windows(utterances: &[Utterance], agenda: &Agenda) -> Vec<usize> {
    let begins_item = |at: usize| {
        let (before, now) = (utterances[at - 1].from_ms, utterances[at].from_ms);
        agenda.moments.iter().any(|moment| before < moment.at_ms && moment.at_ms <= now)
    };
    let mut begins = vec![0];
    for at in 1..utterances.len() {
        let length = at - begins.last().copied().unwrap_or(0);
        if length >= WINDOW || (length >= WINDOW / 2 && begins_item(at)) {
            begins.push(at);
        }
    }
    begins
}

pub(super) async fn page(
    State(app): State<App>,
    around: Around,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let here = around.visitor.here.id;
    let (meeting, agenda) = (app.council.meeting(here, id).await?, app.council.agenda(here, id).await?);
    let transcript = app.council.transcript(here, id).await?;
    let began_ms = app.store.recording(id).await?.map(|recording| recording.began_at_ms());
    let frame = around.frame(Section::Elsewhere);
    let now_ms = app.council.clock().now_ms();
    Ok(html(&transcript_page(frame, (&meeting, &agenda), &transcript, began_ms, now_ms, &asked)))
}

/// The window that is asked for by its number (`?page=`) or by a moment (`?t=`).
pub(super) fn transcript_page(
    frame: Frame,
    (meeting, agenda): (&Meeting, &Agenda),
    transcript: &Transcript,
    began_ms: Option<i64>,
    now_ms: i64,
    asked: &Asked,
) -> TranscriptPage {
    let utterances = &transcript.utterances;
    let began_ms = began_ms.or(utterances.first().map(|first| first.from_ms)).unwrap_or_default();
    let begins = windows(utterances, agenda);
    let end_of = |window: usize| begins.get(window + 1).copied().unwrap_or(utterances.len());
    let position = |at_ms: i64| when::position(u64::try_from(at_ms - began_ms).unwrap_or(0));
    let listed = begins.iter().enumerate().filter(|(_, from)| **from < utterances.len()).map(|(index, from)| {
        let (first, last) = (&utterances[*from], &utterances[end_of(index) - 1]);
        let item = item_at(agenda, first.from_ms).unwrap_or_default();
        let (from_ms, until_ms) = (first.from_ms, last.until_ms);
        Window { number: index + 1, from: position(from_ms), until: position(until_ms), item, from_ms, until_ms }
    });
    let listed: Vec<Window> = listed.collect();
    let by_moment = asked.t.as_deref().and_then(|t| t.parse::<i64>().ok()).map(|seconds| {
        let at_ms = began_ms.saturating_add(seconds.saturating_mul(1000));
        listed.iter().rposition(|window| window.from_ms <= at_ms).unwrap_or(0)
    });
    let by_number =
        asked.page.as_deref().and_then(|page| page.parse::<usize>().ok()).map(|page| page.saturating_sub(1));
    let shown = by_moment.or(by_number).unwrap_or(0).min(begins.len() - 1);
    let turns = turns(&frame, agenda, &utterances[begins[shown]..end_of(shown)], began_ms);
    TranscriptPage { line: Line::of(&frame, meeting, now_ms), windows: listed, turns, shown: shown + 1, frame }
}

fn turns(frame: &Frame, agenda: &Agenda, utterances: &[Utterance], began_ms: i64) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    let mut item: Option<String> = None;
    for said in utterances {
        let now = item_at(agenda, said.from_ms);
        let begins = now != item;
        let same = turns.last().is_some_and(|turn| turn.speaker == said.speaker);
        if begins || !same {
            let heading = now.clone().filter(|_| begins);
            turns.push(Turn { item: heading, speaker: said.speaker.clone(), lines: Vec::new() });
        }
        item = now;
        let since_ms = (said.from_ms - began_ms).max(0);
        if let Some(turn) = turns.last_mut() {
            turn.lines.push(Said {
                at_ms: said.from_ms,
                until_ms: said.until_ms,
                seconds: since_ms / 1000,
                position: when::position(since_ms.unsigned_abs()),
                machine: frame.when.machine(said.from_ms),
                text: said.text.clone(),
            });
        }
    }
    turns
}

/// The utterances at their positions in the recording.
pub(crate) fn cues(transcript: &Transcript, positions: &Positions) -> Vec<Cue> {
    let cue = |said: &Utterance| {
        let from_ms = positions.position_at(said.from_ms)?;
        let until_ms = from_ms + (said.until_ms - said.from_ms).max(0);
        Some(Cue { from_ms, until_ms, speaker: said.speaker.clone(), text: said.text.clone() })
    };
    transcript.utterances.iter().filter_map(cue).collect()
}

async fn words_of(app: &App, around: &Around, id: &str) -> Result<(Transcript, Vec<Cue>)> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let transcript = app.council.transcript(around.visitor.here.id, id).await?;
    let recording = app.store.recording(id).await?.filter(|_| transcript.revision > 0).ok_or(Error::NotFound)?;
    let cues = cues(&transcript, &recording.positions());
    Ok((transcript, cues))
}

fn file(kind: &'static str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache")),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
    ];
    (headers, text).into_response()
}

pub(super) async fn vtt(State(app): State<App>, around: Around, Path(id): Path<String>) -> Result<Response> {
    Ok(file("text/vtt; charset=utf-8", write::vtt(&words_of(&app, &around, &id).await?.1)))
}

pub(super) async fn srt(State(app): State<App>, around: Around, Path(id): Path<String>) -> Result<Response> {
    Ok(file("application/x-subrip; charset=utf-8", write::srt(&words_of(&app, &around, &id).await?.1)))
}

pub(super) async fn txt(State(app): State<App>, around: Around, Path(id): Path<String>) -> Result<Response> {
    Ok(file("text/plain; charset=utf-8", write::txt(&words_of(&app, &around, &id).await?.1)))
}

/// For programs: every utterance with its position in the recording and its instant.
pub(super) async fn json(State(app): State<App>, around: Around, Path(id): Path<String>) -> Result<Response> {
    let (transcript, cues) = words_of(&app, &around, &id).await?;
    let said = transcript.utterances.iter().zip(&cues).map(|(said, cue)| {
        serde_json::json!({
            "from_ms": said.from_ms, "until_ms": said.until_ms,
            "position_ms": cue.from_ms, "duration_ms": cue.until_ms - cue.from_ms,
            "speaker": said.speaker, "text": said.text,
        })
    });
    let said: Vec<serde_json::Value> = said.collect();
    let answer = Json(serde_json::json!({ "meeting": id, "revision": transcript.revision, "utterances": said }));
    let mut response = answer.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_everything_once_and_none_is_too_long() {
        let said =
            |at: i64| Utterance { from_ms: at * 1000, until_ms: at * 1000, speaker: String::new(), text: "α".into() };
        let utterances: Vec<Utterance> = (0..12_000).map(said).collect();
        let begins = windows(&utterances, &Agenda::default());
        assert_eq!(begins.len(), 12_000_usize.div_ceil(WINDOW));
        assert!(begins.windows(2).all(|pair| pair[0] < pair[1] && pair[1] - pair[0] <= WINDOW));
        assert_eq!(windows(&[], &Agenda::default()), [0]);
    }
}
