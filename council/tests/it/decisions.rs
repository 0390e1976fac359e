//! Decisions: their numbers within a body's year, and their codes.

use council::{
    DecisionId, Error,
    decision::{Ada, NewDecision},
    meeting::{Act, NewMeeting},
    vote::{Choice, Kind, Majority, NewVote},
};

use crate::{
    bench::{BEGAN_MS, Bench, new_meeting, on_both},
    votes::{agenda, in_session},
};

on_both! {
    a_decision_has_its_number_within_the_bodys_year
    a_decision_comes_from_the_vote_that_was_closed_last
    what_is_wrong_with_a_decision_is_refused
    another_municipalitys_decisions_are_not_found
}

fn numbered(number: u32) -> NewDecision {
    NewDecision { year: 2027, number, title: format!("Απόφαση {number}"), ..NewDecision::default() }
}

async fn a_decision_has_its_number_within_the_bodys_year(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let (clerk, here, body) = (&town.clerk, town.municipality.id, town.body.id);
    let meeting = in_session(bench, &town).await;
    let item = agenda(bench, &town, &meeting).await.items[0].id;
    assert_eq!(council.next_decision(here, body, 2027).await.unwrap(), 1);
    let first = council.record_decision(clerk, meeting.id, item, numbered(123)).await.unwrap();
    assert_eq!(first.name(), "123/2027");
    assert_eq!(council.next_decision(here, body, 2027).await.unwrap(), 124);
    assert_eq!(council.next_decision(here, body, 2026).await.unwrap(), 1, "each year begins anew");
    let taken = council.record_decision(clerk, meeting.id, item, numbered(123)).await;
    assert!(matches!(taken, Err(Error::Taken("decision_number"))), "{taken:?}");
    let second = council.record_decision(clerk, meeting.id, item, numbered(124)).await.unwrap();
    let moved = council.change_decision(clerk, meeting.id, second.id, numbered(123)).await;
    assert!(matches!(moved, Err(Error::Taken("decision_number"))), "{moved:?}");

    // The code comes later, and no two have the same one.
    let with =
        |number, ada: &str| NewDecision {
            ada: ada.into(), text: "Εγκρίνει\n\n τη μελέτη ".into(), ..numbered(number)
        };
    council.change_decision(clerk, meeting.id, first.id, with(123, "ψχ4ω46μτλπ-ξ7ω")).await.unwrap();
    let kept = agenda(bench, &town, &meeting).await.decisions.remove(0);
    assert_eq!(kept.ada.as_ref().map(Ada::as_str), Some("ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω"));
    assert_eq!(kept.text, "Εγκρίνει\n\nτη μελέτη");
    let same = council.change_decision(clerk, meeting.id, second.id, with(124, "ΨΧ4Ω46ΜΤΛΠ-Ξ7Ω")).await;
    assert!(matches!(same, Err(Error::Taken("ada"))), "{same:?}");

    // One that is taken back frees its number, and cannot come back to it once another has it.
    council.undo_decision(clerk, meeting.id, second.id, true).await.unwrap();
    let third = council.record_decision(clerk, meeting.id, item, numbered(124)).await.unwrap();
    let back = council.undo_decision(clerk, meeting.id, second.id, false).await;
    assert!(matches!(back, Err(Error::Taken("decision_number"))), "{back:?}");
    council.undo_decision(clerk, meeting.id, third.id, true).await.unwrap();
    council.undo_decision(clerk, meeting.id, second.id, false).await.unwrap();
    let names: Vec<String> = agenda(bench, &town, &meeting).await.decisions.iter().map(|each| each.name()).collect();
    assert_eq!(names, ["123/2027", "124/2027"]);
    assert_eq!(council.verify_audit().await.unwrap(), None);
}

async fn a_decision_comes_from_the_vote_that_was_closed_last(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let clerk = &town.clerk;
    let meeting = in_session(bench, &town).await;
    let items = agenda(bench, &town, &meeting).await.items;
    let new = NewVote {
        item: items[0].id,
        kind: Kind::RollCall,
        majority: Majority::Members,
        motion: "Με την τροπολογία".into(),
    };
    let vote = council.open_vote(clerk, meeting.id, new, None, None).await.unwrap();
    council.cast_rest(clerk, meeting.id, vote.id, Choice::Yes).await.unwrap();
    bench.pass(30);
    council.close_vote(clerk, meeting.id, vote.id, None, None).await.unwrap();
    bench.pass(30);
    let voted = council.record_decision(clerk, meeting.id, items[0].id, numbered(1)).await.unwrap();
    assert_eq!((voted.vote, voted.at_ms), (Some(vote.id), BEGAN_MS + 30_000));
    let unvoted = council.record_decision(clerk, meeting.id, items[1].id, numbered(2)).await.unwrap();
    assert_eq!((unvoted.vote, unvoted.at_ms), (None, BEGAN_MS + 60_000), "now, since it was never taken up");
    council.act(clerk, meeting.id, Act::End).await.unwrap();
    bench.pass(3600);
    let late = council.record_decision(clerk, meeting.id, items[0].id, numbered(3)).await.unwrap();
    assert_eq!(late.at_ms, BEGAN_MS + 30_000);
    let kept = agenda(bench, &town, &meeting).await;
    assert_eq!(kept.decisions, [voted, unvoted, late]);
    assert_eq!(kept.votes[0].motion, "Με την τροπολογία");
}

async fn what_is_wrong_with_a_decision_is_refused(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = in_session(bench, &town).await;
    let item = agenda(bench, &town, &meeting).await.items[0].id;
    for (field, new) in [
        ("decision_number", numbered(0)),
        ("decision_number", numbered(100_000)),
        ("decision_number", NewDecision { year: 0, ..numbered(1) }),
        ("decision_title", NewDecision { title: " ".into(), ..numbered(1) }),
        ("decision_title", NewDecision { title: "τ".repeat(1001), ..numbered(1) }),
        ("decision_text", NewDecision { text: "κ\n".repeat(10_001), ..numbered(1) }),
        ("decision_text", NewDecision { text: "κ".repeat(20_001), ..numbered(1) }),
        ("ada", NewDecision { ada: "ΨΧ4Ω46ΜΤΛΠ".into(), ..numbered(1) }),
        ("ada", NewDecision { ada: "javascript:alert(1)".into(), ..numbered(1) }),
    ] {
        let answer = council.record_decision(&town.clerk, meeting.id, item, new).await;
        assert!(matches!(&answer, Err(Error::Invalid { field: f, .. }) if *f == field), "{field}: {answer:?}");
    }
    // Before the meeting there is nothing to resolve.
    let coming = council.create_meeting(&town.clerk, NewMeeting { ..new_meeting(&town, 60) }).await.unwrap();
    let item = agenda(bench, &town, &coming).await.items[0].id;
    let early = council.record_decision(&town.clerk, coming.id, item, numbered(1)).await;
    assert!(matches!(early, Err(Error::Stage { .. })), "{early:?}");
    assert!(agenda(bench, &town, &meeting).await.decisions.is_empty());
}

async fn another_municipalitys_decisions_are_not_found(bench: &Bench) {
    let (council, town, other) = (&bench.council, bench.town("rethymno").await, bench.town("chania").await);
    let (meeting, own) = (in_session(bench, &town).await, in_session(bench, &other).await);
    let item = agenda(bench, &town, &meeting).await.items[0].id;
    let decision = council.record_decision(&town.clerk, meeting.id, item, numbered(7)).await.unwrap();
    let clerk = &other.clerk;
    let foreign = [
        council.record_decision(clerk, meeting.id, item, numbered(8)).await.map(drop),
        council.record_decision(clerk, own.id, item, numbered(8)).await.map(drop),
        council.change_decision(clerk, own.id, decision.id, numbered(8)).await,
        council.change_decision(clerk, meeting.id, decision.id, numbered(8)).await,
        council.undo_decision(clerk, own.id, decision.id, true).await,
        council.undo_decision(clerk, own.id, DecisionId::new(), true).await,
    ];
    for answer in foreign {
        assert!(matches!(answer, Err(Error::NotFound(_))), "{answer:?}");
    }
    let here = other.municipality.id;
    assert_eq!(council.next_decision(here, town.body.id, 2027).await.unwrap(), 1, "of their numbers nothing is told");
    let item = agenda(bench, &other, &own).await.items[0].id;
    council.record_decision(clerk, own.id, item, numbered(7)).await.unwrap();
}
