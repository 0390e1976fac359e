//! Meetings: their way through the stages, what a visitor lists, and what the disk gives back.

use council::{
    Error, MeetingId,
    agenda::NewItem,
    meeting::{self, Act, PAGE, Stage},
    rebuild::Found,
};

use crate::{
    bench::{BEGAN_MS, Bench, Wrong, new_meeting, on_both},
    db,
};

on_both! {
    a_meeting_goes_its_way
    of_two_clerks_at_once_one_wins
    two_programs_write_at_once
    the_listing_is_in_order
    what_is_announced_says_how_often_it_was_changed
    another_municipalitys_is_not_found
    what_is_too_long_is_refused
    a_lost_database_is_rebuilt
    a_spoilt_row_is_an_error
}

async fn a_meeting_goes_its_way(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let made = bench.meeting(&town, 3600).await;
    let steps = [
        (Act::Start, Stage::Live { started_at_ms: BEGAN_MS + 60_000 }),
        (Act::Pause, Stage::Paused { started_at_ms: BEGAN_MS + 60_000, paused_at_ms: BEGAN_MS + 120_000 }),
        (Act::Resume, Stage::Live { started_at_ms: BEGAN_MS + 60_000 }),
        (
            Act::CloseDoors(" Άρθρο 67 §5: 18 υπέρ, 5 κατά ".into()),
            Stage::InCamera { started_at_ms: BEGAN_MS + 60_000, since_ms: BEGAN_MS + 240_000 },
        ),
        (Act::OpenDoors, Stage::Live { started_at_ms: BEGAN_MS + 60_000 }),
        (Act::Pause, Stage::Paused { started_at_ms: BEGAN_MS + 60_000, paused_at_ms: BEGAN_MS + 360_000 }),
        (
            Act::CloseDoors(String::new()),
            Stage::InCamera { started_at_ms: BEGAN_MS + 60_000, since_ms: BEGAN_MS + 420_000 },
        ),
        (Act::End, Stage::Ended { started_at_ms: BEGAN_MS + 60_000, ended_at_ms: BEGAN_MS + 480_000 }),
    ];
    for (act, stage) in steps {
        bench.pass(60);
        assert_eq!(council.act(&town.clerk, made.id, act.clone()).await.unwrap().stage, stage);
        let kept = council.meeting(town.municipality.id, made.id).await.unwrap();
        assert_eq!(kept.stage, stage);
        assert_eq!((kept.title, kept.place), (made.title.clone(), made.place.clone()));
        assert_eq!((kept.body.id, kept.starts_at_ms), (town.body.id, made.starts_at_ms));
        let running = council.meetings_in_session().await.unwrap();
        assert_eq!(running.len(), usize::from(act != Act::End));
    }
    let again = council.act(&town.clerk, made.id, Act::Start).await;
    assert!(matches!(again, Err(Error::Stage { from: "ended", act: "start" })), "{again:?}");

    let other = bench.meeting(&town, 7200).await;
    assert!(council.act(&town.clerk, other.id, Act::Cancel(" ".into())).await.is_err());
    council.act(&town.clerk, other.id, Act::Cancel(" Κακο\u{301}ς καιρός ".into())).await.unwrap();
    let kept = council.meeting(town.municipality.id, other.id).await.unwrap();
    assert_eq!(kept.stage, Stage::Cancelled { reason: "Κακός καιρός".into() });

    let acts = bench.acts(town.municipality.id).await;
    let doors = ["close-doors", "open-doors", "pause", "close-doors"];
    let meetings = ["create", "start", "pause", "resume"].iter().chain(&doors).chain(&["end", "create", "cancel"]);
    assert_eq!(acts[2..], meetings.map(|act| format!("meeting.{act}")).collect::<Vec<_>>());
    let log = council.audit_log(town.municipality.id, None, 100).await.unwrap();
    let closed = log.iter().rfind(|entry| entry.act == "meeting.close-doors").unwrap();
    assert_eq!(closed.account, Some(town.clerk.account()));
    assert_eq!(closed.detail, r#"{"from":"live","ground":"Άρθρο 67 §5: 18 υπέρ, 5 κατά"}"#);
    let long = Act::CloseDoors("α".repeat(meeting::GROUND_MAX + 1));
    assert!(matches!(council.act(&town.clerk, other.id, long).await, Err(Error::Invalid { field: "ground", .. })));
}

async fn what_is_announced_says_how_often_it_was_changed(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let elsewhere = bench.town("chania").await;
    let (soon, late) = (bench.meeting(&town, 3600).await, bench.meeting(&town, 7200).await);
    bench.meeting(&elsewhere, 3600).await;
    let told = async |body, from_ms, most| {
        let all = council.announced(town.municipality.id, body, from_ms, most).await.unwrap();
        all.iter().map(|one| (one.meeting.id, one.changes, one.changed_at_ms)).collect::<Vec<_>>()
    };
    let called = |meeting| (meeting, 0, BEGAN_MS);
    assert_eq!(told(None, i64::MIN, 10).await, [called(late.id), called(soon.id)]);
    assert_eq!(told(Some(town.body.id), soon.starts_at_ms + 1, 10).await, [called(late.id)]);
    assert_eq!(told(None, i64::MIN, 1).await, [called(late.id)]);
    assert_eq!(told(Some(elsewhere.body.id), i64::MIN, 10).await, []);
    bench.pass(60);
    council.act(&town.clerk, late.id, Act::Cancel("Κακός καιρός".into())).await.unwrap();
    bench.pass(60);
    assert!(council.act(&town.clerk, late.id, Act::Start).await.is_err());
    assert_eq!(told(None, i64::MIN, 10).await, [(late.id, 1, BEGAN_MS + 60_000), called(soon.id)]);
}

async fn of_two_clerks_at_once_one_wins(bench: &Bench) {
    let town = bench.town("rethymno").await;
    let meeting = bench.meeting(&town, 0).await;
    for (act, from) in [
        (Act::Start, "live"),
        (Act::Pause, "paused"),
        (Act::CloseDoors(String::new()), "in_camera"),
        (Act::End, "ended"),
    ] {
        let held = db::hold_meetings(&bench.url).await;
        let mut pressed = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let (council, clerk, id, act) = (bench.council.clone(), town.clerk.clone(), meeting.id, act.clone());
            pressed.spawn(async move { council.act(&clerk, id, act).await });
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        db::let_go(held).await;
        let answers = pressed.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{act:?}");
        for answer in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            assert!(matches!(answer, Error::Stage { from: f, .. } if *f == from), "{act:?}: {answer}");
        }
    }
    assert_eq!(bench.acts(town.municipality.id).await[2..].len(), 5, "one entry an act");
    assert_eq!(bench.council.verify_audit().await.unwrap(), None);
}

async fn two_programs_write_at_once(bench: &Bench) {
    let town = bench.town("rethymno").await;
    let second = council::Council::open(&bench.url, bench.clock.clone()).await.unwrap();
    let mut under_way = tokio::task::JoinSet::new();
    for n in 0..40 {
        let council = if n % 2 == 0 { bench.council.clone() } else { second.clone() };
        let (clerk, new) = (town.clerk.clone(), new_meeting(&town, n));
        under_way.spawn(async move { council.create_meeting(&clerk, new).await.map(drop) });
    }
    for answer in under_way.join_all().await {
        answer.unwrap();
    }
    assert_eq!(second.listing(town.municipality.id, 0).await.unwrap().next.len(), 40);
    assert_eq!(second.verify_audit().await.unwrap(), None);
    second.close().await;
}

async fn the_listing_is_in_order(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    bench.town("amari").await;
    assert!(council.listing(town.municipality.id, 0).await.unwrap().past.is_empty());
    for after_s in [300, 100, 200] {
        bench.meeting(&town, after_s).await;
    }
    for after_s in [20, 10] {
        let meeting = bench.meeting(&town, after_s).await;
        council.act(&town.clerk, meeting.id, Act::Start).await.unwrap();
        bench.pass(1);
    }
    let past_count = i64::from(PAGE) + 2;
    for n in 0..past_count {
        let meeting = bench.meeting(&town, -1000 * n).await;
        council.act(&town.clerk, meeting.id, Act::Cancel("Λόγος".into())).await.unwrap();
    }
    let seconds = |meetings: &[council::meeting::Meeting]| -> Vec<i64> {
        meetings.iter().map(|meeting| (meeting.starts_at_ms - BEGAN_MS) / 1000).collect()
    };
    let first = council.listing(town.municipality.id, 0).await.unwrap();
    assert_eq!(seconds(&first.now), [20, 10], "as they began");
    assert_eq!(seconds(&first.next), [100, 200, 300]);
    assert_eq!(seconds(&first.past), (0..i64::from(PAGE)).map(|n| -1000 * n).collect::<Vec<_>>());
    assert!(first.more);
    let second = council.listing(town.municipality.id, 1).await.unwrap();
    assert_eq!(seconds(&second.past), [-20_000, -21_000]);
    assert!(!second.more);
    assert!(council.listing(town.municipality.id, u32::MAX).await.unwrap().past.is_empty());
}

async fn another_municipalitys_is_not_found(bench: &Bench) {
    let (council, town, other) = (&bench.council, bench.town("rethymno").await, bench.town("amari").await);
    let meeting = bench.meeting(&town, 0).await;
    assert!(matches!(council.meeting(other.municipality.id, meeting.id).await, Err(Error::NotFound("meeting"))));
    assert!(matches!(council.meeting(town.municipality.id, MeetingId::new()).await, Err(Error::NotFound("meeting"))));
    assert!(matches!(council.act(&other.clerk, meeting.id, Act::Start).await, Err(Error::NotFound("meeting"))));
    let foreign_body = council.create_meeting(&other.clerk, new_meeting(&town, 0)).await;
    assert!(matches!(foreign_body, Err(Error::NotFound("body"))), "{foreign_body:?}");
    assert!(council.listing(other.municipality.id, 0).await.unwrap().next.is_empty());
}

async fn what_is_too_long_is_refused(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let wrong: [Wrong<council::meeting::NewMeeting>; 6] = [
        ("title", |new| new.title = "α".repeat(201)),
        ("title", |new| new.title = "\u{202e}".into()),
        ("place", |new| new.place = "α".repeat(201)),
        ("agenda", |new| new.agenda = vec![NewItem::numbered("1", &"α".repeat(1001))]),
        ("agenda", |new| new.agenda = vec![NewItem::numbered("1", "α"); 501]),
        ("starts_at", |new| new.starts_at_ms = i64::MAX),
    ];
    for (field, change) in wrong {
        let mut new = new_meeting(&town, 0);
        change(&mut new);
        let refused = council.create_meeting(&town.clerk, new).await;
        assert!(matches!(refused, Err(Error::Invalid { field: f, .. }) if f == field), "{field}: {refused:?}");
    }
    let mut longest = new_meeting(&town, 0);
    longest.title = "α".repeat(200);
    longest.agenda = vec![NewItem::numbered("1", &"α".repeat(1000)); 500];
    let made = council.create_meeting(&town.clerk, longest).await.unwrap();
    assert_eq!(council.agenda(town.municipality.id, made.id).await.unwrap().items.len(), 500);
}

fn found() -> Found {
    Found {
        meeting: MeetingId::new(),
        municipality_slug: "rethymno".into(),
        body_slug: "council".into(),
        body_name: "Δημοτικό Συμβούλιο".into(),
        title: "14η τακτική συνεδρίαση".into(),
        place: "Δημαρχείο".into(),
        starts_at_ms: BEGAN_MS,
        agenda: vec!["Ανακοινώσεις".into()],
        began_at_ms: BEGAN_MS + 5,
        ended_at_ms: Some(BEGAN_MS + 10),
        in_camera_at_ms: None,
    }
}

async fn a_lost_database_is_rebuilt(bench: &Bench) {
    let council = &bench.council;
    let ended = found();
    assert!(council.restore(&ended).await.unwrap());
    assert!(!council.restore(&Found { title: "Άλλος".into(), ..ended.clone() }).await.unwrap(), "known");
    let running = Found { ended_at_ms: None, ..found() };
    assert!(council.restore(&running).await.unwrap());

    let municipality = council.municipality_by_host("anything").await.unwrap().unwrap();
    assert_eq!(municipality.slug, "rethymno");
    let bodies = council.bodies(municipality.id).await.unwrap();
    assert_eq!(bodies.len(), 1);
    assert_eq!(bodies[0].name.el, "Δημοτικό Συμβούλιο");
    let meeting = council.meeting(municipality.id, ended.meeting).await.unwrap();
    assert_eq!((meeting.title, meeting.place), (ended.title, ended.place));
    let agenda = council.agenda(municipality.id, ended.meeting).await.unwrap();
    assert_eq!(agenda.lines(), ["1. Ανακοινώσεις"]);
    assert_eq!(meeting.stage, Stage::Ended { started_at_ms: BEGAN_MS + 5, ended_at_ms: BEGAN_MS + 10 });
    assert_eq!(council.meetings_in_session().await.unwrap()[0].id, running.meeting);
    let closed = Found { ended_at_ms: None, in_camera_at_ms: Some(BEGAN_MS + 7), ..found() };
    assert!(council.restore(&closed).await.unwrap());
    let meeting = council.meeting(municipality.id, closed.meeting).await.unwrap();
    assert_eq!(meeting.stage, Stage::InCamera { started_at_ms: BEGAN_MS + 5, since_ms: BEGAN_MS + 7 }, "not live");

    let broken = council.restore(&Found { body_slug: "../x".into(), ..found() }).await;
    assert!(matches!(broken, Err(Error::Invalid { .. })), "{broken:?}");
    assert_eq!(council.verify_audit().await.unwrap(), None);
}

async fn a_spoilt_row_is_an_error(bench: &Bench) {
    let town = bench.town("rethymno").await;
    let meeting = bench.meeting(&town, 0).await;
    db::spoil_agenda(&bench.url).await;
    let answer = bench.council.agenda(town.municipality.id, meeting.id).await;
    assert!(matches!(answer, Err(Error::Database(_))), "{answer:?}");
}
