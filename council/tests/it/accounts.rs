//! Accounts, log-ins, sessions and the first set-up.

use council::{
    AccountId, Error, MunicipalityId,
    account::{SESSION_MAX_MS, SESSION_MS, SESSIONS_MAX},
    permission::{Clerk, Role},
};

use crate::{
    bench::{Bench, PASSWORD, Wrong, new_account, new_municipality, on_both},
    db,
};

on_both! {
    who_logs_in_has_a_session_until_they_log_out
    every_mismatch_is_the_same_error
    tries_are_limited
    a_session_lasts_while_it_is_used
    old_sessions_make_room
    what_is_taken_or_wrong_is_refused
    the_first_administrator_is_set_up_once
    of_two_set_ups_at_once_one_wins
}

async fn who_logs_in_has_a_session_until_they_log_out(bench: &Bench) {
    let (council, town, other) = (&bench.council, bench.town("rethymno").await, bench.town("amari").await);
    let account = bench.account(" Clerk@Rethymno.Example ").await;
    assert_eq!(account.email, "clerk@rethymno.example");
    for role in [Role::Clerk, Role::Moderator, Role::Clerk] {
        council.grant(account.id, town.municipality.id, role).await.unwrap();
    }
    let token = council.log_in("CLERK@rethymno.example", PASSWORD, "p").await.unwrap();
    let session = council.session(token.expose()).await.unwrap().unwrap();
    assert_eq!((session.account.id, session.account.name.as_str()), (account.id, "Μαρία"));
    assert_eq!(session.roles.len(), 2);
    assert!(Clerk::check(&session, town.municipality.id).is_ok());
    assert!(matches!(Clerk::check(&session, other.municipality.id), Err(Error::Forbidden)));
    let second = council.log_in("clerk@rethymno.example", PASSWORD, "p").await.unwrap();
    council.log_out(token.expose()).await.unwrap();
    assert!(council.session(token.expose()).await.unwrap().is_none());
    assert!(council.session(second.expose()).await.unwrap().is_some());
    for nobody in ["", "x", &"x".repeat(10_000)] {
        assert!(council.session(nobody).await.unwrap().is_none());
        council.log_out(nobody).await.unwrap();
    }
    let unknown = council.grant(AccountId::new(), town.municipality.id, Role::Clerk).await;
    assert!(matches!(unknown, Err(Error::NotFound("account"))), "{unknown:?}");
    let unknown = council.grant(account.id, MunicipalityId::new(), Role::Clerk).await;
    assert!(matches!(unknown, Err(Error::NotFound("municipality"))), "{unknown:?}");
}

async fn every_mismatch_is_the_same_error(bench: &Bench) {
    bench.account("clerk@rethymno.example").await;
    for (email, password) in [
        ("clerk@rethymno.example", "ένας άλλος κωδικός"),
        ("nobody@rethymno.example", PASSWORD),
        ("clerk@rethymno.example", ""),
        ("not an address", PASSWORD),
        ("clerk@rethymno.example", &"x".repeat(100_000)),
    ] {
        let refused = bench.council.log_in(email, password, "p").await;
        assert!(matches!(refused, Err(Error::Credentials)), "{email}: {refused:?}");
    }
}

async fn tries_are_limited(bench: &Bench) {
    let council = &bench.council;
    bench.account("clerk@rethymno.example").await;
    bench.account("other@rethymno.example").await;
    let log_in = async |email: &str, password: &str| council.log_in(email, password, "p").await;
    for _ in 0..9 {
        assert!(matches!(log_in("clerk@rethymno.example", "λάθος κωδικός").await, Err(Error::Credentials)));
    }
    log_in("clerk@rethymno.example", PASSWORD).await.unwrap();
    for _ in 0..10 {
        assert!(matches!(log_in("Clerk@rethymno.example", "").await, Err(Error::Credentials)));
    }
    bench.pass(60);
    let refused = log_in("clerk@rethymno.example", PASSWORD).await;
    assert!(matches!(refused, Err(Error::TooMany { retry_after_ms: 840_000 })), "{refused:?}");
    log_in("other@rethymno.example", PASSWORD).await.unwrap();
    bench.pass(14 * 60);
    log_in("clerk@rethymno.example", PASSWORD).await.unwrap();
}

async fn a_session_lasts_while_it_is_used(bench: &Bench) {
    let council = &bench.council;
    bench.account("clerk@rethymno.example").await;
    let began_ms = bench.clock.now_ms();
    let token = council.log_in("clerk@rethymno.example", PASSWORD, "p").await.unwrap();
    bench.pass(59);
    assert!(council.session(token.expose()).await.unwrap().is_some());
    assert_eq!(db::used_at_ms(&bench.url).await, began_ms, "not written down more than once a minute");
    bench.pass(1);
    assert!(council.session(token.expose()).await.unwrap().is_some());
    assert_eq!(db::used_at_ms(&bench.url).await, began_ms + 60_000);

    let nearly = u64::try_from(SESSION_MS / 1000 - 1).unwrap();
    bench.pass(nearly);
    assert!(council.session(token.expose()).await.unwrap().is_some());
    bench.pass(nearly);
    assert!(council.session(token.expose()).await.unwrap().is_some(), "its use prolonged it");
    bench.pass(nearly + 1);
    assert!(council.session(token.expose()).await.unwrap().is_none());

    let token = council.log_in("clerk@rethymno.example", PASSWORD, "p").await.unwrap();
    let uses = SESSION_MAX_MS / SESSION_MS * 2;
    for used in 1..=uses {
        bench.pass(u64::try_from(SESSION_MS / 2000).unwrap());
        assert_eq!(council.session(token.expose()).await.unwrap().is_some(), used < uses, "{used}");
    }
}

async fn old_sessions_make_room(bench: &Bench) {
    let council = &bench.council;
    bench.account("clerk@rethymno.example").await;
    bench.account("other@rethymno.example").await;
    let other = council.log_in("other@rethymno.example", PASSWORD, "p").await.unwrap();
    let mut tokens = Vec::new();
    for _ in 0..=SESSIONS_MAX {
        bench.pass(1);
        tokens.push(council.log_in("clerk@rethymno.example", PASSWORD, "p").await.unwrap());
    }
    assert_eq!(db::sessions(&bench.url).await, i64::from(SESSIONS_MAX) + 1);
    assert!(council.session(tokens[0].expose()).await.unwrap().is_none());
    assert!(council.session(tokens[1].expose()).await.unwrap().is_some());
    assert!(council.session(other.expose()).await.unwrap().is_some());
    bench.pass(24 * 3600);
    council.log_in("clerk@rethymno.example", PASSWORD, "p").await.unwrap();
    assert_eq!(db::sessions(&bench.url).await, 1, "sessions that are over go");
}

async fn what_is_taken_or_wrong_is_refused(bench: &Bench) {
    let council = &bench.council;
    bench.account("clerk@rethymno.example").await;
    let taken = council.create_account(new_account("CLERK@rethymno.example")).await;
    assert!(matches!(taken, Err(Error::Taken("email"))), "{taken:?}");
    let wrong: [Wrong<council::account::NewAccount>; 5] = [
        ("email", |new| new.email = "clerk".into()),
        ("name", |new| new.name = "\u{200b}".into()),
        ("name", |new| new.name = "α".repeat(101)),
        ("password", |new| new.password = "έντεκα χαρα".into()),
        ("password", |new| new.password = "α".repeat(201)),
    ];
    for (field, change) in wrong {
        let mut new = new_account("new@rethymno.example");
        change(&mut new);
        let refused = council.create_account(new).await;
        assert!(matches!(refused, Err(Error::Invalid { field: f, .. }) if f == field), "{field}: {refused:?}");
    }
}

async fn the_first_administrator_is_set_up_once(bench: &Bench) {
    let council = &bench.council;
    let stale = council.setup_token().await.unwrap().unwrap();
    let token = council.setup_token().await.unwrap().unwrap();
    let set_up = async |token: &str, slug: &str| {
        council.set_up(token, new_municipality(slug), new_account("first@rethymno.example")).await
    };
    for wrong in [stale.as_str(), "", "x"] {
        assert!(matches!(set_up(wrong, "rethymno").await, Err(Error::Credentials)), "{wrong}");
    }
    assert!(matches!(set_up(&token, "Not A Slug").await, Err(Error::Invalid { .. })));
    let account = set_up(&token, "rethymno").await.unwrap();
    assert!(matches!(set_up(&token, "amari").await, Err(Error::Credentials)), "spent");
    assert_eq!(council.setup_token().await.unwrap(), None);

    let municipality = council.municipality_by_host("rethymno.example").await.unwrap().unwrap();
    assert_eq!(council.bodies(municipality.id).await.unwrap()[0].slug, "council");
    let token = council.log_in(&account.email, PASSWORD, "p").await.unwrap();
    let session = council.session(token.expose()).await.unwrap().unwrap();
    assert_eq!(session.roles, [(municipality.id, Role::Administrator)]);
    let acts = bench.acts(municipality.id).await;
    assert_eq!(acts, ["municipality.create", "body.create", "account.grant", "session.log_in"]);
}

async fn of_two_set_ups_at_once_one_wins(bench: &Bench) {
    // Two programs on one database, each with its own token.
    let second = council::Council::open(&bench.url, bench.clock.clone()).await.unwrap();
    let tokens = (bench.council.setup_token().await.unwrap().unwrap(), second.setup_token().await.unwrap().unwrap());
    let (a, b) = tokio::join!(
        bench.council.set_up(&tokens.0, new_municipality("rethymno"), new_account("a@rethymno.example")),
        second.set_up(&tokens.1, new_municipality("amari"), new_account("b@rethymno.example")),
    );
    assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
    assert!(matches!(a.and(b), Err(Error::Credentials)));
    assert_eq!(second.municipalities().await.unwrap().len(), 1);
    second.close().await;
}
