//! The go-live screen.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use council::{
    MeetingId,
    agenda::Agenda,
    meeting::{Meeting, REASON_MAX, Stage},
    source::{Rank, Source},
};
use vod_store::{Language, intake::SourceStatus};

use super::{
    Asked, Field, Frame, Kind, Line, Refused, Section, Staff,
    doors::{Doors, Seen, Stand},
    html, line, monitor, when,
};
use crate::{
    App,
    error::{Error, Result},
    pages::agenda,
};
use monitor::Monitor;

#[derive(Template)]
#[template(path = "live.html")]
pub(in crate::pages) struct LivePage {
    frame: Frame,
    line: Line,
    refused: Option<Refused>,
    reason: String,
    reason_fields: Vec<Field>,
    doors: Doors,
    /// Whether the meeting is yet to come or in session: whether there is anything to send.
    open: bool,
    started_at_ms: i64,
    elapsed: Option<String>,
    paused: String,
    sources: Vec<Monitor>,
    assign_fields: Vec<Field>,
    rtmp_url: String,
    srt: bool,
    room: String,
    viewers: String,
    agenda: agenda::Shown,
}

/// What the screen shows of the machine and the sources.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct Going {
    /// The meeting's, with how each is and whether there is a picture of it.
    pub(in crate::pages) sources: Vec<(Source, Rank, SourceStatus, bool)>,
    pub(in crate::pages) doors: Seen,
    /// The municipality's.
    pub(in crate::pages) all: Vec<Source>,
    pub(in crate::pages) rtmp_url: String,
    /// Whether encoders can call over SRT.
    pub(in crate::pages) srt: bool,
    /// None: it could not be measured.
    pub(in crate::pages) room_left: Option<u64>,
    pub(in crate::pages) viewers: u64,
}

pub(in crate::pages) async fn live(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let here = staff.clerk.here.id;
    let (meeting, agenda) = (app.council.meeting(here, id).await?, app.council.agenda(here, id).await?);
    let intake = app.store.intake();
    let sources = app.council.meeting_sources(id).await?.into_iter().map(|(source, rank)| {
        let status = intake.status(source.id).borrow().clone();
        let pictured = intake.thumbnail(source.id).is_some();
        (source, rank, status, pictured)
    });
    let going = Going {
        sources: sources.collect(),
        doors: Seen::of(&app, &meeting).await?,
        all: app.council.sources(staff.clerk.here.id).await?,
        rtmp_url: crate::studio::rtmp_url(&app, &staff.host),
        srt: app.config.srt.is_some(),
        room_left: app.store.room_left().ok(),
        viewers: app.audience.viewers(id),
    };
    Ok(html(&live_page(
        staff.frame(Section::Studio),
        (&meeting, &agenda),
        &going,
        app.council.clock().now_ms(),
        &asked,
    )))
}

pub(in crate::pages) fn live_page(
    frame: Frame,
    (meeting, agenda): (&Meeting, &Agenda),
    going: &Going,
    now_ms: i64,
    asked: &Asked,
) -> LivePage {
    let t = frame.t;
    let started = meeting.stage.in_session();
    let elapsed = started.map(|at_ms| when::position(u64::try_from(now_ms - at_ms).unwrap_or(0)));
    let open = started.is_some() || meeting.stage == Stage::Scheduled;
    let mut reason_fields = match meeting.stage {
        Stage::Scheduled => vec![
            Field::text("reason", t.get("field-reason")).hint(t.get("field-reason-hint")).characters(0, REASON_MAX),
        ],
        _ => Vec::new(),
    };
    let mut assign_fields = if open { assign_fields(&frame, going) } else { Vec::new() };
    let mut refused = Refused::read(t, asked.error.as_deref());
    let named = refused.as_ref().and_then(|refused| refused.field);
    let fields = if named == Some("reason") { &mut reason_fields } else { &mut assign_fields };
    Refused::mark(&mut refused, fields);
    asked.typed.fill(t, &mut reason_fields);
    asked.typed.fill(t, &mut assign_fields);
    LivePage {
        line: Line::of(&frame, meeting, now_ms),
        refused,
        reason: match &meeting.stage {
            Stage::Cancelled { reason } => reason.clone(),
            _ => String::new(),
        },
        reason_fields,
        doors: Doors::of(&frame, meeting, &going.doors, now_ms),
        open,
        started_at_ms: started.unwrap_or_default(),
        elapsed: elapsed.map(|elapsed| t.with("controls-elapsed", "duration", elapsed)),
        paused: match meeting.stage {
            Stage::Paused { paused_at_ms, .. } => {
                t.with("controls-paused-since", "time", frame.when.time(paused_at_ms))
            }
            _ => String::new(),
        },
        sources: going
            .sources
            .iter()
            .map(|(source, rank, status, pictured)| Monitor::of(&frame, source, Some(*rank), status, *pictured))
            .collect(),
        assign_fields,
        rtmp_url: going.rtmp_url.clone(),
        srt: going.srt,
        room: match going.room_left {
            Some(left) => t.with("disk-room", "value", monitor::bytes(t, left)),
            None => t.get("disk-unknown"),
        },
        viewers: line::viewers(t, &meeting.stage, going.viewers),
        agenda: agenda::Shown::of(&frame, agenda, started.is_some(), None),
        frame,
    }
}

fn assign_fields(frame: &Frame, going: &Going) -> Vec<Field> {
    if going.all.is_empty() {
        return Vec::new();
    }
    let t = frame.t;
    let sources = going.all.iter().map(|source| (source.id.to_string(), source.name.clone())).collect();
    let ranks = [("primary", "rank-primary"), ("backup", "rank-backup"), ("interpreter", "rank-interpreter")]
        .map(|(rank, word)| (rank.to_owned(), t.get(word)));
    let languages = Language::all().map(|language| (language.to_string(), language.own_name().to_owned())).collect();
    vec![
        Field::of(Kind::Choice(sources), "source", t.get("field-assign-source")),
        Field::of(Kind::Choice(ranks.to_vec()), "rank", t.get("field-rank")).hint(t.get("field-rank-hint")),
        Field::of(Kind::Choice(languages), "language", t.get("field-interpreted"))
            .hint(t.get("field-interpreted-hint"))
            .value("en".to_owned()),
    ]
}
