//! What a move of one intervention means for the others.

use proptest::prelude::*;

use super::*;
use crate::{Code, Reason, intervention::Kind};

fn one(id: InterventionId, author: AuthorId, text: &str, at_ms: i64) -> Intervention {
    Intervention {
        id,
        item: None,
        author,
        kind: Kind::Question,
        name: String::new(),
        text: text.into(),
        at_ms,
        state: State::Submitted,
        revision: 1,
        decided_at_ms: None,
    }
}

struct Made {
    asked: Asked,
    ids: Vec<InterventionId>,
    authors: Vec<AuthorId>,
}

/// So many interventions of as many authors.
fn made(count: usize) -> Made {
    let ids: Vec<_> = (0..count).map(|_| InterventionId::new()).collect();
    let authors: Vec<_> = (0..count).map(|_| AuthorId::new()).collect();
    let mut asked = Asked::default();
    for ((id, author), at_ms) in ids.iter().zip(&authors).zip(0..) {
        asked.add(one(*id, *author, &format!("Ερώτηση {at_ms}"), at_ms));
    }
    Made { asked, ids, authors }
}

impl Made {
    fn decide(&mut self, at: usize, a: Move) -> Result<()> {
        let id = self.ids[at];
        let changes = self.asked.plan(id, self.asked.get(id).unwrap().revision, a)?;
        self.asked.apply(&changes, (None, 5));
        Ok(())
    }

    fn state(&self, at: usize) -> &'static str {
        self.asked.get(self.ids[at]).unwrap().state.name()
    }
}

fn reject() -> Move {
    Move::Reject { reason: Reason { code: Code::Repeated, words: String::new() } }
}

#[test]
fn a_merge_unites_those_who_support_and_counts_each_once() {
    let mut made = made(3);
    let [a, b, c] = [made.ids[0], made.ids[1], made.ids[2]];
    let both = AuthorId::new();
    for id in [a, b] {
        made.asked.support(id, both, true);
    }
    made.asked.support(a, AuthorId::new(), true);
    made.asked.support(b, made.authors[0], true);
    assert_eq!((made.asked.supports(a), made.asked.supports(b)), (3, 3));
    made.decide(0, Move::Merge { into: b }).unwrap();
    assert_eq!(made.asked.supports(b), 4, "two authors, one who supported both, one who supported the first");
    made.decide(1, Move::Merge { into: c }).unwrap();
    assert_eq!((made.asked.supports(c), made.asked.root(a)), (5, c));
    made.decide(0, Move::Reopen).unwrap();
    assert_eq!((made.asked.supports(a), made.asked.supports(c)), (3, 4), "parted again, each has its own");
}

#[test]
fn one_at_a_time_is_before_the_council_and_the_other_goes_back_to_its_place() {
    let mut made = made(3);
    for at in 0..3 {
        made.decide(at, Move::Approve).unwrap();
        made.decide(at, Move::Queue { place: 0 }).unwrap();
    }
    made.decide(0, Move::Show { since_ms: 1 }).unwrap();
    made.decide(1, Move::Show { since_ms: 2 }).unwrap();
    assert_eq!([0, 1, 2].map(|at| made.state(at)), ["queued", "on_screen", "queued"]);
    made.asked.intake.policy = Policy::Hand;
    assert_eq!(made.asked.queue(), [made.ids[0], made.ids[2]]);
    let revision = made.asked.get(made.ids[2]).unwrap().revision;
    let changes = made.asked.plan_place(made.ids[2], revision, true).unwrap();
    made.asked.apply(&changes, (None, 5));
    assert_eq!(made.asked.queue(), [made.ids[2], made.ids[0]]);
    assert!(made.asked.plan_place(made.ids[2], revision + 1, true).is_err(), "it is the first");
}

#[test]
fn the_queue_stands_as_the_policy_says() {
    let mut made = made(3);
    for at in 0..3 {
        made.decide(at, Move::Approve).unwrap();
        made.decide(at, Move::Queue { place: 0 }).unwrap();
    }
    made.asked.support(made.ids[2], AuthorId::new(), true);
    made.asked.intake.policy = Policy::First;
    assert_eq!(made.asked.queue(), made.ids);
    made.asked.intake.policy = Policy::Supported;
    assert_eq!(made.asked.queue(), [made.ids[2], made.ids[0], made.ids[1]]);
    let changes = made.asked.plan_by_hand();
    made.asked.apply(&changes, (None, 5));
    made.asked.intake.policy = Policy::Hand;
    assert_eq!(made.asked.queue(), [made.ids[2], made.ids[0], made.ids[1]], "by hand it begins as it stood");
}

#[test]
fn what_one_takes_back_the_others_still_ask_and_a_rejection_is_each_ones() {
    let mut made = made(3);
    let root = made.ids[2];
    for at in 0..2 {
        made.decide(at, Move::Merge { into: root }).unwrap();
    }
    made.decide(2, Move::Withdraw).unwrap();
    assert_eq!([0, 1, 2].map(|at| made.state(at)), ["submitted", "submitted", "withdrawn"]);
    let root = made.ids[1];
    made.decide(0, Move::Merge { into: root }).unwrap();
    made.decide(1, reject()).unwrap();
    assert_eq!([0, 1].map(|at| made.state(at)), ["rejected", "rejected"]);
    assert!(made.decide(0, Move::Appeal { words: "Άλλο ρωτώ".into() }).is_ok(), "each may object");
}

#[test]
fn undo_is_the_same_moderators_fresh_and_takes_back_all_of_it() {
    let mut made = made(2);
    let (id, me) = (made.ids[1], AccountId::new());
    made.decide(0, Move::Merge { into: id }).unwrap();
    let revision = made.asked.get(id).unwrap().revision;
    let changes = made.asked.plan(id, revision, reject()).unwrap();
    made.asked.apply(&changes, (Some(me), 1000));
    assert!(made.asked.plan_undo(id, revision + 1, (AccountId::new(), 1000)).is_err(), "another's");
    assert!(made.asked.plan_undo(id, revision, (me, 1000)).is_err(), "of another revision");
    let late = made.asked.plan_undo(id, revision + 1, (me, 1001 + UNDO_MS));
    assert!(matches!(late, Err(Error::TooLate)), "{late:?}");
    let back = made.asked.plan_undo(id, revision + 1, (me, 1000 + UNDO_MS)).unwrap();
    made.asked.apply(&back, (Some(me), 2000));
    assert_eq!([0, 1].map(|at| made.state(at)), ["merged", "submitted"]);
    assert_eq!(made.asked.get(id).unwrap().decided_at_ms, None, "nothing was decided after all");
    assert!(made.asked.plan_undo(id, revision + 2, (me, 2000)).is_err(), "an undo is not undone");
}

#[test]
fn near_duplicates_are_proposed_and_what_is_over_is_not() {
    let mut asked = Asked::default();
    let texts = [
        "Πότε θα τελειώσει το έργο στην παλιά πόλη;",
        "Πότε τελειώνει το έργο της παλιάς πόλης;",
        "Θα μπουν φώτα στο πάρκο;",
    ];
    let ids: Vec<_> = texts.iter().map(|_| InterventionId::new()).collect();
    for (id, text) in ids.iter().zip(texts) {
        asked.add(one(*id, AuthorId::new(), text, 1));
    }
    assert_eq!(asked.alike(ids[0]), [ids[1]]);
    assert_eq!(asked.alike(ids[2]), []);
    let changes = asked.plan(ids[1], 1, Move::Withdraw).unwrap();
    asked.apply(&changes, (None, 5));
    assert_eq!(asked.alike(ids[0]), []);
}

#[derive(Clone, Debug)]
enum Press {
    Decide(usize, usize, usize),
    Undo(usize),
    Support(usize, usize),
}

fn a_move(kind: usize, into: InterventionId) -> Move {
    match kind {
        0 => Move::Approve,
        1 => reject(),
        2 | 3 => Move::Merge { into },
        4 => Move::Queue { place: 0 },
        5 => Move::Show { since_ms: 3 },
        6 => Move::TakeDown,
        7 => Move::Withdraw,
        8 => Move::Reopen,
        9 => Move::Unqueue,
        10 => Move::Appeal { words: "όχι".into() },
        _ => Move::Expire,
    }
}

proptest! {
    /// Whatever is pressed: one at most is before the council; what was merged stands with something that is not lost
    /// itself; no support is lost or counted twice; and what is refused changes nothing.
    #[test]
    fn no_sequence_loses_one(
        presses in proptest::collection::vec(
            prop_oneof![
                6 => (0_usize..5, 0_usize..12, 0_usize..5).prop_map(|(at, kind, into)| Press::Decide(at, kind, into)),
                1 => (0_usize..5).prop_map(Press::Undo),
                1 => (0_usize..5, 0_usize..4).prop_map(|(at, by)| Press::Support(at, by)),
            ],
            0..80,
        )
    ) {
        let mut made = made(5);
        let (people, me) = ([0; 4].map(|_| AuthorId::new()), AccountId::new());
        for (now_ms, press) in (0..).zip(presses) {
            let planned = match press {
                Press::Decide(at, kind, into) => {
                    let (id, into) = (made.ids[at], made.ids[into]);
                    made.asked.plan(id, made.asked.get(id).unwrap().revision, a_move(kind, into))
                }
                Press::Undo(at) => {
                    let id = made.ids[at];
                    made.asked.plan_undo(id, made.asked.get(id).unwrap().revision, (me, now_ms))
                }
                Press::Support(at, by) => {
                    made.asked.support(made.ids[at], people[by], true);
                    Ok(Vec::new())
                }
            };
            if let Ok(changes) = planned {
                let mut ids: Vec<_> = changes.iter().map(|change| change.id).collect();
                ids.sort();
                ids.dedup();
                prop_assert_eq!(ids.len(), changes.len(), "one change for each");
                made.asked.apply(&changes, (Some(me), now_ms));
            }
            let shown = made.asked.all().filter(|one| matches!(one.state, State::OnScreen { .. })).count();
            prop_assert!(shown <= 1);
            let mut everybody = HashSet::new();
            for one in made.asked.all() {
                let root = made.asked.get(made.asked.root(one.id)).unwrap();
                prop_assert!(!matches!(root.state, State::Merged { .. }), "a chain without an end");
                prop_assert!(root.id == one.id || root.state != State::Withdrawn, "gone with another's");
                everybody.extend(made.asked.people(root.id));
                prop_assert!(made.asked.people(root.id).contains(&one.author), "the author counts");
                prop_assert_eq!(made.asked.supports(root.id), made.asked.people(root.id).len());
            }
            for one in made.asked.entries.values() {
                prop_assert!(one.supporters.iter().all(|person| everybody.contains(person)), "support is lost");
            }
        }
    }
}
