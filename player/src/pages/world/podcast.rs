//! The sound of the meetings as a podcast: RSS with the tags of Apple and of Podcasting 2.0.
//!
//! The sound's file leaves slates out, so chapters and words are written here at its own positions.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use council::{
    MeetingId,
    agenda::Item,
    meeting::{Announced, Meeting, Stage},
    municipality::Body,
    transcript::{read::Cue, write},
};
use vod_store::Recording;

use super::{
    Reader,
    feeds::{iso, rfc_822, written},
};
use crate::{
    App,
    error::{Error, Result},
    pages::{transcript::cues, when},
};

/// How many meetings are looked through, and the most episodes of a feed.
const LOOKED_THROUGH: u32 = 200;
const EPISODES: usize = 50;
/// A meeting that is to come is told so long before.
const AHEAD_MS: i64 = 14 * 86_400_000;
/// How long a meeting is announced to take.
const USUAL_MS: i64 = 2 * 3_600_000;

#[derive(Template)]
#[template(path = "podcast.xml")]
struct Podcast {
    title: String,
    what: String,
    language: &'static str,
    base: String,
    url: String,
    name: String,
    episodes: Vec<Episode>,
    live: Vec<Live>,
}

struct Episode {
    id: String,
    href: String,
    title: String,
    body: String,
    what: String,
    published: String,
    /// Bytes of the file.
    size: u64,
    /// "1:02:09".
    duration: String,
    sound: String,
    chapters: bool,
    words: bool,
}

/// A meeting in session, or soon to be.
struct Live {
    id: String,
    href: String,
    title: String,
    what: String,
    status: &'static str,
    from: String,
    until: String,
    stream: String,
}

pub(super) async fn answer(app: &App, reader: &Reader, body: Option<&Body>) -> Result<Response> {
    let of = body.map(|body| body.id);
    let announced = app.council.announced(reader.here.id, of, i64::MIN, LOOKED_THROUGH).await?;
    let now_ms = app.council.clock().now_ms();
    let (mut episodes, mut live) = (Vec::new(), Vec::new());
    for Announced { meeting, .. } in &announced {
        live.extend(live_item(reader, meeting, now_ms));
        if episodes.len() < EPISODES {
            episodes.extend(episode(app, reader, meeting).await?);
        }
    }
    let title = reader.title(body);
    let podcast = Podcast {
        what: reader.t.with("feed-podcast-what", "name", title.as_str()),
        title: reader.t.with("feed-podcast-of", "name", title.as_str()),
        language: reader.t.language(),
        base: reader.base.clone(),
        url: format!("{}{}", reader.base, reader.path(body, "podcast.rss")),
        name: reader.name().to_owned(),
        episodes,
        live,
    };
    Ok(reader.answer("application/rss+xml; charset=utf-8", written(&podcast)?))
}

async fn episode(app: &App, reader: &Reader, meeting: &Meeting) -> Result<Option<Episode>> {
    let Stage::Ended { started_at_ms, ended_at_ms } = meeting.stage else { return Ok(None) };
    let Some(recording) = app.store.recording(meeting.id).await? else { return Ok(None) };
    let Some(size) = app.sizes.of(&recording).await else { return Ok(None) };
    let length_ms = u64::try_from(recording.sound_positions().length_ms()).unwrap_or(0);
    let agenda = app.council.agenda(reader.here.id, meeting.id).await?;
    let lines: Vec<String> = agenda.items.iter().map(Item::line).collect();
    let held = format!("{}, {}", reader.when.day(started_at_ms), reader.when.span(started_at_ms, ended_at_ms));
    Ok(Some(Episode {
        id: meeting.id.to_string(),
        href: format!("{}/meetings/{}", reader.base, meeting.id),
        title: meeting.title.clone(),
        body: meeting.body.name.in_language(reader.t.language()).to_owned(),
        what: std::iter::once(held).chain(lines).collect::<Vec<_>>().join("\n"),
        published: rfc_822(ended_at_ms),
        size,
        duration: when::position(length_ms),
        sound: format!("{}/media/{}/sound.m4a", reader.base, meeting.id),
        chapters: !agenda.moments.is_empty(),
        words: app.council.transcript_revision(meeting.id).await? > 0,
    }))
}

fn live_item(reader: &Reader, meeting: &Meeting, now_ms: i64) -> Option<Live> {
    let (status, from_ms) = match meeting.stage.in_session() {
        Some(began_ms) => ("live", began_ms),
        None if matches!(meeting.stage, Stage::Scheduled) && meeting.starts_at_ms < now_ms + AHEAD_MS => {
            ("pending", meeting.starts_at_ms)
        }
        None => return None,
    };
    Some(Live {
        id: meeting.id.to_string(),
        href: format!("{}/meetings/{}", reader.base, meeting.id),
        title: meeting.title.clone(),
        what: format!("{}, {}", reader.when.day(from_ms), reader.when.time(from_ms)),
        status,
        from: iso(from_ms),
        until: iso(from_ms + USUAL_MS),
        stream: format!("{}/media/{}/index.m3u8", reader.base, meeting.id),
    })
}

/// The recording of a meeting that is over, of this municipality.
async fn over(app: &App, reader: &Reader, id: &str) -> Result<(Meeting, Arc<Recording>)> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let meeting = app.council.meeting(reader.here.id, id).await?;
    if !matches!(meeting.stage, Stage::Ended { .. }) {
        return Err(Error::NotFound);
    }
    let recording = app.store.recording(id).await?.ok_or(Error::NotFound)?;
    Ok((meeting, recording))
}

/// The agenda's moments as chapters (Podcasting 2.0, JSON chapters 1.2).
pub(super) async fn chapters(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Response> {
    let (meeting, recording) = over(&app, &reader, &id).await?;
    let agenda = app.council.agenda(reader.here.id, meeting.id).await?;
    let (positions, began_ms) = (recording.sound_positions(), recording.began_at_ms());
    let chapter = |moment: &council::agenda::Moment| {
        let item = agenda.item(moment.item)?;
        let start_ms = positions.position_at(moment.at_ms)?;
        let seconds = (moment.at_ms - began_ms).max(0) / 1000;
        let url = format!("{}/meetings/{}?t={seconds}", reader.base, meeting.id);
        // A chapter's number is one of seconds, with a fraction.
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a meeting")]
        let start = start_ms as f64 / 1000.0;
        Some(serde_json::json!({ "startTime": start, "title": item.line(), "url": url }))
    };
    let chapters: Vec<serde_json::Value> = agenda.moments.iter().filter_map(chapter).collect();
    let said = serde_json::json!({ "version": "1.2.0", "title": meeting.title, "chapters": chapters });
    Ok(reader.answer("application/json+chapters", said.to_string()))
}

async fn words(app: &App, reader: &Reader, id: &str) -> Result<Vec<Cue>> {
    let (meeting, recording) = over(app, reader, id).await?;
    let transcript = app.council.transcript(reader.here.id, meeting.id).await?;
    if transcript.revision == 0 {
        return Err(Error::NotFound);
    }
    Ok(cues(&transcript, &recording.sound_positions()))
}

pub(super) async fn vtt(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Response> {
    Ok(reader.answer("text/vtt; charset=utf-8", write::vtt(&words(&app, &reader, &id).await?)))
}

pub(super) async fn srt(State(app): State<App>, reader: Reader, Path(id): Path<String>) -> Result<Response> {
    Ok(reader.answer("application/x-subrip; charset=utf-8", write::srt(&words(&app, &reader, &id).await?)))
}
