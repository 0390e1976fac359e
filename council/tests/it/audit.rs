//! The audit log: what is in it, and that nobody changes it unseen.

use council::{MunicipalityId, audit::INSTALLATION, permission::Role, source::Rank};

use crate::{
    bench::{Bench, PASSWORD, on_both},
    db,
};

on_both! {
    the_log_says_who_did_what
    appending_at_once_keeps_the_chain
    a_falsified_log_is_found_out
    log_ins_are_logged_without_what_was_typed
}

async fn the_log_says_who_did_what(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let account = bench.account("clerk@rethymno.example").await;
    council.grant(account.id, town.municipality.id, Role::Clerk).await.unwrap();
    let meeting = bench.meeting(&town, 0).await;
    let (source, _) = council.create_source(&town.clerk, "Αίθουσα").await.unwrap();
    bench.pass(7);
    council.assign_source(&town.clerk, meeting.id, source.id, Rank::Primary).await.unwrap();

    let acts = bench.acts(town.municipality.id).await;
    let expected =
        ["municipality.create", "body.create", "account.grant", "meeting.create", "source.create", "source.assign"];
    assert_eq!(acts, expected);
    assert_eq!(bench.acts(INSTALLATION).await, ["account.create"]);
    let newest = council.audit_log(town.municipality.id, None, 2).await.unwrap();
    assert_eq!(newest.iter().map(|entry| entry.number).collect::<Vec<_>>(), [6, 5]);
    assert_eq!(newest[0].account, Some(town.clerk.account()));
    assert_eq!(newest[0].subject, meeting.id.to_string());
    assert_eq!(newest[0].at_ms, bench.clock.now_ms());
    let detail: serde_json::Value = serde_json::from_str(&newest[0].detail).unwrap();
    assert_eq!(detail, serde_json::json!({ "source": source.id, "rank": "primary", "language": null }));
    let older = council.audit_log(town.municipality.id, Some(5), 100).await.unwrap();
    assert_eq!(older.iter().map(|entry| entry.number).collect::<Vec<_>>(), [4, 3, 2, 1]);
    assert!(council.audit_log(MunicipalityId::new(), None, 100).await.unwrap().is_empty());
    assert_eq!(council.verify_audit().await.unwrap(), None);
}

async fn appending_at_once_keeps_the_chain(bench: &Bench) {
    let (town, other) = (bench.town("rethymno").await, bench.town("amari").await);
    let mut under_way = tokio::task::JoinSet::new();
    for n in 0..30 {
        let (council, clerk) =
            (bench.council.clone(), if n % 3 == 0 { other.clerk.clone() } else { town.clerk.clone() });
        under_way.spawn(async move { council.create_source(&clerk, &format!("{n}")).await.map(drop) });
    }
    for answer in under_way.join_all().await {
        answer.unwrap();
    }
    assert_eq!(bench.acts(town.municipality.id).await.len(), 22);
    assert_eq!(bench.acts(other.municipality.id).await.len(), 12);
    assert_eq!(bench.council.verify_audit().await.unwrap(), None);
}

async fn a_falsified_log_is_found_out(bench: &Bench) {
    let town = bench.town("rethymno").await;
    for after_s in 0..3 {
        bench.meeting(&town, after_s).await;
    }
    db::copy_log(&bench.url).await;
    for (how, sql, number) in db::FALSIFIED {
        db::falsify(&bench.url, sql).await;
        assert_eq!(bench.council.verify_audit().await.unwrap(), Some((town.municipality.id, number)), "{how}");
        db::put_back(&bench.url).await;
        assert_eq!(bench.council.verify_audit().await.unwrap(), None, "after {how}");
    }
}

async fn log_ins_are_logged_without_what_was_typed(bench: &Bench) {
    let (council, town, other) = (&bench.council, bench.town("rethymno").await, bench.town("amari").await);
    let account = bench.account("clerk@rethymno.example").await;
    for place in [&town, &other] {
        council.grant(account.id, place.municipality.id, Role::Clerk).await.unwrap();
    }
    council.log_in("clerk@rethymno.example", PASSWORD, "p").await.unwrap();
    assert!(council.log_in("clerk@rethymno.example", "a wrong password", "p").await.is_err());
    assert!(council.log_in("MyPassword@typed-here", PASSWORD, "p").await.is_err());
    for place in [&town, &other] {
        let log = council.audit_log(place.municipality.id, None, 2).await.unwrap();
        let said: Vec<_> = log.iter().map(|e| (e.act.as_str(), e.account, e.detail.as_str())).collect();
        assert_eq!(said[0], ("session.log_in", None, r#"{"outcome":"refused"}"#));
        assert_eq!(said[1], ("session.log_in", Some(account.id), r#"{"outcome":"granted"}"#));
        assert!(log.iter().all(|entry| entry.subject == account.id.to_string()));
    }
    let log = council.audit_log(INSTALLATION, None, 100).await.unwrap();
    assert_eq!((log[0].act.as_str(), log[0].subject.as_str()), ("session.log_in", "unknown"));
    assert!(!format!("{log:?}").to_lowercase().contains("mypassword"));
    assert_eq!(council.verify_audit().await.unwrap(), None);
}
