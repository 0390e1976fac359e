//! An agenda as pages show it: items, where the meeting is, and the moments that lead into the recording.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use council::{
    AgendaItemId, MeetingId,
    agenda::{Agenda, Item},
    speech::Speech,
};

use super::{
    Around,
    frame::{Frame, Section},
    html,
    votes::{Decided, There, Voted},
};
use crate::{
    App,
    error::{Error, Result},
    news,
};

/// The list alone: pages that are open take it anew when it has changed.
#[derive(Template)]
#[template(path = "agenda.html")]
struct AgendaPart {
    frame: Frame,
    agenda: Shown,
}

/// An agenda on a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// A name for the list as it is.
    pub(super) outline: String,
    pub(super) rows: Vec<Row>,
    /// Who is there; none where that was not noted.
    pub(super) there: Option<There>,
}

/// An item on a page.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) level: u8,
    pub(super) number: String,
    pub(super) title: String,
    pub(super) rapporteur: String,
    pub(super) urgent: bool,
    pub(super) withdrawn: bool,
    /// Whether the meeting is at it.
    pub(super) now: bool,
    /// When it was taken up.
    pub(super) moments: Vec<At>,
    /// Who has the floor now, where the meeting is at it.
    pub(super) speaker: Option<String>,
    /// Who had the floor while the meeting was at it.
    pub(super) speeches: Vec<(At, String)>,
    /// What was voted on it, and decided.
    pub(super) votes: Vec<Voted>,
    pub(super) decisions: Vec<Decided>,
}

/// An instant of the meeting: at which an item was taken up, a vote opened.
#[derive(Clone, Debug)]
pub(super) struct At {
    pub(super) id: String,
    pub(super) at_ms: i64,
    /// Seconds since the recording's start; none where there is no recording to lead to.
    pub(super) seconds: Option<u64>,
    /// The time of day, and for machines.
    pub(super) time: String,
    pub(super) exact: String,
    pub(super) machine: String,
}

impl Shown {
    /// As it is; `live`: whether the meeting is in session. `began_ms` is when the recording began.
    pub(super) fn of(frame: &Frame, agenda: &Agenda, live: bool, began_ms: Option<i64>) -> Self {
        let now = agenda.current().filter(|_| live).map(|moment| moment.item);
        let rows = agenda.items.iter().map(|item| Row::of(frame, agenda, item, (live, now), began_ms));
        Self { outline: news::outline(agenda), rows: rows.collect(), there: There::of(frame, agenda, began_ms) }
    }
}

impl Row {
    fn of(
        frame: &Frame,
        agenda: &Agenda,
        item: &Item,
        (live, now): (bool, Option<AgendaItemId>),
        began_ms: Option<i64>,
    ) -> Self {
        let moments = agenda.moments.iter().filter(|moment| moment.item == item.id);
        let speeches = agenda.speeches.iter().filter(|speech| speech.item == item.id);
        let at = |id: String, at_ms: i64| At::of(frame, id, at_ms, began_ms);
        // One that is noted afterwards is nobody's to read before it has a result.
        let votes = agenda.votes_on(item.id).filter(|vote| live || !vote.is_open());
        let speaking = agenda.speaking().filter(|speech| now == Some(item.id) && speech.item == item.id);
        Self {
            id: item.id.to_string(),
            level: item.level,
            number: item.number.clone(),
            title: item.title.clone(),
            rapporteur: item.rapporteur.clone(),
            urgent: item.urgent_at_ms.is_some(),
            withdrawn: item.withdrawn_at_ms.is_some(),
            now: now == Some(item.id),
            moments: moments.map(|moment| at(moment.id.to_string(), moment.at_ms)).collect(),
            speaker: speaking.map(Speech::line),
            speeches: speeches.map(|speech| (at(speech.id.to_string(), speech.at_ms), speech.line())).collect(),
            votes: votes.map(|vote| Voted::of(frame, vote, began_ms)).collect(),
            decisions: agenda.decisions_on(item.id).map(Decided::of).collect(),
        }
    }
}

impl At {
    /// An instant on a page; it leads into the recording that began at `began_ms`.
    pub(super) fn of(frame: &Frame, id: String, at_ms: i64, began_ms: Option<i64>) -> Self {
        Self {
            id,
            at_ms,
            seconds: began_ms.map(|began_ms| u64::try_from(at_ms - began_ms).unwrap_or(0) / 1000),
            time: frame.when.time(at_ms),
            exact: frame.when.exact_time(at_ms),
            machine: frame.when.machine(at_ms),
        }
    }
}

pub(super) async fn part(State(app): State<App>, around: Around, Path(id): Path<String>) -> Result<Response> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let news = app.board.follow(id).news(&app.council, around.visitor.here.id).await?;
    let began_ms = app.store.recording(id).await?.map(|recording| recording.began_at_ms());
    let frame = around.frame(Section::Elsewhere);
    let live = matches!(news.stage, "live" | "paused" | "in_camera");
    let agenda = Shown::of(&frame, &news.agenda, live, began_ms);
    Ok(html(&AgendaPart { frame, agenda }))
}
