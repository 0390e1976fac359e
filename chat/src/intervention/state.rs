//! What can become of an intervention: its states, and the moves from one to the next. Pure.
//!
//! The table of all moves stands in [`State::after`] and nowhere else; who may make which, and when, is asked elsewhere.

use serde::{Deserialize, Serialize};

use crate::{InterventionId, Reason, mode::Cause};

/// What became of an intervention.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// It waits for a moderator.
    Submitted,
    /// It waits as well, and the moderators are told what to look at.
    Held {
        /// What.
        cause: Cause,
    },
    /// Everybody sees it, and may support it.
    Approved,
    /// A moderator did not take it.
    Rejected {
        /// Why.
        reason: Reason,
    },
    /// Its author disagrees with that.
    Appealed {
        /// Why it was rejected.
        reason: Reason,
        /// What the author says.
        words: String,
    },
    /// A moderator looked at it again, and it stays rejected.
    Upheld {
        /// Why.
        reason: Reason,
    },
    /// It says the same as another one, which stands for both.
    Merged {
        /// The other.
        into: InterventionId,
    },
    /// Its author took it back.
    Withdrawn,
    /// It is to be put to the council.
    Queued {
        /// Its place where the queue is ordered by hand: lower ones come first.
        place: i64,
    },
    /// It is before the council now.
    OnScreen {
        /// The place from which it came.
        place: i64,
        /// Since when, milliseconds UTC.
        since_ms: i64,
    },
    /// It was answered.
    Answered {
        /// How.
        #[serde(flatten)]
        answer: Answer,
    },
    /// It is to be answered later.
    Deferred {
        /// Until when, milliseconds UTC.
        due_at_ms: i64,
    },
    /// It was left open.
    Expired,
}

/// How an intervention was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// Aloud in the meeting.
    Spoken {
        /// From when on, milliseconds UTC: the moment.
        answered_at_ms: i64,
    },
    /// In writing.
    Written {
        /// What.
        words: String,
    },
}

/// A move from one state to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// The author takes it back.
    Withdraw,
    /// The author disagrees with the rejection.
    Appeal {
        /// Why.
        words: String,
    },
    /// A moderator takes it.
    Approve,
    /// A moderator does not take it, or takes it away.
    Reject {
        /// Why.
        reason: Reason,
    },
    /// It says the same as another.
    Merge {
        /// Which.
        into: InterventionId,
    },
    /// It is to be put to the council, at this place of the queue or at another one.
    Queue {
        /// Where, when the queue is ordered by hand.
        place: i64,
    },
    /// It is to be put to the council no more.
    Unqueue,
    /// It is put before the council.
    Show {
        /// From when on, milliseconds UTC.
        since_ms: i64,
    },
    /// It goes back to the queue.
    TakeDown,
    /// It was answered.
    Answer {
        /// How.
        answer: Answer,
    },
    /// It is to be answered later.
    Defer {
        /// Until when, milliseconds UTC.
        due_at_ms: i64,
    },
    /// It is left open.
    Expire,
    /// It stays rejected, after an appeal.
    Uphold,
    /// It is looked at anew.
    Reopen,
}

impl State {
    /// The state after a move; none where the move cannot be made from here.
    #[must_use]
    pub fn after(&self, a: &Move) -> Option<Self> {
        use State::{
            Answered, Appealed, Approved, Deferred, Expired, Held, Merged, OnScreen, Queued, Rejected, Submitted,
            Upheld, Withdrawn,
        };
        Some(match (self, a) {
            (Submitted | Held { .. }, Move::Approve) => Approved,
            // What was merged shares the fate of what stands for it.
            (Submitted | Held { .. } | Approved | Queued { .. } | Merged { .. }, Move::Reject { reason }) => {
                Rejected { reason: reason.clone() }
            }
            (Submitted | Held { .. } | Approved | Queued { .. }, Move::Merge { into }) => Merged { into: *into },
            (Submitted | Held { .. } | Approved | Queued { .. }, Move::Withdraw) => Withdrawn,
            (Rejected { reason }, Move::Appeal { words }) => Appealed { reason: reason.clone(), words: words.clone() },
            (Appealed { reason, .. }, Move::Uphold) => Upheld { reason: reason.clone() },
            (Rejected { .. } | Appealed { .. } | Upheld { .. } | Merged { .. } | Expired, Move::Reopen) => Submitted,
            (Approved | Deferred { .. } | Queued { .. }, Move::Queue { place }) => Queued { place: *place },
            (Queued { .. }, Move::Unqueue) => Approved,
            (Queued { place }, Move::Show { since_ms }) => OnScreen { place: *place, since_ms: *since_ms },
            (OnScreen { place, .. }, Move::TakeDown) => Queued { place: *place },
            (
                Approved | Queued { .. } | OnScreen { .. } | Deferred { .. } | Expired | Answered { .. },
                Move::Answer { answer },
            ) => Answered { answer: answer.clone() },
            (Approved | Queued { .. } | OnScreen { .. } | Expired | Deferred { .. }, Move::Defer { due_at_ms }) => {
                Deferred { due_at_ms: *due_at_ms }
            }
            (Approved | Queued { .. } | OnScreen { .. } | Deferred { .. }, Move::Expire) => Expired,
            _ => return None,
        })
    }

    /// The name in SQL, on the wire and in locale keys.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Held { .. } => "held",
            Self::Approved => "approved",
            Self::Rejected { .. } => "rejected",
            Self::Appealed { .. } => "appealed",
            Self::Upheld { .. } => "upheld",
            Self::Merged { .. } => "merged",
            Self::Withdrawn => "withdrawn",
            Self::Queued { .. } => "queued",
            Self::OnScreen { .. } => "on_screen",
            Self::Answered { .. } => "answered",
            Self::Deferred { .. } => "deferred",
            Self::Expired => "expired",
        }
    }

    /// Whether everybody sees it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        matches!(
            self,
            Self::Approved
                | Self::Queued { .. }
                | Self::OnScreen { .. }
                | Self::Answered { .. }
                | Self::Deferred { .. }
                | Self::Expired
        )
    }

    /// Whether it can be supported: everybody sees it, and it is still to be answered.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.is_public() && !matches!(self, Self::Answered { .. } | Self::Expired)
    }

    /// Whether it waits for a moderator's first decision.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Submitted | Self::Held { .. })
    }

    /// Why a moderator did not take it.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Rejected { reason } | Self::Appealed { reason, .. } | Self::Upheld { reason } => Some(reason),
            _ => None,
        }
    }
}

impl Move {
    /// The name in SQL, and after `intervention.` in the audit log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Withdraw => "withdraw",
            Self::Appeal { .. } => "appeal",
            Self::Approve => "approve",
            Self::Reject { .. } => "reject",
            Self::Merge { .. } => "merge",
            Self::Queue { .. } => "queue",
            Self::Unqueue => "unqueue",
            Self::Show { .. } => "show",
            Self::TakeDown => "take_down",
            Self::Answer { .. } => "answer",
            Self::Defer { .. } => "defer",
            Self::Expire => "expire",
            Self::Uphold => "uphold",
            Self::Reopen => "reopen",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states() -> Vec<State> {
        let reason = Reason::default();
        vec![
            State::Submitted,
            State::Held { cause: Cause::Links },
            State::Approved,
            State::Rejected { reason: reason.clone() },
            State::Appealed { reason: reason.clone(), words: "γιατί;".into() },
            State::Upheld { reason },
            State::Merged { into: InterventionId::new() },
            State::Withdrawn,
            State::Queued { place: 3 },
            State::OnScreen { place: 3, since_ms: 1 },
            State::Answered { answer: Answer::Spoken { answered_at_ms: 5 } },
            State::Deferred { due_at_ms: 9 },
            State::Expired,
        ]
    }

    fn moves() -> Vec<Move> {
        vec![
            Move::Withdraw,
            Move::Appeal { words: "όχι".into() },
            Move::Approve,
            Move::Reject { reason: Reason::default() },
            Move::Merge { into: InterventionId::new() },
            Move::Queue { place: 7 },
            Move::Unqueue,
            Move::Show { since_ms: 2 },
            Move::TakeDown,
            Move::Answer { answer: Answer::Written { words: "Ναι".into() } },
            Move::Defer { due_at_ms: 11 },
            Move::Expire,
            Move::Uphold,
            Move::Reopen,
        ]
    }

    /// The whole matrix: a row a state, and for each move the state that follows; what is not here is refused.
    const MATRIX: [(&str, &str); 13] = [
        ("submitted", "withdraw>withdrawn approve>approved reject>rejected merge>merged"),
        ("held", "withdraw>withdrawn approve>approved reject>rejected merge>merged"),
        (
            "approved",
            "withdraw>withdrawn reject>rejected merge>merged queue>queued answer>answered defer>deferred expire>expired",
        ),
        ("rejected", "appeal>appealed reopen>submitted"),
        ("appealed", "uphold>upheld reopen>submitted"),
        ("upheld", "reopen>submitted"),
        ("merged", "reject>rejected reopen>submitted"),
        ("withdrawn", ""),
        (
            "queued",
            "withdraw>withdrawn reject>rejected merge>merged queue>queued unqueue>approved show>on_screen \
             answer>answered defer>deferred expire>expired",
        ),
        ("on_screen", "take_down>queued answer>answered defer>deferred expire>expired"),
        ("answered", "answer>answered"),
        ("deferred", "queue>queued answer>answered defer>deferred expire>expired"),
        ("expired", "answer>answered defer>deferred reopen>submitted"),
    ];

    #[test]
    fn every_move_from_every_state_is_as_the_table_says() {
        assert_eq!((states().len(), moves().len()), (13, 14));
        for (state, (name, row)) in states().iter().zip(MATRIX) {
            assert_eq!(state.name(), name);
            for a in moves() {
                let wanted = row.split_whitespace().find_map(|pair| pair.strip_prefix(&format!("{}>", a.name())));
                let got = state.after(&a);
                assert_eq!(got.as_ref().map(State::name), wanted, "{name}, {}", a.name());
            }
        }
    }

    #[test]
    fn what_a_move_brings_is_kept() {
        let reason = Reason { code: crate::Code::Abuse, words: "γιατί".into() };
        let rejected = State::Submitted.after(&Move::Reject { reason: reason.clone() }).unwrap();
        let appealed = rejected.after(&Move::Appeal { words: "όχι".into() }).unwrap();
        assert_eq!(appealed, State::Appealed { reason: reason.clone(), words: "όχι".into() });
        assert_eq!(appealed.after(&Move::Uphold).unwrap().reason(), Some(&reason));
        let shown = State::Queued { place: 4 }.after(&Move::Show { since_ms: 2 }).unwrap();
        assert_eq!(shown.after(&Move::TakeDown), Some(State::Queued { place: 4 }), "at its old place");
        let spoken = Answer::Spoken { answered_at_ms: 8 };
        assert_eq!(shown.after(&Move::Answer { answer: spoken.clone() }), Some(State::Answered { answer: spoken }));
    }

    #[test]
    fn states_read_back_from_what_is_kept_of_them() {
        for state in states() {
            let kept = serde_json::to_string(&state).unwrap();
            assert!(kept.starts_with(&format!("{{\"state\":\"{}\"", state.name())), "{kept}");
            assert_eq!(serde_json::from_str::<State>(&kept).unwrap(), state);
        }
    }

    proptest::proptest! {
        /// Whatever moderators and authors do in whatever order, an intervention has a state that was told to its author:
        /// it is seen by all, waits, or ended with a reason or by its author's hand; and it is never stuck unseen.
        #[test]
        fn no_sequence_loses_one(presses in proptest::collection::vec(0_usize..14, 0..60)) {
            let mut state = State::Submitted;
            for press in presses {
                if let Some(next) = state.after(&moves()[press]) {
                    state = next;
                }
                let seen = state.is_public();
                let waits = state.is_pending();
                let reasoned = state.reason().is_some();
                let elsewhere = matches!(state, State::Merged { .. } | State::Withdrawn);
                proptest::prop_assert_eq!(
                    [seen, waits, reasoned, elsewhere].into_iter().filter(|is| *is).count(), 1, "{:?}", state
                );
                let goes_on = moves().iter().any(|a| state.after(a).is_some());
                proptest::prop_assert!(goes_on || state == State::Withdrawn, "{:?} is a dead end", state);
            }
        }
    }
}
