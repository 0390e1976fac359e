//! Votes on items: opened, cast, closed and mended by the clerk, by name, by show of hands, or in secret.
//!
//! Of a secret vote nothing but numbers is known here, nor of a show of hands.

mod cast;
pub(crate) mod db;
pub mod majority;
mod mend;
mod open;

pub use cast::Count;
pub use majority::{Choice, How, Majority, Outcome, Tally};
pub use mend::Mending;
pub use open::NewVote;

use crate::{AgendaItemId, Error, PersonId, Result, VoteId, agenda, text};

/// The most votes of a meeting, undone ones with them.
pub const VOTES_MAX: usize = 1000;
/// The most characters of what is voted on.
pub const MOTION_MAX: usize = 500;
/// The most characters of the reason for mending a result.
pub const REASON_MAX: usize = 500;
/// The most times that a result is mended.
pub const MENDS_MAX: usize = 50;

/// How a vote is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// By name.
    #[default]
    RollCall,
    /// By show of hands: numbers.
    ShowOfHands,
    /// Secret: numbers, and never a name.
    Secret,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::RollCall, Self::ShowOfHands, Self::Secret];

    /// The name in SQL, in forms and in locale keys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RollCall => "roll_call",
            Self::ShowOfHands => "show_of_hands",
            Self::Secret => "secret",
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.map_or_else(|| text::refused("vote", "value-missing"), Ok)
    }
}

/// Where a vote stands. Times are milliseconds UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// It goes on.
    Open,
    /// It has a result.
    Closed {
        /// Since when.
        closed_at_ms: i64,
    },
    /// The meeting ended or the doors were closed before it had one.
    Broken {
        /// When.
        broken_at_ms: i64,
    },
}

/// How a member votes in a roll call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// Who.
    pub person: PersonId,
    /// Their name as it was then.
    pub name: String,
    /// Their faction as it was then; empty where they had none.
    pub faction: String,
    /// How; none while they have not voted.
    pub choice: Option<Choice>,
}

/// That a result was mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    /// When, milliseconds UTC.
    pub at_ms: i64,
    /// Why, for the public.
    pub reason: String,
    /// What had been noted before.
    pub before: Tally,
}

/// One vote on one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Its id.
    pub id: VoteId,
    /// On which item.
    pub item: AgendaItemId,
    /// How it is held.
    pub kind: Kind,
    /// The majority that it needs.
    pub majority: Majority,
    /// What is voted on, where that is not the item as it was proposed; else empty.
    pub motion: String,
    /// How many members with a vote the body had.
    pub members: u32,
    /// Who presided, if that is known of this kind.
    pub chair: Option<PersonId>,
    /// When it was opened, milliseconds UTC.
    pub opened_at_ms: i64,
    /// Where it stands.
    pub stand: Stand,
    /// The numbers, where they were counted and not called.
    pub counted: Option<Counted>,
    /// Who votes how, in the order of the call; empty where it is no roll call.
    pub ballots: Vec<Ballot>,
    /// How its result was mended, in the order of time.
    pub mends: Vec<Mend>,
}

/// Numbers that were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// For.
    pub yes: u32,
    /// Against.
    pub no: u32,
    /// Blank.
    pub abstain: u32,
    /// How the chair voted, where they stood even.
    pub casting: Option<Choice>,
}

impl Vote {
    /// Whether it goes on.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.stand == Stand::Open
    }

    /// How many have voted how.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let count = |wanted: Choice| {
            let many = self.ballots.iter().filter(|ballot| ballot.choice == Some(wanted)).count();
            u32::try_from(many).unwrap_or(u32::MAX)
        };
        match self.counted {
            Some(Counted { yes, no, abstain, .. }) => {
                Tally { yes, no, abstain, absent: self.members.saturating_sub(yes + no + abstain) }
            }
            None => Tally {
                yes: count(Choice::Yes),
                no: count(Choice::No),
                abstain: count(Choice::Abstain),
                absent: count(Choice::Absent),
            },
        }
    }

    /// How many are still to vote in a roll call.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.ballots.iter().filter(|ballot| ballot.choice.is_none()).count()
    }

    /// How the chair voted; never known of a secret vote.
    #[must_use]
    pub fn casting(&self) -> Option<Choice> {
        match self.kind {
            Kind::RollCall => {
                self.ballots.iter().find(|ballot| Some(ballot.person) == self.chair).and_then(|ballot| ballot.choice)
            }
            Kind::ShowOfHands => self.counted.and_then(|counted| counted.casting),
            Kind::Secret => None,
        }
    }

    /// What it came to; none before it is closed, and where it was broken off.
    #[must_use]
    pub fn outcome(&self) -> Option<Outcome> {
        let closed = matches!(self.stand, Stand::Closed { .. });
        closed.then(|| majority::outcome(self.majority, self.tally(), self.members, self.casting()))
    }
}

impl agenda::Agenda {
    /// The vote that goes on.
    #[must_use]
    pub fn open_vote(&self) -> Option<&Vote> {
        self.votes.iter().find(|vote| vote.is_open())
    }

    /// The votes on an item, in the order of time.
    pub fn votes_on(&self, item: AgendaItemId) -> impl DoubleEndedIterator<Item = &Vote> {
        self.votes.iter().filter(move |vote| vote.item == item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vote(kind: Kind, choices: &[Option<Choice>]) -> Vote {
        let ballot = |choice: &Option<Choice>| Ballot {
            person: PersonId::new(),
            name: "Α".into(),
            faction: String::new(),
            choice: *choice,
        };
        let ballots: Vec<Ballot> = choices.iter().map(ballot).collect();
        Vote {
            id: VoteId::new(),
            item: AgendaItemId::new(),
            kind,
            majority: Majority::Present,
            motion: String::new(),
            members: 4,
            chair: ballots.first().map(|ballot| ballot.person),
            opened_at_ms: 0,
            stand: Stand::Closed { closed_at_ms: 1 },
            counted: None,
            ballots,
            mends: Vec::new(),
        }
    }

    #[test]
    fn a_roll_calls_numbers_are_its_ballots_and_its_first_is_the_chairs() {
        use Choice::{Absent, No, Yes};
        let even = vote(Kind::RollCall, &[Some(No), Some(Yes), None, Some(Absent)]);
        assert_eq!(even.tally(), Tally { yes: 1, no: 1, abstain: 0, absent: 1 });
        assert_eq!((even.waiting(), even.casting()), (1, Some(No)));
        assert_eq!(even.outcome(), Some(Outcome::Rejected(How::CastingVote)));
        for stand in [Stand::Open, Stand::Broken { broken_at_ms: 1 }] {
            assert_eq!(Vote { stand, ..even.clone() }.outcome(), None);
        }
    }

    #[test]
    fn what_was_counted_leaves_out_who_was_away_and_a_secret_vote_has_no_chairs() {
        let casting = Some(Choice::Yes);
        let counted = Some(Counted { yes: 1, no: 1, abstain: 0, casting });
        let hands = Vote { counted, ..vote(Kind::ShowOfHands, &[]) };
        assert_eq!(hands.tally(), Tally { yes: 1, no: 1, abstain: 0, absent: 2 });
        assert_eq!(hands.outcome(), Some(Outcome::Carried(How::CastingVote)));
        assert_eq!(Vote { kind: Kind::Secret, ..hands }.outcome(), Some(Outcome::Tied));
    }

    #[test]
    fn kinds_come_back_by_their_names() {
        for kind in Kind::ALL {
            assert_eq!(kind.name().parse::<Kind>().unwrap(), kind);
        }
        assert!("nonsense".parse::<Kind>().is_err());
    }
}
