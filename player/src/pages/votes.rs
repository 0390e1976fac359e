//! Votes, decisions and presence as pages show them: in numbers and in words, each with the moment that it leads to.

use council::{
    agenda::Agenda,
    attendance::{Attendance, Presence, Quorum},
    decision::Decision,
    vote::{Ballot, Choice, How, Kind, Majority, Outcome, Stand, Vote},
};

use super::{agenda::At, frame::Frame, words::Words};

/// A vote on a page.
#[derive(Clone, Debug)]
pub(super) struct Voted {
    pub(super) id: String,
    /// How it is held, and the majority that it needs, in words.
    pub(super) kind: String,
    pub(super) majority: String,
    pub(super) motion: String,
    /// `open`, `carried`, `rejected`, `tied` or `broken`.
    pub(super) state: &'static str,
    /// What it came to, in words; where it goes on, that it does.
    pub(super) outcome: String,
    /// The choice, its word, and how many.
    pub(super) numbers: Vec<(&'static str, String, u32)>,
    /// How many are still to vote; none where it is no roll call that goes on.
    pub(super) waiting: Option<usize>,
    pub(super) at: At,
    /// Who votes how, in the order of the call.
    pub(super) ballots: Vec<Cast>,
    /// The same by faction, where it is closed.
    pub(super) factions: Vec<Faction>,
    /// How its result was mended.
    pub(super) mends: Vec<String>,
}

/// How a member votes.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    pub(super) person: String,
    pub(super) name: String,
    pub(super) faction: String,
    /// The choice's name, or `waiting`.
    pub(super) choice: &'static str,
    pub(super) sign: &'static str,
    pub(super) label: String,
}

/// How a faction's members voted.
#[derive(Clone, Debug)]
pub(super) struct Faction {
    pub(super) name: String,
    /// The choice's word, and who, in one line.
    pub(super) choices: Vec<(String, String)>,
}

/// A decision on a page.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    pub(super) id: String,
    /// "123/2026".
    pub(super) name: String,
    pub(super) title: String,
    pub(super) lines: Vec<String>,
    pub(super) ada: String,
    /// Its page on Diavgeia; empty where it has none yet.
    pub(super) link: String,
}

/// Who is there, on a page.
#[derive(Clone, Debug)]
pub(super) struct There {
    /// How many, and how it stands with the quorum.
    pub(super) line: String,
    pub(super) quorum: bool,
    /// The members who are there, and who are not: name and faction.
    pub(super) present: Vec<(String, String)>,
    pub(super) absent: Vec<(String, String)>,
    /// Who came and left after the roll was called.
    pub(super) moves: Vec<(At, String)>,
}

/// A choice's place in a row of signs: what an event says of it.
pub(crate) fn letter(choice: Option<Choice>) -> char {
    match choice {
        Some(Choice::Yes) => 'y',
        Some(Choice::No) => 'n',
        Some(Choice::Abstain) => 'b',
        Some(Choice::Absent) => 'a',
        None => '.',
    }
}

fn sign(choice: Option<Choice>) -> &'static str {
    match choice {
        Some(Choice::Yes) => "✓",
        Some(Choice::No) => "✕",
        Some(Choice::Abstain) => "○",
        Some(Choice::Absent) => "–",
        None => "…",
    }
}

pub(super) fn choice_word(t: Words, choice: Option<Choice>) -> String {
    t.get(match choice {
        Some(Choice::Yes) => "agenda-list-yes",
        Some(Choice::No) => "agenda-list-no",
        Some(Choice::Abstain) => "agenda-list-abstain",
        Some(Choice::Absent) => "agenda-list-absent",
        None => "agenda-list-waiting",
    })
}

/// What so many of a choice are called.
fn count_word(t: Words, choice: Choice) -> String {
    t.get(match choice {
        Choice::Yes => "vote-count-yes",
        Choice::No => "vote-count-no",
        Choice::Abstain => "vote-count-abstain",
        Choice::Absent => "vote-count-absent",
    })
}

pub(super) fn kind_word(t: Words, kind: Kind) -> String {
    t.get(match kind {
        Kind::RollCall => "vote-roll-call",
        Kind::ShowOfHands => "vote-show-of-hands",
        Kind::Secret => "vote-secret",
    })
}

pub(super) fn majority_word(t: Words, majority: Majority) -> String {
    t.get(match majority {
        Majority::Present => "majority-present",
        Majority::Members => "majority-members",
        Majority::TwoThirds => "majority-two-thirds",
    })
}

/// What a vote came to, as minutes write it.
fn outcome_word(t: Words, vote: &Vote) -> (&'static str, String) {
    let tally = vote.tally();
    let needed = || i64::from(vote.majority.needed(tally.voting(), vote.members));
    match (vote.stand, vote.outcome()) {
        (Stand::Open, _) => ("open", t.get("vote-open")),
        (Stand::Broken { .. }, _) | (_, None) => ("broken", t.get("vote-broken")),
        (_, Some(Outcome::Carried(How::Unanimous))) => ("carried", t.get("vote-carried-unanimous")),
        (_, Some(Outcome::Carried(How::Majority))) => ("carried", t.get("vote-carried-majority")),
        (_, Some(Outcome::Carried(How::CastingVote))) => ("carried", t.get("vote-carried-casting")),
        (_, Some(Outcome::Rejected(How::Unanimous))) => ("rejected", t.get("vote-rejected-unanimous")),
        (_, Some(Outcome::Rejected(How::CastingVote))) => ("rejected", t.get("vote-rejected-casting")),
        (_, Some(Outcome::Rejected(How::Majority))) if tally.yes > tally.no => {
            ("rejected", t.with("vote-rejected-short", "count", needed()))
        }
        (_, Some(Outcome::Rejected(How::Majority))) => ("rejected", t.get("vote-rejected-majority")),
        (_, Some(Outcome::Tied)) => ("tied", t.get("vote-tied")),
    }
}

impl Voted {
    pub(super) fn of(frame: &Frame, vote: &Vote, began_ms: Option<i64>) -> Self {
        let t = frame.t;
        let tally = vote.tally();
        let (state, outcome) = outcome_word(t, vote);
        let counted = vote.is_open() && vote.kind != Kind::RollCall;
        let number = |choice: Choice, many: u32| (choice.name(), count_word(t, choice), many);
        let numbers = vec![
            number(Choice::Yes, tally.yes),
            number(Choice::No, tally.no),
            number(Choice::Abstain, tally.abstain),
            number(Choice::Absent, tally.absent),
        ];
        let public = state != "broken";
        let known = vote.members > 0;
        Self {
            id: vote.id.to_string(),
            kind: kind_word(t, vote.kind),
            majority: majority_word(t, vote.majority),
            motion: vote.motion.clone(),
            state,
            outcome,
            numbers: numbers
                .into_iter()
                .filter(|(choice, ..)| public && !counted && (known || *choice != "absent"))
                .collect(),
            waiting: (vote.is_open() && !counted).then(|| vote.waiting()),
            at: At::of(frame, vote.id.to_string(), vote.opened_at_ms, began_ms),
            ballots: vote.ballots.iter().filter(|_| public).map(|ballot| Cast::of(t, ballot)).collect(),
            factions: if matches!(vote.stand, Stand::Closed { .. }) { factions(t, &vote.ballots) } else { Vec::new() },
            mends: vote.mends.iter().map(|mend| mended(frame, mend)).collect(),
        }
    }
}

impl Cast {
    fn of(t: Words, ballot: &Ballot) -> Self {
        Self {
            person: ballot.person.to_string(),
            name: ballot.name.clone(),
            faction: ballot.faction.clone(),
            choice: ballot.choice.map_or("waiting", Choice::name),
            sign: sign(ballot.choice),
            label: choice_word(t, ballot.choice),
        }
    }
}

fn mended(frame: &Frame, mend: &council::vote::Mend) -> String {
    let before = mend.before;
    frame.t.with_all(
        "vote-mended",
        vec![
            ("date", frame.when.date(mend.at_ms)),
            ("reason", mend.reason.clone()),
            ("yes", before.yes.to_string()),
            ("no", before.no.to_string()),
            ("abstain", before.abstain.to_string()),
        ],
    )
}

/// The ballots by faction, the largest first, and of each by choice.
fn factions(t: Words, ballots: &[Ballot]) -> Vec<Faction> {
    let mut names: Vec<&str> = Vec::new();
    for ballot in ballots {
        if !names.contains(&ballot.faction.as_str()) {
            names.push(&ballot.faction);
        }
    }
    let size = |name: &str| ballots.iter().filter(|ballot| ballot.faction == name).count();
    names.sort_by_key(|name| std::cmp::Reverse(size(name)));
    let faction = |name: &str| {
        let who = |choice: Choice| {
            let of = ballots.iter().filter(|ballot| ballot.faction == name && ballot.choice == Some(choice));
            of.map(|ballot| ballot.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let choices = Choice::ALL.into_iter().map(|choice| (choice_word(t, Some(choice)), who(choice)));
        let name = if name.is_empty() { t.get("vote-no-faction") } else { name.to_owned() };
        Faction { name, choices: choices.filter(|(_, who)| !who.is_empty()).collect() }
    };
    names.into_iter().map(faction).collect()
}

impl Decided {
    pub(super) fn of(decision: &Decision) -> Self {
        Self {
            id: decision.id.to_string(),
            name: decision.name(),
            title: decision.title.clone(),
            lines: decision.text.lines().map(str::to_owned).collect(),
            ada: decision.ada.as_ref().map(|ada| ada.as_str().to_owned()).unwrap_or_default(),
            link: decision.ada.as_ref().map(council::decision::Ada::link).unwrap_or_default(),
        }
    }
}

/// How it stands with the quorum, in words.
pub(super) fn quorum_word(t: Words, quorum: Quorum) -> String {
    let key = if quorum.is_there() { "agenda-list-quorum" } else { "agenda-list-no-quorum" };
    let numbers = vec![
        ("present", quorum.present.to_string()),
        ("members", quorum.members.to_string()),
        ("needed", quorum.needed().to_string()),
    ];
    t.with_all(key, numbers)
}

impl There {
    /// Who is there at the end of what is known; none where nobody's presence was noted.
    pub(super) fn of(frame: &Frame, agenda: &Agenda, began_ms: Option<i64>) -> Option<Self> {
        Self::at(frame, agenda, i64::MAX, began_ms)
    }

    /// Who was there when the roll was called.
    pub(super) fn called(frame: &Frame, agenda: &Agenda, began_ms: Option<i64>) -> Option<Self> {
        let first = agenda.attendance.notes.first()?;
        Self::at(frame, agenda, first.at_ms + ROLL_MS, began_ms)
    }

    fn at(frame: &Frame, agenda: &Agenda, at_ms: i64, began_ms: Option<i64>) -> Option<Self> {
        let attendance = &agenda.attendance;
        let quorum = attendance.quorum(at_ms)?;
        let (present, absent): (Vec<_>, Vec<_>) =
            attendance.members.iter().partition(|member| attendance.is_present(member.person, at_ms));
        let who = |members: Vec<&council::person::Member>| -> Vec<(String, String)> {
            members.into_iter().map(|member| (member.name.clone(), member.faction.clone())).collect()
        };
        Some(Self {
            line: quorum_word(frame.t, quorum),
            quorum: quorum.is_there(),
            present: who(present),
            absent: who(absent),
            moves: moves(frame, attendance, began_ms),
        })
    }
}

/// Who came or left once the roll had been called.
fn moves(frame: &Frame, attendance: &Attendance, began_ms: Option<i64>) -> Vec<(At, String)> {
    let Some(first) = attendance.notes.first() else { return Vec::new() };
    let called = |at_ms: i64| at_ms <= first.at_ms + ROLL_MS;
    let mut told = Vec::new();
    for note in &attendance.notes {
        if called(note.at_ms) {
            continue;
        }
        let key = if note.presence == Presence::Present { "presence-came" } else { "presence-left" };
        let at = At::of(frame, note.press.to_string(), note.at_ms, began_ms);
        told.push((at, frame.t.with(key, "name", note.name.clone())));
    }
    told
}

/// How long the roll is called for: who is noted within it neither came nor left.
const ROLL_MS: i64 = 3 * 60_000;

#[cfg(test)]
mod tests {
    use council::{AgendaItemId, PersonId, VoteId, vote::Counted};

    use super::*;

    fn vote(majority: Majority, (yes, no, abstain): (u32, u32, u32), casting: Option<Choice>) -> Vote {
        Vote {
            id: VoteId::new(),
            item: AgendaItemId::new(),
            kind: Kind::ShowOfHands,
            majority,
            motion: String::new(),
            members: 26,
            chair: None,
            opened_at_ms: 0,
            stand: Stand::Closed { closed_at_ms: 1 },
            counted: Some(Counted { yes, no, abstain, casting }),
            ballots: Vec::new(),
            mends: Vec::new(),
        }
    }

    #[test]
    fn outcomes_read_as_minutes_write_them() {
        let t = Words::of("el");
        for (majority, numbers, casting, expected) in [
            (Majority::Present, (20, 0, 0), None, "Εγκρίνεται ομόφωνα"),
            (Majority::Present, (15, 4, 1), None, "Εγκρίνεται κατά πλειοψηφία"),
            (Majority::Present, (8, 10, 0), None, "Απορρίπτεται κατά πλειοψηφία"),
            (Majority::Present, (0, 10, 0), None, "Απορρίπτεται ομόφωνα"),
            (
                Majority::Present,
                (10, 10, 0),
                Some(Choice::Yes),
                "Εγκρίνεται: ισοψηφία, υπερίσχυσε η ψήφος του προέδρου",
            ),
            (
                Majority::Present,
                (10, 10, 0),
                Some(Choice::No),
                "Απορρίπτεται: ισοψηφία, υπερίσχυσε η ψήφος του προέδρου",
            ),
            (Majority::Present, (10, 10, 0), None, "Ισοψηφία"),
            (Majority::TwoThirds, (17, 3, 0), None, "Απορρίπτεται: δεν συγκεντρώθηκαν οι 18 ψήφοι που χρειάζονταν"),
        ] {
            assert_eq!(outcome_word(t, &vote(majority, numbers, casting)).1, expected);
        }
        let broken = Vote { stand: Stand::Broken { broken_at_ms: 1 }, ..vote(Majority::Present, (1, 0, 0), None) };
        assert_eq!(outcome_word(t, &broken), ("broken", "Διακόπηκε χωρίς αποτέλεσμα".into()));
    }

    #[test]
    fn ballots_stand_by_faction_the_largest_first() {
        let ballot = |name: &str, faction: &str, choice| Ballot {
            person: PersonId::new(),
            name: name.into(),
            faction: faction.into(),
            choice: Some(choice),
        };
        let ballots = [
            ballot("Α", "", Choice::Yes),
            ballot("Β", "Μπροστά", Choice::No),
            ballot("Γ", "Μπροστά", Choice::Yes),
            ballot("Δ", "Μπροστά", Choice::No),
        ];
        let told: Vec<(String, Vec<(String, String)>)> =
            factions(Words::of("el"), &ballots).into_iter().map(|faction| (faction.name, faction.choices)).collect();
        let front = vec![("υπέρ".into(), "Γ".into()), ("κατά".into(), "Β, Δ".into())];
        let others = vec![("υπέρ".into(), "Α".into())];
        assert_eq!(told, [("Μπροστά".into(), front), ("Χωρίς παράταξη".into(), others)]);
    }
}
