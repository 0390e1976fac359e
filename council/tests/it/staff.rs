//! Who works for a municipality: invitations, roles, and what everybody may change of their own account.

use std::collections::BTreeSet;

use council::{
    AccountId, Error,
    letter::Letter,
    permission::{Administrator, Clerk, Moderator, Role},
    staff::{Joining, NewInvitation},
};

use crate::bench::{Bench, PASSWORD, on_both};

on_both! {
    who_is_invited_joins_once_and_does_what_the_roles_say
    an_invitation_ends_by_time_by_withdrawal_and_by_a_newer_one
    who_has_an_account_joins_with_its_password
    the_last_administrator_stays
    of_two_administrators_who_demote_each_other_one_is_refused
    who_is_disabled_is_out_at_once_and_comes_back
    what_belongs_to_another_municipality_is_not_found
    a_password_is_changed_with_the_old_one_and_ends_the_other_sessions
    sessions_are_seen_and_ended_by_their_own_account_alone
}

fn roles(of: &[Role]) -> BTreeSet<Role> {
    of.iter().copied().collect()
}

fn invitation(email: &str, of: &[Role]) -> NewInvitation {
    NewInvitation { email: email.into(), roles: roles(of), language: "el".into() }
}

fn letter(receiver: &str, good_for_ms: i64) -> Letter {
    Letter { receiver: receiver.into(), subject: "Θέμα".into(), text: "canary".into(), good_for_ms }
}

fn joining(password: &str) -> Joining {
    Joining { name: "Νίκος Βλαχάκης".into(), password: password.into() }
}

fn is_over<T: std::fmt::Debug>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Invalid { field: "invitation", .. }))
}

/// A municipality with one administrator.
async fn administered(bench: &Bench, slug: &str) -> (council::municipality::Municipality, Administrator) {
    let here = bench.town(slug).await.municipality;
    let account = bench.account(&format!("first@{slug}.example")).await;
    bench.council.grant(account.id, here.id, Role::Administrator).await.unwrap();
    (here.clone(), Administrator::console(here.id, account.id))
}

async fn who_is_invited_joins_once_and_does_what_the_roles_say(bench: &Bench) {
    let council = &bench.council;
    let (here, by) = administered(bench, "rethymno").await;
    let new = invitation(" Nikos@Rethymno.example", &[Role::Clerk, Role::Moderator]);
    let (waits, token) = council.invite(&by, &new, |_, _| None).await.unwrap();
    assert_eq!(waits.email, "nikos@rethymno.example");
    assert_eq!(council.invitations(&by).await.unwrap().len(), 1);
    assert!(!council.invited(token.expose(), "p").await.unwrap().known);
    let refused = council.join(token.expose(), joining("μικρός"), "p").await;
    assert!(matches!(refused, Err(Error::Invalid { field: "password", .. })), "{refused:?}");
    // As it is copied, with white space around it.
    let account = council.join(&format!(" {}\n", token.expose()), joining(PASSWORD), "p").await.unwrap();
    assert_eq!((account.name.as_str(), account.language.as_deref()), ("Νίκος Βλαχάκης", Some("el")));
    assert!(is_over(&council.join(token.expose(), joining(PASSWORD), "p").await), "good once");
    assert!(council.invitations(&by).await.unwrap().is_empty());
    let session = council.log_in("nikos@rethymno.example", PASSWORD, "p").await.unwrap();
    let session = council.session(session.expose()).await.unwrap().unwrap();
    assert!(Clerk::check(&session, here.id).is_ok() && Moderator::check(&session, here.id).is_ok());
    assert!(Administrator::check(&session, here.id).is_err());
    let taken = council.invite(&by, &new, |_, _| None).await;
    assert!(matches!(taken, Err(Error::Taken("member_email"))), "{taken:?}");
    let without = council.invite(&by, &invitation("x@rethymno.example", &[]), |_, _| None).await;
    assert!(matches!(without, Err(Error::Invalid { field: "roles", .. })), "{without:?}");
    let staff = council.staff(&by).await.unwrap();
    let seen: Vec<_> = staff.iter().map(|member| (member.account.email.as_str(), member.sessions)).collect();
    assert_eq!(seen, [("first@rethymno.example", 0), ("nikos@rethymno.example", 1)]);
    assert_eq!(staff[1].logged_in_at_ms, Some(bench.clock.now_ms()));
    let acts = bench.acts(here.id).await;
    assert_eq!(acts[acts.len() - 3..], ["invitation.create", "account.join", "session.log_in"]);
}

async fn an_invitation_ends_by_time_by_withdrawal_and_by_a_newer_one(bench: &Bench) {
    let council = &bench.council;
    let (_, by) = administered(bench, "rethymno").await;
    let new = invitation("nikos@rethymno.example", &[Role::Clerk]);
    let (_, first) = council.invite(&by, &new, |_, _| None).await.unwrap();
    let (second, token) = council.invite(&by, &new, |_, _| None).await.unwrap();
    assert!(is_over(&council.invited(first.expose(), "p").await));
    council.withdraw_invitation(&by, second.id).await.unwrap();
    assert!(is_over(&council.invited(token.expose(), "p").await));
    assert!(matches!(council.withdraw_invitation(&by, second.id).await, Err(Error::NotFound("invitation"))));
    let (_, token) = council.invite(&by, &new, |_, _| None).await.unwrap();
    bench.pass(7 * 24 * 3600 - 1);
    assert!(council.invited(token.expose(), "p").await.is_ok());
    bench.pass(1);
    assert!(is_over(&council.join(token.expose(), joining(PASSWORD), "p").await));
    assert!(council.invitations(&by).await.unwrap().is_empty());
    for n in 0..100 {
        assert!(is_over(&council.invited(&format!("guess {n}"), "guesser").await), "{n}");
    }
    assert!(matches!(council.invited("guess", "guesser").await, Err(Error::TooMany { .. })));
}

async fn who_has_an_account_joins_with_its_password(bench: &Bench) {
    let council = &bench.council;
    let (_, by) = administered(bench, "rethymno").await;
    let (there, _) = administered(bench, "amari").await;
    let (_, token) =
        council.invite(&by, &invitation("first@amari.example", &[Role::Clerk]), |_, _| None).await.unwrap();
    assert!(council.invited(token.expose(), "p").await.unwrap().known);
    let refused = council.join(token.expose(), joining("κάποιος άλλος κωδικός"), "p").await;
    assert!(matches!(refused, Err(Error::Credentials)), "{refused:?}");
    let account = council.join(token.expose(), joining(PASSWORD), "p").await.unwrap();
    assert_eq!(account.name, "Μαρία", "the name stays");
    let token = council.log_in("first@amari.example", PASSWORD, "p").await.unwrap();
    let session = council.session(token.expose()).await.unwrap().unwrap();
    assert_eq!(session.roles.len(), 2);
    assert!(Administrator::check(&session, there.id).is_ok());
}

async fn the_last_administrator_stays(bench: &Bench) {
    let council = &bench.council;
    let (here, by) = administered(bench, "rethymno").await;
    let other = bench.account("other@rethymno.example").await;
    council.grant(other.id, here.id, Role::Clerk).await.unwrap();
    for refused in [
        council.set_roles(&by, by.account(), &roles(&[Role::Clerk])).await,
        council.disable(&by, by.account(), true).await,
    ] {
        assert!(matches!(refused, Err(Error::LastAdministrator)), "{refused:?}");
    }
    assert!(matches!(council.set_roles(&by, other.id, &roles(&[])).await, Err(Error::Invalid { field: "roles", .. })));
    council.set_roles(&by, other.id, &roles(&[Role::Administrator])).await.unwrap();
    council.disable(&by, other.id, true).await.unwrap();
    let refused = council.set_roles(&by, by.account(), &roles(&[Role::Clerk])).await;
    assert!(matches!(refused, Err(Error::LastAdministrator)), "one who is disabled does not count: {refused:?}");
    council.disable(&by, other.id, false).await.unwrap();
    council.set_roles(&by, by.account(), &roles(&[Role::Moderator])).await.unwrap();
    let staff = council.staff(&by).await.unwrap();
    let seen: Vec<_> = staff.iter().map(|member| member.roles.clone()).collect();
    assert!(seen.contains(&roles(&[Role::Moderator])) && seen.contains(&roles(&[Role::Administrator])), "{seen:?}");
    let acts = bench.acts(here.id).await;
    let changes = ["account.roles", "account.disable", "account.enable", "account.roles"];
    assert_eq!(acts[acts.len() - 4..], changes, "what was refused left no line");
}

async fn of_two_administrators_who_demote_each_other_one_is_refused(bench: &Bench) {
    let (here, one) = administered(bench, "rethymno").await;
    let other = bench.account("other@rethymno.example").await;
    bench.council.grant(other.id, here.id, Role::Administrator).await.unwrap();
    let two = Administrator::console(here.id, other.id);
    let clerk = roles(&[Role::Clerk]);
    let (a, b) = tokio::join!(
        bench.council.set_roles(&one, two.account(), &clerk),
        bench.council.set_roles(&two, one.account(), &clerk)
    );
    assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
    assert!(matches!(a.and(b), Err(Error::LastAdministrator)));
}

async fn who_is_disabled_is_out_at_once_and_comes_back(bench: &Bench) {
    let council = &bench.council;
    let (here, by) = administered(bench, "rethymno").await;
    let clerk = bench.account("clerk@rethymno.example").await;
    council.grant(clerk.id, here.id, Role::Clerk).await.unwrap();
    let token = council.log_in("clerk@rethymno.example", PASSWORD, "p").await.unwrap();
    council.disable(&by, clerk.id, true).await.unwrap();
    assert!(council.session(token.expose()).await.unwrap().is_none());
    let refused = council.log_in("clerk@rethymno.example", PASSWORD, "p").await;
    assert!(matches!(refused, Err(Error::Disabled)), "{refused:?}");
    let guessed = council.log_in("clerk@rethymno.example", "λάθος κωδικός", "p").await;
    assert!(matches!(guessed, Err(Error::Credentials)), "only who has the password is told: {guessed:?}");
    council.set_roles(&by, clerk.id, &roles(&[Role::Moderator])).await.unwrap();
    assert!(council.log_in("clerk@rethymno.example", PASSWORD, "p").await.is_err(), "other roles do not enable");
    council.disable(&by, clerk.id, false).await.unwrap();
    let token = council.log_in("clerk@rethymno.example", PASSWORD, "p").await.unwrap();
    council.end_sessions(&by, clerk.id).await.unwrap();
    assert!(council.session(token.expose()).await.unwrap().is_none());
    // Whoever works elsewhere as well is disabled here alone.
    let (there, _) = administered(bench, "amari").await;
    council.grant(clerk.id, there.id, Role::Clerk).await.unwrap();
    council.disable(&by, clerk.id, true).await.unwrap();
    let token = council.log_in("clerk@rethymno.example", PASSWORD, "p").await.unwrap();
    let session = council.session(token.expose()).await.unwrap().unwrap();
    assert_eq!(session.roles, [(there.id, Role::Clerk)]);
}

async fn what_belongs_to_another_municipality_is_not_found(bench: &Bench) {
    let council = &bench.council;
    let (_, by) = administered(bench, "rethymno").await;
    let (there, theirs) = administered(bench, "amari").await;
    let (waits, _) =
        council.invite(&theirs, &invitation("x@amari.example", &[Role::Clerk]), |_, _| None).await.unwrap();
    for of in [theirs.account(), AccountId::new()] {
        for refused in [
            council.set_roles(&by, of, &roles(&[Role::Clerk])).await,
            council.disable(&by, of, true).await,
            council.end_sessions(&by, of).await,
        ] {
            assert!(matches!(refused, Err(Error::NotFound("account"))), "{refused:?}");
        }
    }
    assert!(matches!(council.withdraw_invitation(&by, waits.id).await, Err(Error::NotFound("invitation"))));
    assert_eq!(council.staff(&by).await.unwrap().len(), 1);
    assert!(council.invitations(&by).await.unwrap().is_empty());
    assert_eq!(council.invitations(&theirs).await.unwrap()[0].municipality, there.id);
}

async fn a_password_is_changed_with_the_old_one_and_ends_the_other_sessions(bench: &Bench) {
    let council = &bench.council;
    let (here, _) = administered(bench, "rethymno").await;
    let email = "first@rethymno.example";
    let other = council.log_in(email, PASSWORD, "p").await.unwrap();
    let token = council.log_in(email, PASSWORD, "p").await.unwrap();
    let session = council.session(token.expose()).await.unwrap().unwrap();
    let notice = letter(email, 1000);
    let change = async |old: &str, new: &str| {
        council.change_password(&session, token.expose(), old, new, "p", (here.id, &notice)).await
    };
    let wrong = change("λάθος κωδικός", "ένας καινούριος κωδικός").await;
    assert!(matches!(wrong, Err(Error::Invalid { field: "old_password", .. })), "{wrong:?}");
    assert!(matches!(change(PASSWORD, "μικρός").await, Err(Error::Invalid { field: "password", .. })));
    assert!(council.session(other.expose()).await.unwrap().is_some());
    change(PASSWORD, "ένας καινούριος κωδικός").await.unwrap();
    assert!(council.session(other.expose()).await.unwrap().is_none());
    assert!(council.session(token.expose()).await.unwrap().is_some());
    assert!(matches!(council.log_in(email, PASSWORD, "p").await, Err(Error::Credentials)));
    council.log_in(email, "ένας καινούριος κωδικός", "p").await.unwrap();
    for _ in 0..10 {
        change("λάθος κωδικός", "ένας καινούριος κωδικός").await.unwrap_err();
    }
    assert!(matches!(change(PASSWORD, PASSWORD).await, Err(Error::TooMany { .. })), "it cannot be guessed here");
    assert!(bench.acts(here.id).await.contains(&"account.password".to_owned()));
}

async fn sessions_are_seen_and_ended_by_their_own_account_alone(bench: &Bench) {
    let council = &bench.council;
    administered(bench, "rethymno").await;
    administered(bench, "amari").await;
    let email = "first@rethymno.example";
    let long = "x".repeat(500);
    let phone = council.log_in_with(email, PASSWORD, "p", &long).await.unwrap();
    bench.pass(1);
    let desk = council.log_in_with(email, PASSWORD, "p", "Firefox, Windows").await.unwrap();
    let stranger = council.log_in("first@amari.example", PASSWORD, "p").await.unwrap();
    let session = council.session(desk.expose()).await.unwrap().unwrap();
    let seen = council.own_sessions(&session, desk.expose()).await.unwrap();
    let names: Vec<_> = seen.iter().map(|device| (device.what.chars().count(), device.own)).collect();
    assert_eq!(names, [(16, true), (80, false)]);
    let strange = council.session(stranger.expose()).await.unwrap().unwrap();
    let refused = council.end_own_session(&strange, &seen[1].name).await;
    assert!(matches!(refused, Err(Error::NotFound("session"))), "{refused:?}");
    for wrong in ["", "%", "x"] {
        assert!(council.end_own_session(&session, wrong).await.is_err(), "{wrong}");
    }
    council.end_own_session(&session, &seen[1].name).await.unwrap();
    assert!(council.session(phone.expose()).await.unwrap().is_none());
    let third = council.log_in(email, PASSWORD, "p").await.unwrap();
    council.end_other_sessions(&session, desk.expose()).await.unwrap();
    assert!(council.session(third.expose()).await.unwrap().is_none());
    assert!(council.session(desk.expose()).await.unwrap().is_some());
    assert!(council.session(stranger.expose()).await.unwrap().is_some());
    council.rename_self(&session, "Μαρία Κ. Δασκαλάκη", "en").await.unwrap();
    let refused = council.rename_self(&session, " ", "en").await;
    assert!(matches!(refused, Err(Error::Invalid { field: "name", .. })), "{refused:?}");
    let session = council.session(desk.expose()).await.unwrap().unwrap();
    assert_eq!(
        (session.account.name.as_str(), session.account.language.as_deref()),
        ("Μαρία Κ. Δασκαλάκη", Some("en"))
    );
}
