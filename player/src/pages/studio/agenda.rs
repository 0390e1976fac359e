//! The clerk's desk: the agenda before, during and after the meeting.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use council::{
    AgendaMomentId, MeetingId,
    agenda::{Agenda, LEVELS, NUMBER_MAX, RAPPORTEUR_MAX, TITLE_MAX},
    meeting::{Meeting, Stage},
    person::Member,
};

use super::{
    Asked, Field, Frame, Kind, Line, Refused, Section, Staff,
    doors::{Doors, Seen, Stand},
    html,
    speakers::Speakers,
    votes::{ItemDesk, PresenceDesk, VoteDesk, undecided},
};
use crate::{
    App,
    error::{Error, Result},
    pages::agenda::{Row, Shown},
};

#[derive(Template)]
#[template(path = "agenda-desk.html")]
pub(in crate::pages) struct AgendaPage {
    frame: Frame,
    line: Line,
    refused: Option<Refused>,
    doors: Doors,
    agenda: Shown,
    /// Whether the meeting is in session: whether items can be taken up now.
    live: bool,
    /// Whether it has been in session: whether there are moments to mend.
    begun: bool,
    /// Whether items can be taken off.
    scheduled: bool,
    /// Whether nothing can be changed any more.
    closed: bool,
    /// Where the meeting is, and since when.
    current: Option<Current>,
    /// Whether there is an item to speak to.
    speakers: Option<Speakers>,
    /// Who is there; none before the meeting has begun.
    presence: Option<PresenceDesk>,
    vote: VoteDesk,
    /// What can be done with each row's votes and decisions.
    items: Vec<ItemDesk>,
    /// The decision that was taken back just now.
    undecided: Option<String>,
    /// Where the body's members are kept.
    members_href: String,
    /// What comes next: id and line.
    next: Option<(String, String)>,
    /// The moment that was taken back just now, and can be brought back.
    undone: Option<String>,
    edit: Edit,
    fields: Vec<Field>,
    number_max: usize,
    title_max: usize,
    rapporteur_max: usize,
}

/// The current item.
pub(in crate::pages) struct Current {
    moment: String,
    line: String,
    since: String,
}

/// The form of an item that was refused, and what had been typed into it.
#[derive(Default)]
struct Edit {
    item: String,
    number: String,
    title: String,
    rapporteur: String,
    level: String,
}

impl Edit {
    fn of(asked: &Asked) -> Self {
        let typed = |field: &str| asked.typed.text(field).unwrap_or_default().to_owned();
        Self {
            item: if asked.typed.has("item_title") { typed("item") } else { String::new() },
            number: typed("item_number"),
            title: typed("item_title"),
            rapporteur: typed("rapporteur"),
            level: typed("level"),
        }
    }
}

impl AgendaPage {
    /// Whether this row's form stands open.
    fn edits(&self, row: &Row) -> bool {
        !self.edit.item.is_empty() && self.edit.item == row.id
    }

    fn number<'a>(&'a self, row: &'a Row) -> &'a str {
        if self.edits(row) { &self.edit.number } else { &row.number }
    }

    fn title<'a>(&'a self, row: &'a Row) -> &'a str {
        if self.edits(row) { &self.edit.title } else { &row.title }
    }

    fn rapporteur<'a>(&'a self, row: &'a Row) -> &'a str {
        if self.edits(row) { &self.edit.rapporteur } else { &row.rapporteur }
    }

    /// The word of a choice.
    fn choice_key(&self, choice: &str) -> &'static str {
        match choice {
            "yes" => "agenda-list-yes",
            "no" => "agenda-list-no",
            "abstain" => "agenda-list-abstain",
            _ => "agenda-list-absent",
        }
    }

    /// What can be done with a row's votes and decisions.
    fn item(&self, row: &Row) -> &ItemDesk {
        static NOTHING: std::sync::LazyLock<ItemDesk> = std::sync::LazyLock::new(ItemDesk::default);
        let at = self.agenda.rows.iter().position(|each| each.id == row.id);
        at.and_then(|at| self.items.get(at)).unwrap_or(&NOTHING)
    }

    /// The levels to choose from, and whether a row has each.
    fn levels(&self, row: &Row) -> Vec<(u8, String, bool)> {
        let has = if self.edits(row) { self.edit.level.clone() } else { row.level.to_string() };
        let name = |level: u8| self.frame.t.get(["level-0", "level-1", "level-2"][usize::from(level)]);
        (0..LEVELS).map(|level| (level, name(level), has == level.to_string())).collect()
    }
}

pub(in crate::pages) async fn agenda(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response> {
    let (id, here): (MeetingId, _) = (id.parse().map_err(|_| Error::NotFound)?, staff.clerk.here.id);
    let (meeting, agenda) = (app.council.meeting(here, id).await?, app.council.agenda(here, id).await?);
    let members = app.council.members(here, meeting.body.id).await?;
    let (now_ms, seen) = (app.council.clock().now_ms(), Seen::of(&app, &meeting).await?);
    let frame = staff.frame(Section::Studio).at(&format!("/studio/meetings/{id}/agenda"));
    let year = frame.when.year(meeting.starts_at_ms);
    let next = (app.council.next_decision(here, meeting.body.id, year).await?, year);
    Ok(html(&agenda_page(frame, (&meeting, &agenda, &members), (&seen, next), now_ms, &asked)))
}

pub(in crate::pages) fn agenda_page(
    frame: Frame,
    (meeting, agenda, members): (&Meeting, &Agenda, &[Member]),
    (seen, next): (&Seen, (u32, u16)),
    now_ms: i64,
    asked: &Asked,
) -> AgendaPage {
    let t = frame.t;
    let live = meeting.stage.in_session().is_some();
    let closed = matches!(meeting.stage, Stage::Cancelled { .. });
    let mut fields = vec![Field::of(Kind::Lines, "agenda", t.get("field-items")).hint(t.get("field-items-hint"))];
    fields.retain(|_| !closed);
    let mut refused = Refused::read(t, asked.error.as_deref());
    Refused::mark(&mut refused, &mut fields);
    asked.typed.fill(t, &mut fields);
    let current = agenda.current().filter(|_| live).and_then(|moment| {
        let line = agenda.item(moment.item)?.line();
        Some(Current { moment: moment.id.to_string(), line, since: frame.when.exact_time(moment.at_ms) })
    });
    // The desk's own page has no recording to lead into.
    let shown = Shown::of(&frame, agenda, live, None);
    let begun = live || matches!(meeting.stage, Stage::Ended { .. });
    AgendaPage {
        presence: begun.then(|| PresenceDesk::of(&frame, meeting, agenda, asked)),
        vote: VoteDesk::of(&frame, meeting, agenda, asked),
        items: shown.rows.iter().map(|row| ItemDesk::of(&frame, (meeting, agenda), row, next, asked)).collect(),
        undecided: undecided(asked),
        members_href: format!("/studio/bodies/{}/members", meeting.body.id),
        speakers: current.as_ref().map(|_| Speakers::of(&frame, agenda, members, asked)),
        line: Line::of(&frame, meeting, now_ms),
        refused,
        doors: Doors::of(&frame, meeting, seen, now_ms),
        agenda: shown,
        live,
        begun,
        scheduled: meeting.stage == Stage::Scheduled,
        closed,
        current,
        next: agenda.next().filter(|_| live).map(|item| (item.id.to_string(), item.line())),
        undone: asked.undone.as_deref().and_then(|id| id.parse().ok()).map(|id: AgendaMomentId| id.to_string()),
        edit: Edit::of(asked),
        fields,
        number_max: NUMBER_MAX,
        title_max: TITLE_MAX,
        rapporteur_max: RAPPORTEUR_MAX,
        frame,
    }
}
