//! The fairness report: what became of all that citizens brought to a meeting, for everybody to read. Pure.

use super::{Answer, Intervention, State};
use crate::Code;

/// What became of a meeting's interventions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many were received.
    pub received: usize,
    /// How many still wait for a moderator.
    pub waiting: usize,
    /// How many everybody saw.
    pub approved: usize,
    /// How many stand with another one that says the same.
    pub merged: usize,
    /// How many their authors took back.
    pub withdrawn: usize,
    /// How many were rejected, by reason; reasons that were never given are not here.
    pub rejected: Vec<(Code, usize)>,
    /// How many of these their authors disagree with, and how many stayed rejected after a second look.
    pub appealed: usize,
    /// How many stayed rejected after a second look.
    pub upheld: usize,
    /// How many were answered in the meeting.
    pub spoken: usize,
    /// How many were answered in writing.
    pub written: usize,
    /// How many are to be answered later.
    pub deferred: usize,
    /// How many were left without an answer.
    pub open: usize,
    /// The middle one of the times until a moderator decided, milliseconds; none where nothing was decided.
    pub median_ms: Option<i64>,
}

impl Report {
    /// Of these.
    pub(crate) fn of<'a>(all: impl Iterator<Item = &'a Intervention>) -> Self {
        let mut report = Self::default();
        let mut times = Vec::new();
        let mut codes = [0; Code::ALL.len()];
        for one in all {
            report.received += 1;
            times.extend(one.decided_at_ms.map(|decided_ms| (decided_ms - one.at_ms).max(0)));
            if let Some(reason) = one.state.reason() {
                codes[Code::ALL.iter().position(|code| *code == reason.code).unwrap_or(0)] += 1;
            }
            report.approved += usize::from(one.state.is_public());
            match &one.state {
                State::Submitted | State::Held { .. } => report.waiting += 1,
                State::Merged { .. } => report.merged += 1,
                State::Withdrawn => report.withdrawn += 1,
                State::Appealed { .. } => report.appealed += 1,
                State::Upheld { .. } => report.upheld += 1,
                State::Answered { answer: Answer::Spoken { .. } } => report.spoken += 1,
                State::Answered { answer: Answer::Written { .. } } => report.written += 1,
                State::Deferred { .. } => report.deferred += 1,
                State::Approved | State::Queued { .. } | State::OnScreen { .. } | State::Expired => report.open += 1,
                State::Rejected { .. } => {}
            }
        }
        times.sort_unstable();
        report.median_ms = times.get(times.len().saturating_sub(1) / 2).copied();
        report.rejected = Code::ALL.iter().copied().zip(codes).filter(|(_, count)| *count > 0).collect();
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AuthorId, InterventionId, Reason, intervention::Kind};

    #[test]
    fn every_intervention_is_counted_once_and_the_middle_time_is_one_that_was_taken() {
        let one = |state, after_ms: Option<i64>| Intervention {
            id: InterventionId::new(),
            item: None,
            author: AuthorId::new(),
            kind: Kind::Question,
            name: String::new(),
            text: "Πότε;".into(),
            at_ms: 1000,
            state,
            revision: 1,
            decided_at_ms: after_ms.map(|after_ms| 1000 + after_ms),
        };
        let reason = |code| Reason { code, words: String::new() };
        let all = [
            one(State::Submitted, None),
            one(State::Approved, Some(9000)),
            one(State::Answered { answer: Answer::Spoken { answered_at_ms: 5 } }, Some(1000)),
            one(State::Answered { answer: Answer::Written { words: "Ναι".into() } }, Some(4000)),
            one(State::Rejected { reason: reason(Code::Abuse) }, Some(2000)),
            one(State::Upheld { reason: reason(Code::Abuse) }, Some(3000)),
            one(State::Merged { into: InterventionId::new() }, None),
            one(State::Withdrawn, None),
            one(State::Deferred { due_at_ms: 1 }, None),
        ];
        let report = Report::of(all.iter());
        assert_eq!(report.rejected, [(Code::Abuse, 2)]);
        let rejected: usize = report.rejected.iter().map(|(_, count)| count).sum();
        assert_eq!(report.received, report.waiting + report.approved + report.merged + report.withdrawn + rejected);
        assert_eq!(report.approved, report.spoken + report.written + report.deferred + report.open);
        assert_eq!((report.median_ms, report.open), (Some(3000), 1));
        assert_eq!(Report::of([].iter()), Report::default());
    }
}
