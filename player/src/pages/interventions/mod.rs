//! Citizens' interventions: beside the meeting, on a page of their own, and what became of all of them.

mod page;

use ::chat::{
    InterventionId,
    intervention::{Answer, Intake, Kind, Own, Public, State as Became, TEXT_MAX, View},
    mode::Who,
    words::{NAME_MAX, REASON_MAX},
};
use council::{AgendaItemId, agenda::Agenda, meeting::Stage};
use serde::Deserialize;

#[cfg(test)]
pub(super) use self::page::interventions_page;
pub(super) use self::page::{own, page};
use super::{chat, frame::Frame, words::Words};

/// Rows of a group beside the meeting; all of them stand on their own page.
const BESIDE: usize = 20;
/// An item's title as it stands in a choice or beside an intervention, characters.
const TITLE: usize = 70;

/// What a page shows of a meeting's interventions.
pub(super) struct Shown {
    /// Whether the meeting is in session, so that they change by themselves.
    pub(super) live: bool,
    /// Whether the visitor may ask now.
    pub(super) open: bool,
    /// How they are taken, one sentence each.
    pub(super) rules: Vec<String>,
    pub(super) groups: Vec<Group>,
    /// How many there are in all.
    pub(super) total: usize,
    pub(super) own: Vec<OwnRow>,
    /// What the visitor supports, ids with spaces between.
    pub(super) supported: String,
    pub(super) excluded: Option<String>,
    /// For the form: the id of the one to come, and what can be chosen.
    pub(super) id: String,
    pub(super) kinds: Vec<Choice>,
    pub(super) items: Vec<Choice>,
    /// The name of the account; a guest may choose one.
    pub(super) account: Option<String>,
    pub(super) moderates: bool,
    /// What was done just now.
    pub(super) said: Option<String>,
    /// What was wrong, and what had been typed.
    pub(super) refused: Option<String>,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) name_max: usize,
    pub(super) text_max: usize,
    pub(super) reason_max: usize,
    /// Where forms lead back to: `all`, or empty for the meeting.
    pub(super) back: &'static str,
}

/// Something to choose: value, label, whether it is the one.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is: bool,
}

/// Interventions with the same fate.
pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}

/// An intervention that everybody sees.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) item: Option<String>,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) supports: String,
    /// Whether it can still be supported, and whether the visitor does.
    pub(super) open: bool,
    pub(super) supported: bool,
    /// Whether it is the visitor's own.
    pub(super) own: bool,
    /// What became of it, where its group does not say it.
    pub(super) fate: String,
    /// An answer in writing.
    pub(super) answer: Option<String>,
    /// The moment of an answer: seconds since the recording's start, and in words.
    pub(super) moment: Option<(u64, String)>,
}

/// An intervention of the visitor's own.
pub(super) struct OwnRow {
    pub(super) id: String,
    pub(super) text: String,
    /// What became of it, and why.
    pub(super) fate: String,
    pub(super) answer: Option<String>,
    pub(super) moment: Option<(u64, String)>,
    pub(super) withdrawable: bool,
    pub(super) appealable: bool,
}

/// What a page's address says about interventions.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    pub(super) asked: String,
    pub(super) ask_error: String,
    pub(super) ask_name: String,
    pub(super) ask_text: String,
    pub(super) ask_kind: String,
    pub(super) ask_item: String,
}

/// Of which meeting something is shown.
#[derive(Clone, Copy)]
pub(super) struct Of<'a> {
    pub(super) stage: &'a Stage,
    pub(super) agenda: &'a Agenda,
    pub(super) began_ms: Option<i64>,
}

impl Shown {
    /// As it is; none where there is nothing to show and nothing can be asked. `rows` is how many a group shows.
    pub(super) fn of(
        frame: &Frame,
        of: Of<'_>,
        view: &View,
        (account, moderates): (Option<String>, bool),
        asked: &Asked,
        rows: usize,
    ) -> Option<Self> {
        let live = ::chat::room::is_open(of.stage);
        if !live && view.shown.is_empty() && view.own.is_empty() {
            return None;
        }
        let t = frame.t;
        let open = live && view.intake.who != Who::Nobody && (view.intake.who == Who::Everyone || account.is_some());
        let kind = Kind::named(&asked.ask_kind).unwrap_or_default();
        let choice = |value: &str, label: String, is: bool| Choice { value: value.to_owned(), label, is };
        let refused = Some(asked.ask_error.as_str()).filter(|key| key.starts_with("error-intervention-") && t.has(key));
        let said = format!("intervention-said-{}", asked.asked);
        Some(Self {
            live,
            open,
            rules: if live { rules(t, &view.intake) } else { Vec::new() },
            groups: groups(frame, of, view, (live, rows)),
            total: view.shown.len(),
            own: view.own.iter().map(|own| OwnRow::of(frame, of, own)).collect(),
            supported: view.supported.iter().map(InterventionId::to_string).collect::<Vec<_>>().join(" "),
            excluded: view.excluded.as_ref().map(|(until_ms, reason)| {
                let until = format!("{}, {}", frame.when.date(*until_ms), frame.when.time(*until_ms));
                t.with_two("chat-excluded", ("time", until), ("value", chat::why(t, reason)))
            }),
            id: InterventionId::new().to_string(),
            kinds: Kind::ALL.iter().map(|one| choice(one.name(), kind_word(t, *one), *one == kind)).collect(),
            items: items(t, of.agenda, &asked.ask_item, live),
            account,
            moderates,
            said: (!asked.asked.is_empty() && t.has(&said)).then(|| t.get(&said)),
            refused: refused.map(|key| t.get(key)),
            name: asked.ask_name.chars().take(NAME_MAX).collect(),
            text: asked.ask_text.chars().take(TEXT_MAX).collect(),
            name_max: NAME_MAX,
            text_max: TEXT_MAX,
            reason_max: REASON_MAX,
            back: if rows == BESIDE { "" } else { "all" },
        })
    }
}

/// The current item first chosen, so that who asks while it is dealt with need not look for it.
fn items(t: Words, agenda: &Agenda, asked: &str, live: bool) -> Vec<Choice> {
    let current = agenda.current().filter(|_| live).map(|moment| moment.item);
    let chosen = asked.parse::<AgendaItemId>().ok().or(current);
    let whole = Choice { value: String::new(), label: t.get("intervention-item-none"), is: chosen.is_none() };
    let there = agenda.items.iter().filter(|item| item.withdrawn_at_ms.is_none());
    let items = there.map(|item| Choice {
        value: item.id.to_string(),
        label: clipped(&item.line()),
        is: chosen == Some(item.id),
    });
    std::iter::once(whole).chain(items).collect()
}

pub(super) fn item_line(agenda: &Agenda, item: Option<AgendaItemId>) -> Option<String> {
    item.and_then(|id| agenda.item(id)).map(|item| clipped(&item.line()))
}

fn clipped(text: &str) -> String {
    if text.chars().count() <= TITLE {
        return text.to_owned();
    }
    let cut: String = text.chars().take(TITLE - 1).collect();
    format!("{}…", cut.trim_end())
}

fn groups(frame: &Frame, of: Of<'_>, view: &View, (live, rows): (bool, usize)) -> Vec<Group> {
    let names: &[&'static str] =
        if live { &["screen", "queue", "asked", "answered", "left"] } else { &["answered", "deferred", "left"] };
    let group = |name: &&'static str| {
        let here = view.shown.iter().filter(|one| group_of(&one.state, live) == *name);
        Group {
            name,
            title: frame.t.get(&format!("intervention-group-{name}")),
            rows: here.take(rows).map(|one| Row::of(frame, of, one, view)).collect(),
        }
    };
    names.iter().map(group).collect()
}

fn group_of(state: &Became, live: bool) -> &'static str {
    match state {
        Became::Answered { .. } => "answered",
        Became::Deferred { .. } if !live => "deferred",
        Became::OnScreen { .. } if live => "screen",
        Became::Queued { .. } if live => "queue",
        Became::Approved | Became::Deferred { .. } if live => "asked",
        _ => "left",
    }
}

/// How a meeting takes interventions, in words.
fn rules(t: Words, intake: &Intake) -> Vec<String> {
    let mut rules = vec![t.get(&format!("asking-who-{}", intake.who.name()))];
    let policy = t.get(&format!("asking-policy-{}", intake.policy.name()));
    rules.push(if intake.reason.is_empty() { policy } else { format!("{policy} {}", intake.reason) });
    rules
}

impl Row {
    fn of(frame: &Frame, of: Of<'_>, one: &Public, view: &View) -> Self {
        let (answer, moment) = answered(frame, &one.state, of.began_ms);
        Self {
            id: one.id.to_string(),
            kind: kind_word(frame.t, one.kind),
            item: item_line(of.agenda, one.item),
            name: if one.name.is_empty() { frame.t.get("asking-anonymous") } else { one.name.clone() },
            text: one.text.clone(),
            supports: supports(frame.t, one.supports),
            open: one.state.is_open() && ::chat::room::is_open(of.stage),
            supported: view.supported.contains(&one.id),
            own: view.own.iter().any(|own| own.intervention.id == one.id),
            fate: match &one.state {
                Became::Deferred { .. } => fate(frame, &one.state),
                _ => String::new(),
            },
            answer,
            moment,
        }
    }
}

impl OwnRow {
    fn of(frame: &Frame, of: Of<'_>, own: &Own) -> Self {
        let (one, t) = (&own.intervention, frame.t);
        let through = own.through.as_ref();
        let (answer, moment) = answered(frame, through.map_or(&one.state, |through| &through.state), of.began_ms);
        let fate = match through {
            Some(through) => {
                let merged = t.with("intervention-own-merged-into", "value", through.text.clone());
                format!("{merged} {}", fate(frame, &through.state))
            }
            None => fate(frame, &one.state),
        };
        let supports =
            if one.state.is_public() || through.is_some() { supports(t, own.supports) } else { String::new() };
        Self {
            id: one.id.to_string(),
            text: one.text.clone(),
            fate: format!("{fate} {supports}").trim_end().to_owned(),
            answer,
            moment,
            withdrawable: one.state.is_pending() || matches!(one.state, Became::Approved | Became::Queued { .. }),
            appealable: matches!(one.state, Became::Rejected { .. }),
        }
    }
}

/// What became of an intervention, in words.
pub(super) fn fate(frame: &Frame, state: &Became) -> String {
    let t = frame.t;
    let key = format!("intervention-own-{}", state.name().replace('_', "-"));
    match state {
        Became::Deferred { due_at_ms } => t.with("asking-deferred", "time", frame.when.date(*due_at_ms)),
        Became::Answered { answer: Answer::Spoken { answered_at_ms } } => {
            t.with("intervention-own-spoken", "time", frame.when.time(*answered_at_ms))
        }
        Became::Answered { .. } => t.get("intervention-own-written"),
        _ => match state.reason() {
            Some(reason) => format!("{} {}", t.get(&key), chat::why(t, reason)),
            None => t.get(&key),
        },
    }
}

/// An answer's words, and its moment.
fn answered(frame: &Frame, state: &Became, began_ms: Option<i64>) -> (Option<String>, Option<(u64, String)>) {
    match state {
        Became::Answered { answer: Answer::Written { words } } => (Some(words.clone()), None),
        Became::Answered { answer: Answer::Spoken { answered_at_ms } } => {
            let since = began_ms.and_then(|began_ms| u64::try_from(*answered_at_ms - began_ms).ok());
            let told = frame.t.with("asking-moment", "time", frame.when.time(*answered_at_ms));
            (None, since.map(|since_ms| (since_ms / 1000, told)))
        }
        _ => (None, None),
    }
}

fn supports(t: Words, count: usize) -> String {
    t.with("asking-supports", "value", count)
}

pub(super) fn kind_word(t: Words, kind: Kind) -> String {
    t.get(&format!("asking-kind-{}", kind.name()))
}

/// What the meeting's page shows beside the video.
pub(super) fn beside(
    frame: &Frame,
    of: Of<'_>,
    view: &View,
    who: (Option<String>, bool),
    asked: &Asked,
) -> Option<Shown> {
    Shown::of(frame, of, view, who, asked, BESIDE)
}
