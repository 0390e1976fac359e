//! Presence, votes and decisions on the clerk's desk.

use council::{
    DecisionId, PressId, VoteId,
    agenda::Agenda,
    attendance::Presence,
    decision::{NUMBER_MAX, TITLE_MAX},
    meeting::{Meeting, Stage},
    vote::{Choice, Kind, MOTION_MAX, Majority, REASON_MAX, Stand, Vote},
};

use super::{Asked, Frame};
use crate::pages::{
    agenda::{At, Row},
    votes::{Voted, choice_word, kind_word, majority_word, quorum_word},
};

/// The part of the desk that notes who is there.
pub(in crate::pages) struct PresenceDesk {
    /// How many are there; empty where nobody's presence was noted.
    pub(super) line: String,
    /// Whether too few are there.
    pub(super) short: bool,
    pub(super) taken: bool,
    /// Each member: person, name, faction, and whether they are there.
    pub(super) members: Vec<(String, String, String, bool)>,
    /// What each press noted: its instant and words.
    pub(super) presses: Vec<(At, String)>,
    /// The press that was taken back just now, and can be brought back.
    pub(super) undone: Option<String>,
    /// The time of day at which the meeting began.
    pub(super) began: String,
}

impl PresenceDesk {
    pub(super) fn of(frame: &Frame, meeting: &Meeting, agenda: &Agenda, asked: &Asked) -> Self {
        let (t, attendance) = (frame.t, &agenda.attendance);
        let quorum = attendance.quorum(i64::MAX);
        let mut presses: Vec<(At, Vec<&str>, Presence)> = Vec::new();
        for note in &attendance.notes {
            match presses.iter_mut().find(|(at, ..)| at.id == note.press.to_string()) {
                Some((_, names, _)) => names.push(&note.name),
                None => {
                    let at = At::of(frame, note.press.to_string(), note.at_ms, None);
                    presses.push((at, vec![&note.name], note.presence));
                }
            }
        }
        let words = |(at, names, presence): (At, Vec<&str>, Presence)| {
            let there = presence == Presence::Present;
            let words = match names.as_slice() {
                [name] if there => t.with("presence-is-there", "name", (*name).to_owned()),
                [name] => t.with("presence-is-away", "name", (*name).to_owned()),
                names if there => t.with("presence-are-there", "count", names.len()),
                names => t.with("presence-are-away", "count", names.len()),
            };
            (at, words)
        };
        let mut presses: Vec<(At, String)> = presses.into_iter().map(words).collect();
        presses.reverse();
        let there = |member: &council::person::Member| attendance.is_present(member.person, i64::MAX);
        let began_ms = match meeting.stage {
            Stage::Ended { started_at_ms, .. } => started_at_ms,
            ref other => other.in_session().unwrap_or(meeting.starts_at_ms),
        };
        Self {
            line: quorum.map(|quorum| quorum_word(t, quorum)).unwrap_or_default(),
            short: quorum.is_some_and(|quorum| !quorum.is_there()),
            taken: attendance.is_taken(),
            members: attendance
                .members
                .iter()
                .map(|member| (member.person.to_string(), member.name.clone(), member.faction.clone(), there(member)))
                .collect(),
            presses,
            undone: asked.unnoted.as_deref().and_then(|id| id.parse().ok()).map(|id: PressId| id.to_string()),
            began: frame.when.exact_time(began_ms),
        }
    }
}

/// Choices of a form: value, word, and whether it is chosen.
type Options = Vec<(&'static str, String, bool)>;

/// The part of the desk that holds votes.
pub(in crate::pages) struct VoteDesk {
    /// The vote that goes on.
    pub(super) open: Option<Open>,
    /// The item that can be voted on now: id and line.
    pub(super) item: Option<(String, String)>,
    /// What the last vote on it came to.
    pub(super) held: Option<String>,
    /// The last vote that this page shows.
    pub(super) last: String,
    pub(super) kinds: Options,
    pub(super) majorities: Options,
    pub(super) motion: String,
    pub(super) motion_max: usize,
    /// Whether the doors are closed: then nothing is voted on here.
    pub(super) in_camera: bool,
    /// The vote that was taken back just now, and can be brought back.
    pub(super) undone: Option<String>,
}

/// A vote that goes on.
pub(in crate::pages) struct Open {
    pub(super) vote: Voted,
    pub(super) line: String,
    pub(super) roll_call: bool,
    pub(super) secret: bool,
    pub(super) count: CountForm,
    /// How many it takes for what is known now.
    pub(super) needed: String,
}

/// The numbers of a vote in a form.
#[derive(Default)]
pub(in crate::pages) struct CountForm {
    pub(super) yes: String,
    pub(super) no: String,
    pub(super) abstain: String,
    pub(super) casting: Options,
    /// How many can vote; 0 where nobody knows.
    pub(super) most: usize,
}

impl CountForm {
    fn of(frame: &Frame, vote: &Vote, most: usize, asked: &Asked) -> Self {
        let counted = vote.counted;
        let mine = asked.typed.text("vote") == Some(&vote.id.to_string()) && asked.typed.has("no");
        let typed = |field: &str, kept: Option<u32>| match asked.typed.text(field) {
            Some(typed) if mine => typed.to_owned(),
            _ => kept.map(|kept| kept.to_string()).unwrap_or_default(),
        };
        let casting = if mine {
            asked.typed.text("casting").unwrap_or_default()
        } else {
            counted.and_then(|counted| counted.casting).map_or("", Choice::name)
        };
        let mut options = vec![("", frame.t.get("vote-casting-none"), casting.is_empty())];
        for choice in [Choice::Yes, Choice::No, Choice::Abstain] {
            options.push((choice.name(), choice_word(frame.t, Some(choice)), casting == choice.name()));
        }
        Self {
            yes: typed("yes", counted.map(|counted| counted.yes)),
            no: typed("no", counted.map(|counted| counted.no)),
            abstain: typed("abstain", counted.map(|counted| counted.abstain)),
            casting: if vote.kind == Kind::ShowOfHands { options } else { Vec::new() },
            most,
        }
    }
}

fn majorities(frame: &Frame, chosen: &str) -> Options {
    let option = |majority: Majority| (majority.name(), majority_word(frame.t, majority), majority.name() == chosen);
    Majority::ALL.into_iter().map(option).collect()
}

impl VoteDesk {
    /// Kind and majority stay as they were chosen for the vote before.
    pub(super) fn of(frame: &Frame, meeting: &Meeting, agenda: &Agenda, asked: &Asked) -> Self {
        let t = frame.t;
        let last = agenda.votes.last();
        let typed = |field: &str| asked.typed.text(field);
        let kind = typed("kind").unwrap_or(last.map_or(Kind::default(), |vote| vote.kind).name());
        let majority = typed("majority").unwrap_or(Majority::default().name());
        let live = meeting.stage.in_session().is_some();
        let in_camera = matches!(meeting.stage, Stage::InCamera { .. });
        let current = agenda.current().filter(|_| live && !in_camera).and_then(|moment| agenda.item(moment.item));
        let id = |id: &Option<String>| id.as_deref().and_then(|id| id.parse().ok()).map(|id: VoteId| id.to_string());
        Self {
            open: agenda.open_vote().map(|vote| Open::of(frame, agenda, vote, asked)),
            item: current.filter(|item| item.withdrawn_at_ms.is_none()).map(|item| (item.id.to_string(), item.line())),
            held: current
                .and_then(|item| agenda.votes_on(item.id).next_back())
                .map(|vote| Voted::of(frame, vote, None).outcome),
            last: last.map(|vote| vote.id.to_string()).unwrap_or_default(),
            kinds: Kind::ALL.into_iter().map(|each| (each.name(), kind_word(t, each), each.name() == kind)).collect(),
            majorities: majorities(frame, majority),
            motion: typed("motion").unwrap_or_default().to_owned(),
            motion_max: MOTION_MAX,
            in_camera,
            undone: id(&asked.unvoted),
        }
    }
}

impl Open {
    fn of(frame: &Frame, agenda: &Agenda, vote: &Vote, asked: &Asked) -> Self {
        let members = usize::try_from(vote.members).unwrap_or(usize::MAX);
        let most = agenda.attendance.quorum(i64::MAX).map_or(members, |quorum| quorum.present);
        let voting = u32::try_from(most).unwrap_or(u32::MAX);
        let voting = if vote.kind == Kind::RollCall { vote.members - vote.tally().absent } else { voting };
        let needed = i64::from(vote.majority.needed(voting, vote.members));
        Self {
            vote: Voted::of(frame, vote, None),
            line: agenda.item(vote.item).map(council::agenda::Item::line).unwrap_or_default(),
            roll_call: vote.kind == Kind::RollCall,
            secret: vote.kind == Kind::Secret,
            count: CountForm::of(frame, vote, most, asked),
            needed: if voting > 0 { frame.t.with("vote-needed", "count", needed) } else { String::new() },
        }
    }
}

/// What the desk can do with an item's votes and decisions.
#[derive(Default)]
pub(in crate::pages) struct ItemDesk {
    pub(super) votes: Vec<VoteMend>,
    pub(super) decisions: Vec<DecisionForm>,
    /// The form of a further decision.
    pub(super) new: Option<DecisionForm>,
}

/// A vote that has been held, and the form that mends it.
pub(in crate::pages) struct VoteMend {
    pub(super) vote: Voted,
    pub(super) open: bool,
    pub(super) reopens: bool,
    pub(super) reason: String,
    pub(super) reason_max: usize,
    pub(super) majorities: Options,
    pub(super) count: Option<CountForm>,
    /// Person, name, and the choices of a roll call.
    pub(super) ballots: Vec<(String, String, Options)>,
}

/// The form of a decision.
pub(in crate::pages) struct DecisionForm {
    /// What makes its fields' ids its own.
    pub(super) key: String,
    /// The decision; empty for a new one.
    pub(super) id: String,
    pub(super) item: String,
    pub(super) open: bool,
    pub(super) number: String,
    pub(super) year: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) ada: String,
    pub(super) number_max: u32,
    pub(super) title_max: usize,
}

impl ItemDesk {
    pub(super) fn of(
        frame: &Frame,
        (meeting, agenda): (&Meeting, &Agenda),
        row: &Row,
        (number, year): (u32, u16),
        asked: &Asked,
    ) -> Self {
        let item = agenda.items.iter().find(|item| item.id.to_string() == row.id);
        let begun = meeting.stage.in_session().is_some() || matches!(meeting.stage, Stage::Ended { .. });
        let Some(item) = item.filter(|_| begun) else { return Self::default() };
        let held = agenda.votes_on(item.id).filter(|vote| !vote.is_open());
        let reopens =
            matches!(meeting.stage, Stage::Live { .. } | Stage::Paused { .. }) && agenda.open_vote().is_none();
        let kept = |decision: &council::decision::Decision| {
            let ada = decision.ada.as_ref().map(|ada| ada.as_str().to_owned()).unwrap_or_default();
            DecisionForm {
                key: decision.id.to_string(),
                id: decision.id.to_string(),
                number: decision.number.to_string(),
                year: decision.year.to_string(),
                title: decision.title.clone(),
                text: decision.text.clone(),
                ada,
                ..DecisionForm::empty(&row.id)
            }
        };
        let new = DecisionForm {
            key: format!("new-{}", row.id),
            number: number.to_string(),
            year: year.to_string(),
            title: item.title.clone(),
            ..DecisionForm::empty(&row.id)
        };
        let dealt_with = !row.moments.is_empty() || !row.votes.is_empty();
        Self {
            votes: held.map(|vote| VoteMend::of(frame, vote, reopens, asked)).collect(),
            decisions: agenda.decisions_on(item.id).map(|decision| kept(decision).typed(asked)).collect(),
            new: (dealt_with && item.withdrawn_at_ms.is_none()).then(|| new.typed(asked)),
        }
    }
}

impl VoteMend {
    fn of(frame: &Frame, vote: &Vote, reopens: bool, asked: &Asked) -> Self {
        let id = vote.id.to_string();
        let mine = asked.typed.text("vote") == Some(&id) && asked.typed.has("mend_reason");
        let typed = |field: &str| asked.typed.text(field).filter(|_| mine);
        let choices = |chosen: Option<Choice>| -> Options {
            let option = |choice: Choice| (choice.name(), choice_word(frame.t, Some(choice)), chosen == Some(choice));
            Choice::ALL.into_iter().map(option).collect()
        };
        let of_ballot = |ballot: &council::vote::Ballot| {
            let chosen = ballot.choice.or(Some(Choice::Absent));
            (ballot.person.to_string(), ballot.name.clone(), choices(chosen))
        };
        Self {
            open: mine,
            reopens: reopens && vote.stand != Stand::Open,
            reason: typed("mend_reason").unwrap_or_default().to_owned(),
            reason_max: REASON_MAX,
            majorities: majorities(frame, typed("majority").unwrap_or(vote.majority.name())),
            count: (vote.kind != Kind::RollCall).then(|| CountForm::of(frame, vote, 0, asked)),
            ballots: vote.ballots.iter().map(of_ballot).collect(),
            vote: Voted::of(frame, vote, None),
        }
    }
}

impl DecisionForm {
    fn empty(item: &str) -> Self {
        Self {
            key: String::new(),
            id: String::new(),
            item: item.to_owned(),
            open: false,
            number: String::new(),
            year: String::new(),
            title: String::new(),
            text: String::new(),
            ada: String::new(),
            number_max: NUMBER_MAX,
            title_max: TITLE_MAX,
        }
    }

    /// What had been typed into it, if it was this one that was refused.
    fn typed(self, asked: &Asked) -> Self {
        let typed = |field: &str| asked.typed.text(field).unwrap_or_default().to_owned();
        let mine = asked.typed.has("decision_title") && typed("decision") == self.id && typed("item") == self.item;
        if !mine {
            return self;
        }
        Self {
            open: true,
            number: typed("decision_number"),
            year: typed("decision_year"),
            title: typed("decision_title"),
            text: typed("decision_text"),
            ada: typed("ada"),
            ..self
        }
    }
}

/// The decision that was taken back just now, and can be brought back.
pub(super) fn undecided(asked: &Asked) -> Option<String> {
    asked.undecided.as_deref().and_then(|id| id.parse().ok()).map(|id: DecisionId| id.to_string())
}
