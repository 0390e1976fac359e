//! Made-up presence, votes and decisions.

use council::{
    AgendaItemId, DecisionId, PersonId, PressId, VoteId,
    agenda::{Agenda, Item},
    attendance::{Attendance, Note, Presence},
    decision::Decision,
    vote::{Ballot, Choice, Counted, Kind, Majority, Mend, Stand, Tally, Vote},
};

use super::made_up::{HOSTILE, HOUR, NOW, agenda, members};

/// Too few are there, one of them since later, and one has left.
pub(super) fn attendance() -> Attendance {
    let members = members();
    let note = |at: usize, presence, at_ms: i64| Note {
        press: PressId::new(),
        person: members[at].person,
        name: HOSTILE.into(),
        presence,
        at_ms,
    };
    let notes = vec![
        note(0, Presence::Present, NOW - HOUR),
        note(1, Presence::Present, NOW - HOUR),
        note(2, Presence::Present, NOW - HOUR / 2),
        note(1, Presence::Absent, NOW - HOUR / 3),
    ];
    Attendance { notes, members }
}

/// A roll call that was mended, a show of hands, a secret vote that was broken off, and a roll call that goes on.
pub(super) fn votes(items: &[Item]) -> Vec<Vote> {
    let ballot = |choice| Ballot { person: PersonId::new(), name: HOSTILE.into(), faction: HOSTILE.into(), choice };
    let ballots: Vec<Ballot> = Choice::ALL.map(Some).into_iter().map(ballot).collect();
    let vote = |at: usize, kind, stand| Vote {
        id: VoteId::new(),
        item: items[at].id,
        kind,
        majority: Majority::TwoThirds,
        motion: HOSTILE.into(),
        members: 4,
        chair: None,
        opened_at_ms: NOW - HOUR / 2,
        stand,
        counted: None,
        ballots: Vec::new(),
        mends: Vec::new(),
    };
    let closed = Stand::Closed { closed_at_ms: NOW - HOUR / 3 };
    let mend = Mend { at_ms: NOW, reason: HOSTILE.into(), before: Tally { yes: 4, ..Tally::default() } };
    let counted = Some(Counted { yes: 3, no: 1, abstain: 0, casting: None });
    let waiting = ballots.iter().cloned().chain([ballot(None)]).collect();
    vec![
        Vote { ballots: ballots.clone(), mends: vec![mend], ..vote(0, Kind::RollCall, closed) },
        Vote { counted, ..vote(0, Kind::ShowOfHands, closed) },
        vote(3, Kind::Secret, Stand::Broken { broken_at_ms: NOW }),
        Vote { ballots: waiting, ..vote(1, Kind::RollCall, Stand::Open) },
    ]
}

/// The same meeting with a vote by show of hands going on.
pub(super) fn counting() -> Agenda {
    let mut agenda = agenda();
    if let Some(last) = agenda.votes.last_mut() {
        (last.kind, last.ballots) = (Kind::ShowOfHands, Vec::new());
    }
    agenda
}

pub(super) fn decision(item: AgendaItemId, ada: &str) -> Decision {
    Decision {
        id: DecisionId::new(),
        item,
        vote: None,
        year: 2026,
        number: 123,
        title: HOSTILE.into(),
        text: format!("Εγκρίνει\n{HOSTILE}"),
        ada: ada.parse().ok(),
        at_ms: NOW,
    }
}
