//! Interventions on made-up data: beside the meeting, on their page, on the console and on the screen.

use ::chat::{
    AuthorId, Code, InterventionId, Reason,
    intervention::{
        Answer, Claim, Counts, Filter, Intake, Intervention, Kind, Own, Policy, Public, Row, State, Table, View,
        report::Report,
    },
    mode::{Cause, Who},
};
use council::{AccountId, agenda::Agenda, meeting::Stage};

use super::made_up::{HOSTILE, HOUR, NOW, agenda, frame, meeting, staff, stages};
use crate::pages::{
    chamber::chamber_page,
    console::{self, console_page},
    frame::Section,
    interventions::{Asked, Of, Shown, beside as shown_beside, interventions_page},
    overlay::overlay_page,
};

fn every_state() -> Vec<State> {
    let reason = Reason { code: Code::Abuse, words: HOSTILE.into() };
    vec![
        State::Submitted,
        State::Held { cause: Cause::Words },
        State::Approved,
        State::Rejected { reason: reason.clone() },
        State::Appealed { reason: reason.clone(), words: HOSTILE.into() },
        State::Upheld { reason },
        State::Merged { into: InterventionId::new() },
        State::Withdrawn,
        State::Queued { place: 1 },
        State::OnScreen { place: 1, since_ms: NOW },
        State::Answered { answer: Answer::Spoken { answered_at_ms: NOW - HOUR } },
        State::Answered { answer: Answer::Written { words: HOSTILE.into() } },
        State::Deferred { due_at_ms: NOW + HOUR },
        State::Expired,
    ]
}

fn one(state: State, agenda: &Agenda) -> Intervention {
    Intervention {
        id: InterventionId::new(),
        item: agenda.items.get(1).map(|item| item.id),
        author: AuthorId::new(),
        kind: Kind::Proposal,
        name: if state.is_open() { HOSTILE.into() } else { String::new() },
        text: format!("Πότε θα γίνει το έργο; {HOSTILE}"),
        at_ms: NOW - HOUR,
        state,
        revision: 3,
        decided_at_ms: Some(NOW),
    }
}

fn public(one: &Intervention) -> Public {
    Public {
        id: one.id,
        kind: one.kind,
        item: one.item,
        name: one.name.clone(),
        text: one.text.clone(),
        at_ms: one.at_ms,
        supports: 12,
        state: one.state.clone(),
    }
}

fn view(agenda: &Agenda, who: Who) -> View {
    let all: Vec<Intervention> = every_state().into_iter().map(|state| one(state, agenda)).collect();
    let shown: Vec<Public> = all.iter().filter(|one| one.state.is_public()).map(public).collect();
    let through = |one: &Intervention| matches!(one.state, State::Merged { .. }).then(|| shown[0].clone());
    let own = all.iter().map(|one| Own { intervention: one.clone(), supports: 2, through: through(one) }).collect();
    View {
        intake: Intake { who, policy: Policy::Hand, reason: HOSTILE.into() },
        supported: vec![shown[0].id],
        own,
        excluded: Some((NOW + HOUR, Reason { code: Code::Abuse, words: HOSTILE.into() })),
        report: Report {
            received: 14,
            rejected: vec![(Code::Abuse, 3)],
            appealed: 1,
            median_ms: Some(42_000),
            ..Report::default()
        },
        shown: shown.into_iter().chain((0..30).map(|_| public(&one(State::Approved, agenda)))).collect(),
    }
}

fn asked(key: &str) -> Asked {
    Asked {
        asked: "submitted".into(),
        ask_error: key.into(),
        ask_name: HOSTILE.into(),
        ask_text: HOSTILE.into(),
        ask_kind: "comment".into(),
        ask_item: String::new(),
    }
}

pub(super) fn beside(language: &str, stage: &Stage) -> Option<Shown> {
    let agenda = agenda();
    let of = Of { stage, agenda: &agenda, began_ms: Some(NOW - 2 * HOUR) };
    let view = view(&agenda, Who::Everyone);
    shown_beside(&frame(language, Section::Elsewhere), of, &view, (None, true), &asked("error-intervention-slow"))
}

pub(super) fn add(language: &str, add: &mut dyn FnMut(String, &dyn askama::DynTemplate)) {
    let agenda = agenda();
    for stage in stages() {
        let (of, name) = (Of { stage: &stage, agenda: &agenda, began_ms: Some(NOW - 2 * HOUR) }, stage.name());
        let of_meeting = meeting(stage.clone());
        for (view, account) in [
            (View::default(), None),
            (view(&agenda, Who::Everyone), Some(HOSTILE.to_owned())),
            (view(&agenda, Who::Registered), None),
            (view(&agenda, Who::Nobody), None),
        ] {
            let frame = || staff(language, Section::Elsewhere);
            let said = asked("error-intervention-repeated");
            let shown = Shown::of(&frame(), of, &view, (account, true), &said, usize::MAX);
            let page = interventions_page(frame(), &of_meeting, shown, &view.report, NOW);
            add(format!("interventions, {name}, {:?}", view.intake.who), &page);
            let number = view.shown.len();
            let page = overlay_page(frame(), &of_meeting, &agenda, &view, NOW);
            add(format!("overlay, {name}, {number}"), &page);
            let page = chamber_page(frame(), &of_meeting, &agenda, &view, NOW);
            add(format!("chamber, {name}, {number} asked"), &page);
        }
    }
    add_console(language, &agenda, add);
}

fn add_console(language: &str, agenda: &Agenda, add: &mut dyn FnMut(String, &dyn askama::DynTemplate)) {
    let [_, live, ..] = stages();
    let of_meeting = meeting(live);
    let of = console::Of { meeting: &of_meeting, agenda, began_ms: Some(NOW - 2 * HOUR), now_ms: NOW };
    let row = |state: State| Row {
        intervention: one(state, agenda),
        supports: 5,
        merged: 2,
        alike: vec![(InterventionId::new(), HOSTILE.into()), (InterventionId::new(), "Πότε;".into())],
        into: Some(HOSTILE.into()),
        claim: Some(Claim { account: AccountId::new(), name: HOSTILE.into(), until_ms: NOW + 1 }),
    };
    let full = |policy| Table {
        intake: Intake { who: Who::Everyone, policy, reason: HOSTILE.into() },
        counts: Counts { pending: 2, queue: 1, ..Counts::default() },
        rows: every_state().into_iter().map(row).collect(),
        pages: 3,
        target: Some((InterventionId::new(), HOSTILE.into())),
    };
    for filter in [Filter::Pending, Filter::Appeals, Filter::Approved, Filter::Queue, Filter::Screen, Filter::Done] {
        for (table, done) in
            [(Table::default(), ""), (full(Policy::Hand), "take_down"), (full(Policy::First), "reject")]
        {
            let looked = console::Looked {
                item: agenda.items[1].id.to_string(),
                page: "1".into(),
                error: done.is_empty().then(|| "error-intervention-claimed".to_owned()),
                undo: InterventionId::new().to_string(),
                revision: "4".into(),
                done: done.into(),
                ..console::Looked::default()
            };
            let page = console_page(staff(language, Section::Moderation).moderated(true), of, &table, filter, &looked);
            add(format!("console, {filter:?}, {done}, {}", table.rows.len()), &page);
        }
    }
}
