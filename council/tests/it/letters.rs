//! Letters that wait for the mail server, and the links to set a password anew.

use council::{
    Error,
    letter::{LEASE_MS, Letter, Problem},
    permission::{Administrator, Role},
    staff::NewInvitation,
};

use crate::{
    bench::{Bench, PASSWORD, on_both},
    db,
};

on_both! {
    a_letter_waits_until_it_is_taken_and_is_gone_once_sent
    what_is_deferred_is_tried_again_and_what_is_refused_is_given_up
    a_letter_that_somebody_took_and_dropped_comes_again
    of_two_who_hand_over_only_one_has_a_letter
    another_municipalitys_letters_are_not_seen
    a_password_is_set_anew_once_and_ends_every_session
    who_asks_for_a_link_learns_nothing
}

async fn administered(bench: &Bench, slug: &str) -> Administrator {
    let here = bench.town(slug).await.municipality;
    let account = bench.account(&format!("first@{slug}.example")).await;
    bench.council.grant(account.id, here.id, Role::Administrator).await.unwrap();
    Administrator::console(here.id, account.id)
}

fn letter(receiver: &str) -> Letter {
    Letter { receiver: receiver.into(), subject: "Θέμα".into(), text: "a-canary".into(), good_for_ms: 7_200_000 }
}

async fn invite(bench: &Bench, by: &Administrator, email: &str) {
    let new = NewInvitation { email: email.into(), roles: [Role::Clerk].into(), language: "el".into() };
    bench.council.invite(by, &new, |of, _| Some(letter(&of.email))).await.unwrap();
}

async fn a_letter_waits_until_it_is_taken_and_is_gone_once_sent(bench: &Bench) {
    let council = &bench.council;
    let by = administered(bench, "rethymno").await;
    assert!(council.take_letter().await.unwrap().is_none());
    invite(bench, &by, "a@rethymno.example").await;
    bench.pass(1);
    invite(bench, &by, "b@rethymno.example").await;
    let first = council.take_letter().await.unwrap().unwrap();
    assert_eq!((first.letter.receiver.as_str(), first.tries), ("a@rethymno.example", 1));
    assert_eq!(council.take_letter().await.unwrap().unwrap().letter.receiver, "b@rethymno.example");
    assert!(council.take_letter().await.unwrap().is_none(), "both are with whoever hands them over");
    council.letter_sent(first.id).await.unwrap();
    let waiting = council.letters(&by).await.unwrap();
    assert_eq!(waiting.iter().map(|one| one.receiver.as_str()).collect::<Vec<_>>(), ["b@rethymno.example"]);
    // An invitation that is refused sends nothing.
    let new =
        NewInvitation { email: "first@rethymno.example".into(), roles: [Role::Clerk].into(), language: "el".into() };
    council.invite(&by, &new, |of, _| Some(letter(&of.email))).await.unwrap_err();
    assert_eq!(council.letters(&by).await.unwrap().len(), 1);
}

async fn what_is_deferred_is_tried_again_and_what_is_refused_is_given_up(bench: &Bench) {
    let council = &bench.council;
    let by = administered(bench, "rethymno").await;
    invite(bench, &by, "a@rethymno.example").await;
    let mut waits = Vec::new();
    for tries in 1..=3 {
        let due = council.take_letter().await.unwrap().unwrap();
        assert_eq!(due.tries, tries);
        council.letter_failed(&due, Problem::Deferred, "451 try\r\n later").await.unwrap();
        let seen = council.letters(&by).await.unwrap().remove(0);
        assert_eq!(seen.problem, Some((Problem::Deferred, "451 try later".into())));
        let wait_s = (seen.due_at_ms.unwrap() - bench.clock.now_ms()) / 1000;
        waits.push(wait_s);
        bench.pass(u64::try_from(wait_s).unwrap() - 1);
        assert!(council.take_letter().await.unwrap().is_none());
        bench.pass(1);
    }
    assert_eq!(waits, [60, 120, 240]);
    council.hurry_letters(&by).await.unwrap();
    let due = council.take_letter().await.unwrap().unwrap();
    council.letter_failed(&due, Problem::Refused, &"5".repeat(1000)).await.unwrap();
    let seen = council.letters(&by).await.unwrap().remove(0);
    assert_eq!((seen.due_at_ms, seen.problem.unwrap().1.len()), (None, 300));
    assert!(!db::every_text(&bench.url).await.contains("a-canary"), "what is given up keeps no secret");
    council.hurry_letters(&by).await.unwrap();
    bench.pass(100_000);
    assert!(council.take_letter().await.unwrap().is_none());
    council.forget_letter(&by, seen.id).await.unwrap();
    assert!(matches!(council.forget_letter(&by, seen.id).await, Err(Error::NotFound("letter"))));
    // What would come too late is given up as well.
    invite(bench, &by, "a@rethymno.example").await;
    for _ in 0..20 {
        let Some(due) = council.take_letter().await.unwrap() else { break };
        council.letter_failed(&due, Problem::Unreachable, "").await.unwrap();
        council.hurry_letters(&by).await.unwrap();
        bench.pass(600);
    }
    assert_eq!(council.letters(&by).await.unwrap()[0].due_at_ms, None);
}

async fn a_letter_that_somebody_took_and_dropped_comes_again(bench: &Bench) {
    let council = &bench.council;
    let by = administered(bench, "rethymno").await;
    invite(bench, &by, "a@rethymno.example").await;
    let first = council.take_letter().await.unwrap().unwrap();
    council.hurry_letters(&by).await.unwrap();
    assert!(council.take_letter().await.unwrap().is_none(), "whoever has it is not hurried");
    // The program is killed here, and another begins.
    let after = council::Council::open(&bench.url, bench.clock.clone()).await.unwrap();
    bench.pass(u64::try_from(LEASE_MS / 1000).unwrap());
    let second = after.take_letter().await.unwrap().unwrap();
    assert_eq!((second.id, second.tries), (first.id, 2));
    after.close().await;
}

async fn of_two_who_hand_over_only_one_has_a_letter(bench: &Bench) {
    let by = administered(bench, "rethymno").await;
    let second = council::Council::open(&bench.url, bench.clock.clone()).await.unwrap();
    for n in 0..5 {
        invite(bench, &by, &format!("{n}@rethymno.example")).await;
        let (a, b) = tokio::join!(bench.council.take_letter(), second.take_letter());
        let taken = [a.unwrap(), b.unwrap()].into_iter().flatten().count();
        assert_eq!(taken, 1);
    }
    second.close().await;
}

async fn another_municipalitys_letters_are_not_seen(bench: &Bench) {
    let council = &bench.council;
    let (by, theirs) = (administered(bench, "rethymno").await, administered(bench, "amari").await);
    invite(bench, &theirs, "a@amari.example").await;
    assert!(council.letters(&by).await.unwrap().is_empty());
    let id = council.letters(&theirs).await.unwrap()[0].id;
    assert!(matches!(council.forget_letter(&by, id).await, Err(Error::NotFound("letter"))));
    let due = council.take_letter().await.unwrap().unwrap();
    council.letter_failed(&due, Problem::Slow, "").await.unwrap();
    council.hurry_letters(&by).await.unwrap();
    assert!(council.take_letter().await.unwrap().is_none());
}

async fn a_password_is_set_anew_once_and_ends_every_session(bench: &Bench) {
    let council = &bench.council;
    let by = administered(bench, "rethymno").await;
    let (here, email) = (by.municipality(), "first@rethymno.example");
    let session = council.log_in(email, PASSWORD, "p").await.unwrap();
    let ask = async || {
        let mut token = String::new();
        let compose = |_: &council::account::Account, secret: &str| {
            token = secret.to_owned();
            letter(email)
        };
        council.ask_reset(here, " First@Rethymno.example", "p", compose).await.unwrap();
        token
    };
    let stale = ask().await;
    let token = ask().await;
    let set = async |token: &str, new: &str| {
        council.reset_password(here, token, new, "p", |account| letter(&account.email)).await
    };
    for wrong in [stale.as_str(), "", "x"] {
        let refused = set(wrong, "ένας καινούριος κωδικός").await;
        assert!(matches!(refused, Err(Error::Invalid { field: "reset", .. })), "{refused:?}");
    }
    assert!(matches!(set(&token, "μικρός").await, Err(Error::Invalid { field: "password", .. })));
    set(&token, "ένας καινούριος κωδικός").await.unwrap();
    assert!(set(&token, "ένας άλλος κωδικός").await.is_err(), "good once");
    assert!(council.session(session.expose()).await.unwrap().is_none());
    council.log_in(email, "ένας καινούριος κωδικός", "p").await.unwrap();
    assert_eq!(council.letters(&by).await.unwrap().len(), 3, "two links and a notice");
    let acts = bench.acts(here).await;
    assert!(acts.contains(&"account.reset".to_owned()) && acts.contains(&"account.ask_reset".to_owned()), "{acts:?}");
    bench.pass(15 * 60);
    let late = ask().await;
    bench.pass(3600);
    assert!(set(&late, "ένας άλλος κωδικός").await.is_err(), "good for an hour");
}

async fn who_asks_for_a_link_learns_nothing(bench: &Bench) {
    let council = &bench.council;
    let (by, theirs) = (administered(bench, "rethymno").await, administered(bench, "amari").await);
    let gone = bench.account("gone@rethymno.example").await;
    council.grant(gone.id, by.municipality(), Role::Clerk).await.unwrap();
    council.disable(&by, gone.id, true).await.unwrap();
    let ask = async |email: &str| council.ask_reset(by.municipality(), email, "p", |of, _| letter(&of.email)).await;
    for email in ["nobody@rethymno.example", "first@amari.example", "gone@rethymno.example"] {
        for _ in 0..3 {
            ask(email).await.unwrap();
        }
        assert!(matches!(ask(email).await, Err(Error::TooMany { .. })), "{email}");
    }
    for of in [&by, &theirs] {
        assert!(council.letters(of).await.unwrap().is_empty());
    }
    for _ in 0..3 {
        ask("first@rethymno.example").await.unwrap();
    }
    assert!(matches!(ask("first@rethymno.example").await, Err(Error::TooMany { .. })));
    assert_eq!(council.letters(&by).await.unwrap().len(), 3);
    assert!(matches!(ask("no address").await, Err(Error::Invalid { field: "email", .. })));
}
