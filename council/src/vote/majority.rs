//! What a vote comes to: numbers in, an outcome out.
//!
//! A blank vote is a vote that is not for: it counts among those present, and so with those against, as the Greek code of
//! local government has it. Where as many are for as are not, the chair's vote decides, in an open vote by simple majority.

use crate::{Error, Result, text};

/// The majority that an item needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Majority {
    /// More than half of those who vote: what a decision needs where the law says nothing else.
    #[default]
    Present,
    /// More than half of all members.
    Members,
    /// Two thirds of all members.
    TwoThirds,
}

impl Majority {
    /// Every majority.
    pub const ALL: [Self; 3] = [Self::Present, Self::Members, Self::TwoThirds];

    /// The name in SQL, in forms and in locale keys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Members => "members",
            Self::TwoThirds => "two_thirds",
        }
    }

    /// How many must be for it, where so many vote of so many members.
    #[must_use]
    pub fn needed(self, voting: u32, members: u32) -> u32 {
        match self {
            Self::Present => voting / 2 + 1,
            Self::Members => members / 2 + 1,
            Self::TwoThirds => (members * 2).div_ceil(3),
        }
    }
}

impl std::str::FromStr for Majority {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|majority| majority.name() == name);
        found.map_or_else(|| text::refused("vote", "value-missing"), Ok)
    }
}

/// How somebody votes (Popolo: `yes`, `no`, `abstain`, `absent`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// For.
    Yes,
    /// Against.
    No,
    /// Blank.
    Abstain,
    /// Was not there.
    Absent,
}

impl Choice {
    /// Every choice.
    pub const ALL: [Self; 4] = [Self::Yes, Self::No, Self::Abstain, Self::Absent];

    /// The name in SQL, in forms and in locale keys.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Abstain => "abstain",
            Self::Absent => "absent",
        }
    }
}

impl std::str::FromStr for Choice {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|choice| choice.name() == name);
        found.map_or_else(|| text::refused("ballot", "value-missing"), Ok)
    }
}

/// How many voted how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// For.
    pub yes: u32,
    /// Against.
    pub no: u32,
    /// Blank.
    pub abstain: u32,
    /// Members who were not there.
    pub absent: u32,
}

impl Tally {
    /// How many voted.
    #[must_use]
    pub fn voting(self) -> u32 {
        self.yes + self.no + self.abstain
    }
}

/// How an outcome came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// All who voted were of one mind.
    Unanimous,
    /// By the numbers.
    Majority,
    /// The numbers stood even, and the chair's vote decided.
    CastingVote,
}

/// What a vote came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Approved.
    Carried(How),
    /// Not approved.
    Rejected(How),
    /// Even, and nothing that decides.
    Tied,
}

/// The outcome; `casting` is how the chair voted, known in open votes alone.
#[must_use]
pub fn outcome(majority: Majority, tally: Tally, members: u32, casting: Option<Choice>) -> Outcome {
    let voting = tally.voting();
    if tally.yes >= majority.needed(voting, members) {
        let how = if tally.yes == voting { How::Unanimous } else { How::Majority };
        return Outcome::Carried(how);
    }
    if majority == Majority::Present && voting > 0 && tally.yes * 2 == voting {
        return match casting {
            Some(Choice::Yes) => Outcome::Carried(How::CastingVote),
            Some(Choice::No | Choice::Abstain) => Outcome::Rejected(How::CastingVote),
            Some(Choice::Absent) | None => Outcome::Tied,
        };
    }
    let how = if voting > 0 && tally.no == voting { How::Unanimous } else { How::Majority };
    Outcome::Rejected(how)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_majority_at_its_edges() {
        use How::{CastingVote, Majority as ByMajority, Unanimous};
        use Majority::{Members, Present, TwoThirds};
        use Outcome::{Carried, Rejected, Tied};
        let (yes, no, blank) = (Some(Choice::Yes), Some(Choice::No), Some(Choice::Abstain));
        for (majority, (for_it, against, abstain), members, casting, expected) in [
            // Of those who vote.
            (Present, (25, 0, 0), 27, yes, Carried(Unanimous)),
            (Present, (24, 0, 1), 27, yes, Carried(ByMajority)),
            (Present, (13, 12, 0), 27, no, Carried(ByMajority)),
            (Present, (12, 13, 0), 27, yes, Rejected(ByMajority)),
            (Present, (0, 25, 0), 27, no, Rejected(Unanimous)),
            (Present, (0, 24, 1), 27, no, Rejected(ByMajority)),
            (Present, (1, 0, 0), 27, None, Carried(Unanimous)),
            (Present, (0, 0, 0), 27, None, Rejected(ByMajority)),
            // A blank vote is none for it.
            (Present, (12, 11, 2), 27, yes, Rejected(ByMajority)),
            (Present, (13, 0, 12), 27, no, Carried(ByMajority)),
            (Present, (0, 0, 25), 27, blank, Rejected(ByMajority)),
            // Even.
            (Present, (12, 12, 0), 27, yes, Carried(CastingVote)),
            (Present, (12, 12, 0), 27, no, Rejected(CastingVote)),
            (Present, (12, 10, 2), 27, yes, Carried(CastingVote)),
            (Present, (12, 10, 2), 27, blank, Rejected(CastingVote)),
            (Present, (12, 12, 0), 27, None, Tied),
            (Present, (12, 12, 0), 27, Some(Choice::Absent), Tied),
            (Present, (1, 1, 0), 2, yes, Carried(CastingVote)),
            // Of all members: who is away is as who is against, and the chair's vote decides nothing.
            (Members, (14, 0, 0), 27, yes, Carried(Unanimous)),
            (Members, (13, 0, 0), 27, yes, Rejected(ByMajority)),
            (Members, (13, 13, 0), 26, yes, Rejected(ByMajority)),
            (Members, (14, 12, 0), 26, no, Carried(ByMajority)),
            // Two thirds of all members.
            (TwoThirds, (18, 9, 0), 27, no, Carried(ByMajority)),
            (TwoThirds, (17, 0, 0), 27, yes, Rejected(ByMajority)),
            (TwoThirds, (27, 14, 0), 41, yes, Rejected(ByMajority)),
            (TwoThirds, (28, 13, 0), 41, no, Carried(ByMajority)),
            (TwoThirds, (27, 0, 0), 27, yes, Carried(Unanimous)),
            (TwoThirds, (1, 0, 0), 1, yes, Carried(Unanimous)),
        ] {
            let tally = Tally { yes: for_it, no: against, abstain, absent: 0 };
            assert_eq!(outcome(majority, tally, members, casting), expected, "{majority:?} {tally:?} of {members}");
        }
    }

    proptest::proptest! {
        #[test]
        fn more_votes_for_it_never_turn_it_down(
            which in 0..3_usize, yes in 0..60_u32, no in 0..60_u32, abstain in 0..60_u32, away in 0..60_u32
        ) {
            let (majority, members) = (Majority::ALL[which], yes + no + abstain + away + 1);
            let tally = Tally { yes, no, abstain, absent: away };
            let more = Tally { yes: yes + 1, ..tally };
            let carried = |tally| matches!(outcome(majority, tally, members, None), Outcome::Carried(_));
            proptest::prop_assert!(!carried(tally) || carried(more));
            // Whatever is carried has more for it than not.
            proptest::prop_assert!(!carried(tally) || yes > no + abstain || majority != Majority::Present);
        }

        #[test]
        fn names_come_back(which in 0..4_usize) {
            let choice = Choice::ALL[which];
            proptest::prop_assert_eq!(choice.name().parse::<Choice>().unwrap(), choice);
            let majority = Majority::ALL[which % 3];
            proptest::prop_assert_eq!(majority.name().parse::<Majority>().unwrap(), majority);
        }
    }
}
