//! The moderators' console of interventions: what waits, is approved, queued, before the council, and done.

use ::chat::{
    Code, InterventionId,
    intervention::{ANSWER_MAX, Answer, Filter, Policy, Row, State as Became, Table},
    mode::Who,
    words::REASON_MAX,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use council::{AgendaItemId, MeetingId, agenda::Agenda, meeting::Meeting};
use serde::Deserialize;

use super::{
    Around, chat,
    form::Refused,
    frame::{Frame, Section},
    html,
    interventions::{Choice, fate, item_line, kind_word},
    line::Line,
    when,
    words::Words,
};
use crate::{
    App,
    error::{Error, Result},
    floor::Moderator,
};

/// Until when an answer can be put off, days.
const DAYS: [u16; 4] = [7, 15, 30, 60];

/// The console.
#[derive(Template)]
#[template(path = "console.html")]
pub(super) struct ConsolePage {
    frame: Frame,
    line: Line,
    refused: Option<Refused>,
    /// What was done just now, and what of it can be taken back: the intervention and its revision.
    done: Option<String>,
    undo: Option<(String, i64)>,
    show: &'static str,
    /// The item that is looked at, and the page.
    item: String,
    page: usize,
    /// The tables: value, label, whether it is this one.
    tables: Vec<(&'static str, String, bool)>,
    caption: String,
    empty: String,
    rows: Vec<ConsoleRow>,
    /// Addresses of the pages before and after.
    earlier: Option<usize>,
    later: Option<usize>,
    pages: String,
    /// The one that others are to be merged into.
    target: Option<(String, String)>,
    items: Vec<Choice>,
    who: Vec<Choice>,
    policies: Vec<Choice>,
    reason: String,
    codes: Vec<Choice>,
    days: Vec<Choice>,
    reason_max: usize,
    answer_max: usize,
    by_hand: bool,
}

/// An intervention on the console.
struct ConsoleRow {
    id: String,
    revision: i64,
    state: &'static str,
    kind: String,
    item: Option<String>,
    name: String,
    text: String,
    time: String,
    machine: String,
    supports: String,
    /// What became of it, or what to look at.
    fate: String,
    /// What its author says against that.
    appeal: Option<String>,
    /// Its answer in writing.
    answer: Option<String>,
    /// The moment of its answer, as people write it.
    at: Option<String>,
    alike: Vec<(String, String)>,
    /// Who has it in hand.
    claimed: Option<String>,
    is_target: bool,
}

/// What the console's address says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Looked {
    pub(super) show: String,
    pub(super) item: String,
    pub(super) page: String,
    pub(super) into: String,
    pub(super) error: Option<String>,
    pub(super) undo: String,
    pub(super) revision: String,
    pub(super) done: String,
}

/// The meeting that is looked at.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) meeting: &'a Meeting,
    pub(super) agenda: &'a Agenda,
    pub(super) began_ms: Option<i64>,
    pub(super) now_ms: i64,
}

pub(super) async fn console(
    State(app): State<App>,
    Moderator { moderator, here }: Moderator,
    around: Around,
    Path(id): Path<String>,
    Query(looked): Query<Looked>,
) -> Result<Response> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let (meeting, agenda) = (app.council.meeting(here.id, id).await?, app.council.agenda(here.id, id).await?);
    let room = app.floor.room(here.id, id).await?;
    let filter = filter(&looked.show)?;
    let target = looked.into.parse::<InterventionId>().ok();
    let table = room.console(&moderator, filter, item(&looked.item)?, (page(&looked.page), target));
    let began_ms = app.store.recording(id).await?.map(|recording| recording.began_at_ms());
    let of = Of { meeting: &meeting, agenda: &agenda, began_ms, now_ms: app.council.clock().now_ms() };
    let frame = around.frame(Section::Moderation).with_script("studio.js");
    Ok(html(&console_page(frame, of, &table, filter, &looked)))
}

fn filter(show: &str) -> Result<Filter> {
    Ok(match show {
        "" | "pending" => Filter::Pending,
        "appeals" => Filter::Appeals,
        "approved" => Filter::Approved,
        "queue" => Filter::Queue,
        "screen" => Filter::Screen,
        "done" => Filter::Done,
        _ => return Err(Error::NotFound),
    })
}

fn name(filter: Filter) -> &'static str {
    match filter {
        Filter::Pending => "pending",
        Filter::Appeals => "appeals",
        Filter::Approved => "approved",
        Filter::Queue => "queue",
        Filter::Screen => "screen",
        Filter::Done => "done",
    }
}

/// Which item is looked at: all, those on the meeting as a whole (`none`), or those on one.
fn item(text: &str) -> Result<Option<Option<AgendaItemId>>> {
    match text {
        "" => Ok(None),
        "none" => Ok(Some(None)),
        id => id.parse().map(|id| Some(Some(id))).map_err(|_| Error::NotFound),
    }
}

/// A page's number, from 0; one that makes no sense is the first.
fn page(text: &str) -> usize {
    text.parse().unwrap_or(0)
}

pub(super) fn console_page(frame: Frame, of: Of<'_>, table: &Table, filter: Filter, looked: &Looked) -> ConsolePage {
    let t = frame.t;
    let (show, at) = (name(filter), page(&looked.page).min(table.pages.saturating_sub(1)));
    let done = format!("console-done-{}", looked.done.replace('_', "-"));
    let undo = looked.undo.parse::<InterventionId>().ok().zip(looked.revision.parse::<i64>().ok());
    let choice = |value: &str, label: String, is: bool| Choice { value: value.to_owned(), label, is };
    let intake = &table.intake;
    ConsolePage {
        refused: Refused::read(t, looked.error.as_deref()),
        done: t.has(&done).then(|| t.get(&done)),
        undo: undo.map(|(id, revision)| (id.to_string(), revision)),
        tables: tables(t, table, show),
        caption: t.get(&format!("console-caption-{show}")),
        empty: t.get(&format!("console-empty-{show}")),
        rows: table.rows.iter().map(|row| ConsoleRow::of(&frame, of, row, table)).collect(),
        earlier: at.checked_sub(1),
        later: (at + 1 < table.pages).then_some(at + 1),
        pages: t.with_two("console-pages", ("page", at + 1), ("pages", table.pages)),
        target: table.target.as_ref().map(|(id, text)| (id.to_string(), text.clone())),
        items: items(t, of.agenda, &looked.item),
        who: Who::ALL
            .iter()
            .map(|who| choice(who.name(), t.get(&format!("console-who-{}", who.name())), *who == intake.who))
            .collect(),
        policies: Policy::ALL
            .iter()
            .map(|one| choice(one.name(), t.get(&format!("console-policy-{}", one.name())), *one == intake.policy))
            .collect(),
        reason: intake.reason.clone(),
        codes: Code::ALL.iter().map(|code| choice(code.name(), chat::code_word(t, *code), false)).collect(),
        days: DAYS
            .iter()
            .map(|days| choice(&days.to_string(), t.with("console-days", "count", *days), false))
            .collect(),
        reason_max: REASON_MAX,
        answer_max: ANSWER_MAX,
        by_hand: intake.policy == Policy::Hand,
        item: looked.item.clone(),
        page: at,
        line: Line::of(&frame, of.meeting, of.now_ms),
        frame,
        show,
    }
}

fn tables(t: Words, table: &Table, show: &str) -> Vec<(&'static str, String, bool)> {
    let counts = &table.counts;
    let label = |name: &'static str, count: usize| {
        (name, t.with(&format!("console-table-{name}"), "count", count), show == name)
    };
    vec![
        label("pending", counts.pending),
        label("appeals", counts.appeals),
        label("approved", counts.approved),
        label("queue", counts.queue),
        label("screen", counts.screen),
        label("done", counts.done),
    ]
}

fn items(t: Words, agenda: &Agenda, chosen: &str) -> Vec<Choice> {
    let one = |value: String, label: String| Choice { is: value == chosen, value, label };
    let all = [one(String::new(), t.get("console-item-all")), one("none".into(), t.get("intervention-item-none"))];
    let items =
        agenda.items.iter().map(|item| one(item.id.to_string(), item_line(agenda, Some(item.id)).unwrap_or_default()));
    all.into_iter().chain(items).collect()
}

impl ConsoleRow {
    fn of(frame: &Frame, of: Of<'_>, row: &Row, table: &Table) -> Self {
        let (t, one) = (frame.t, &row.intervention);
        let mut supports = t.with("asking-supports", "value", row.supports);
        if row.merged > 0 {
            supports = format!("{supports} {}", t.with("console-merged", "count", row.merged));
        }
        let (answer, at) = match &one.state {
            Became::Answered { answer: Answer::Written { words } } => (Some(words.clone()), None),
            Became::Answered { answer: Answer::Spoken { answered_at_ms } } => {
                let since = of.began_ms.and_then(|began_ms| u64::try_from(answered_at_ms - began_ms).ok());
                (None, Some(since.map(when::position).unwrap_or_default()))
            }
            _ => (None, None),
        };
        Self {
            id: one.id.to_string(),
            revision: one.revision,
            state: one.state.name(),
            kind: kind_word(t, one.kind),
            item: item_line(of.agenda, one.item),
            name: if one.name.is_empty() { t.get("asking-anonymous") } else { one.name.clone() },
            text: one.text.clone(),
            time: frame.when.exact_time(one.at_ms),
            machine: frame.when.machine(one.at_ms),
            supports,
            fate: match (&one.state, &row.into) {
                (Became::Held { cause }, _) => t.get(&format!("desk-cause-{}", cause.name())),
                (Became::Submitted, _) => String::new(),
                (Became::Merged { .. }, Some(into)) => t.with("intervention-own-merged-into", "value", into.clone()),
                (state, _) => fate(frame, state),
            },
            appeal: if let Became::Appealed { words, .. } = &one.state { Some(words.clone()) } else { None },
            answer,
            at,
            alike: row.alike.iter().map(|(id, text)| (id.to_string(), text.clone())).collect(),
            claimed: row.claim.as_ref().map(|claim| t.with("console-desk-claimed", "value", claim.name.clone())),
            is_target: table.target.as_ref().is_some_and(|(id, _)| *id == one.id),
        }
    }

    /// Whether a move can be made from here.
    fn may(&self, act: &str) -> bool {
        let from: &[&str] = match act {
            "approve" => &["submitted", "held"],
            "reject" | "merge" => &["submitted", "held", "approved", "queued"],
            "queue" => &["approved", "deferred"],
            "unqueue" | "show" | "place" => &["queued"],
            "take_down" => &["on_screen"],
            "spoken" => &["approved", "queued", "on_screen", "deferred", "expired"],
            "write" => &["approved", "queued", "on_screen", "deferred", "expired", "answered"],
            "defer" => &["approved", "queued", "on_screen", "expired"],
            "expire" => &["approved", "queued", "on_screen", "deferred"],
            "uphold" => &["appealed"],
            "reopen" => &["rejected", "appealed", "upheld", "merged", "expired"],
            "target" => &["submitted", "held", "approved", "queued", "on_screen", "deferred"],
            _ => &[],
        };
        from.contains(&self.state)
    }
}

#[cfg(test)]
mod tests {
    use ::chat::intervention::{Answer, Move, State};

    use super::*;

    /// The buttons of a row are the moves that the machine allows: no dead ones, and none is missing.
    #[test]
    fn every_button_is_a_move_and_every_move_has_a_button() {
        let reason = ::chat::Reason::default();
        let states = [
            State::Submitted,
            State::Held { cause: ::chat::mode::Cause::Links },
            State::Approved,
            State::Rejected { reason: reason.clone() },
            State::Appealed { reason: reason.clone(), words: "x".into() },
            State::Upheld { reason: reason.clone() },
            State::Merged { into: InterventionId::new() },
            State::Withdrawn,
            State::Queued { place: 1 },
            State::OnScreen { place: 1, since_ms: 1 },
            State::Answered { answer: Answer::Spoken { answered_at_ms: 1 } },
            State::Deferred { due_at_ms: 1 },
            State::Expired,
        ];
        let written = || Move::Answer { answer: Answer::Written { words: "x".into() } };
        for state in states {
            let row = ConsoleRow {
                id: String::new(),
                revision: 1,
                state: state.name(),
                kind: String::new(),
                item: None,
                name: String::new(),
                text: String::new(),
                time: String::new(),
                machine: String::new(),
                supports: String::new(),
                fate: String::new(),
                appeal: None,
                answer: None,
                at: None,
                alike: Vec::new(),
                claimed: None,
                is_target: false,
            };
            for (button, a) in [
                ("approve", Move::Approve),
                ("unqueue", Move::Unqueue),
                ("show", Move::Show { since_ms: 1 }),
                ("take_down", Move::TakeDown),
                ("write", written()),
                ("expire", Move::Expire),
                ("uphold", Move::Uphold),
                ("reopen", Move::Reopen),
            ] {
                assert_eq!(row.may(button), state.after(&a).is_some(), "{button}, {}", state.name());
            }
            for (button, a) in [
                ("reject", Move::Reject { reason: reason.clone() }),
                ("merge", Move::Merge { into: InterventionId::new() }),
                ("queue", Move::Queue { place: 1 }),
                ("spoken", written()),
                ("defer", Move::Defer { due_at_ms: 1 }),
            ] {
                assert!(!row.may(button) || state.after(&a).is_some(), "{button} is dead, {}", state.name());
            }
        }
    }
}
