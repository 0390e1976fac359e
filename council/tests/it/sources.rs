//! Sources and their keys.

use council::{
    Error, MeetingId, SourceId,
    meeting::Act,
    source::{Kind, NewAddress, Rank, SOURCES_MAX},
    stream_key::KeyHash,
};

use crate::bench::{Bench, on_both};

on_both! {
    a_source_is_removed
    a_key_opens_until_it_is_rotated
    a_camera_has_an_address_and_no_key
    a_camera_gets_another_address
    a_meeting_has_its_sources_primary_first
    another_municipalitys_source_is_not_found
    sources_are_limited
}

async fn a_key_opens_until_it_is_rotated(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let (hall, key) = council.create_source(&town.clerk, " Αίθουσα ").await.unwrap();
    let (second, _) = council.create_source(&town.clerk, "Άλλη").await.unwrap();
    let names: Vec<String> =
        council.sources(town.municipality.id).await.unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Αίθουσα", "Άλλη"]);
    assert_eq!(hall.kind, hint(key.expose()));

    let opens = async |key: &str| {
        let keys = council.keys().await.unwrap();
        keys.iter().find(|(_, hash)| *hash == KeyHash::of(key)).map(|(source, _)| *source)
    };
    assert_eq!(opens(key.expose()).await, Some(hall.id));
    let next = council.rotate_key(&town.clerk, hall.id).await.unwrap();
    assert_eq!(opens(next.expose()).await, Some(hall.id));
    assert_eq!(opens(key.expose()).await, None);
    assert_eq!(council.keys().await.unwrap().len(), 2);
    assert_eq!(council.sources(town.municipality.id).await.unwrap()[0].kind, hint(next.expose()));
    assert!(second.id != hall.id);
    assert_eq!(bench.acts(town.municipality.id).await[2..], ["source.create", "source.create", "source.rotate"]);
}

/// What a source with this key is.
fn hint(key: &str) -> Kind {
    Kind::Push { key_hint: key[key.len() - 4..].to_owned() }
}

fn address(url: &str, user: &str, password: &str) -> NewAddress {
    NewAddress { url: url.into(), user: user.into(), password: password.into() }
}

async fn a_camera_has_an_address_and_no_key(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let (hall, _) = council.create_source(&town.clerk, "Αίθουσα").await.unwrap();
    let new = address("rtsp://10.0.0.7:8554/s1", "clerk", "p@ss");
    let source = council.create_camera(&town.clerk, " Κάμερα ", &new).await.unwrap();
    let Kind::Pull { camera: kept } = &source.kind else { panic!("{source:?}") };
    assert_eq!((source.name.as_str(), kept.host().as_str()), ("Κάμερα", "10.0.0.7:8554"));
    assert_eq!(kept.expose(), "rtsp://clerk:p%40ss@10.0.0.7:8554/s1");
    assert!(council.cameras().await.unwrap() == [(source.id, kept.clone())]);
    let keys: Vec<SourceId> = council.keys().await.unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(keys, [hall.id]);
    let rotated = council.rotate_key(&town.clerk, source.id).await;
    assert!(matches!(rotated, Err(Error::NotFound("source"))), "{rotated:?}");
    let meeting = bench.meeting(&town, 0).await;
    council.assign_source(&town.clerk, meeting.id, source.id, Rank::Primary).await.unwrap();
    assert_eq!(council.meeting_sources(meeting.id).await.unwrap()[0].0.kind, source.kind);

    for (name, wrong, refused) in [
        ("", address("rtsp://10.0.0.7/", "", ""), "name"),
        ("b", address("http://10.0.0.7/", "", ""), "url"),
        ("b", address("rtsp://10.0.0.7/", "", "secret"), "user"),
    ] {
        let answer = council.create_camera(&town.clerk, name, &wrong).await;
        assert!(matches!(answer, Err(Error::Invalid { field, .. }) if field == refused), "{answer:?}");
        let answer = council.move_camera(&town.clerk, source.id, &wrong).await;
        assert!(answer.is_err() || refused == "name", "{answer:?}");
    }
    assert_eq!(council.cameras().await.unwrap().len(), 1);
}

async fn a_camera_gets_another_address(bench: &Bench) {
    let (council, town, other) = (&bench.council, bench.town("rethymno").await, bench.town("amari").await);
    let (hall, _) = council.create_source(&town.clerk, "Αίθουσα").await.unwrap();
    let old = address("rtsp://10.0.0.7/s1", "clerk", "old");
    let camera = council.create_camera(&town.clerk, "Κάμερα", &old).await.unwrap();
    let new = address("rtsp://10.0.0.8/s1", "", "");
    for (clerk, source) in [(&other.clerk, camera.id), (&town.clerk, hall.id), (&town.clerk, SourceId::new())] {
        let foreign = council.move_camera(clerk, source, &new).await;
        assert!(matches!(foreign, Err(Error::NotFound("source"))), "{foreign:?}");
    }
    assert_eq!(council.cameras().await.unwrap()[0].1.expose(), "rtsp://clerk:old@10.0.0.7/s1");
    council.move_camera(&town.clerk, camera.id, &new).await.unwrap();
    let cameras = council.cameras().await.unwrap();
    assert_eq!((cameras.len(), cameras[0].0, cameras[0].1.expose()), (1, camera.id, "rtsp://10.0.0.8/s1"));
    assert_eq!(bench.acts(town.municipality.id).await[2..], ["source.create", "source.create", "source.move"]);
}

async fn a_meeting_has_its_sources_primary_first(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = bench.meeting(&town, 0).await;
    let (a, _) = council.create_source(&town.clerk, "a").await.unwrap();
    let (b, _) = council.create_source(&town.clerk, "b").await.unwrap();
    let order = async || -> Vec<(SourceId, Rank)> {
        let assigned = council.meeting_sources(meeting.id).await.unwrap();
        assigned.into_iter().map(|(source, rank)| (source.id, rank)).collect()
    };
    council.assign_source(&town.clerk, meeting.id, a.id, Rank::Backup).await.unwrap();
    bench.pass(1);
    council.assign_source(&town.clerk, meeting.id, b.id, Rank::Primary).await.unwrap();
    assert_eq!(order().await, [(b.id, Rank::Primary), (a.id, Rank::Backup)]);
    council.assign_source(&town.clerk, meeting.id, b.id, Rank::Backup).await.unwrap();
    council.assign_source(&town.clerk, meeting.id, a.id, Rank::Primary).await.unwrap();
    assert_eq!(order().await, [(a.id, Rank::Primary), (b.id, Rank::Backup)]);
    // An interpreter comes last, and changes language in place.
    for language in ["en", "gsw", "de"] {
        let interpreter = Rank::Interpreter { language: language.parse().unwrap() };
        council.assign_source(&town.clerk, meeting.id, a.id, interpreter).await.unwrap();
        assert_eq!(order().await, [(b.id, Rank::Backup), (a.id, interpreter)]);
    }
    let other = bench.town("amari").await;
    let foreign = council.unassign_source(&other.clerk, meeting.id, a.id).await;
    assert!(matches!(foreign, Err(Error::NotFound("source"))), "{foreign:?}");
    council.unassign_source(&town.clerk, meeting.id, a.id).await.unwrap();
    assert_eq!(order().await, [(b.id, Rank::Backup)]);
    let twice = council.unassign_source(&town.clerk, meeting.id, a.id).await;
    assert!(matches!(twice, Err(Error::NotFound("source"))), "{twice:?}");
    council.assign_source(&town.clerk, meeting.id, a.id, Rank::Primary).await.unwrap();
    assert_eq!(order().await, [(a.id, Rank::Primary), (b.id, Rank::Backup)]);
}

async fn another_municipalitys_source_is_not_found(bench: &Bench) {
    let (council, town, other) = (&bench.council, bench.town("rethymno").await, bench.town("amari").await);
    let meeting = bench.meeting(&town, 0).await;
    let (mine, key) = council.create_source(&town.clerk, "a").await.unwrap();
    let (theirs, _) = council.create_source(&other.clerk, "b").await.unwrap();
    let rank = Rank::Primary;
    let foreign = council.assign_source(&town.clerk, meeting.id, theirs.id, rank).await;
    assert!(matches!(foreign, Err(Error::NotFound("source"))), "{foreign:?}");
    let foreign = council.assign_source(&other.clerk, meeting.id, theirs.id, rank).await;
    assert!(matches!(foreign, Err(Error::NotFound("meeting"))), "{foreign:?}");
    let none = council.assign_source(&town.clerk, MeetingId::new(), mine.id, rank).await;
    assert!(matches!(none, Err(Error::NotFound("meeting"))), "{none:?}");
    let foreign = council.rotate_key(&other.clerk, mine.id).await;
    assert!(matches!(foreign, Err(Error::NotFound("source"))), "{foreign:?}");
    assert!(council.keys().await.unwrap().contains(&(mine.id, KeyHash::of(key.expose()))), "the key still opens");
    assert!(council.meeting_sources(meeting.id).await.unwrap().is_empty());
}

async fn sources_are_limited(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    assert!(council.create_source(&town.clerk, "").await.is_err());
    for n in 0..SOURCES_MAX {
        council.create_source(&town.clerk, &format!("{n}")).await.unwrap();
    }
    let refused = council.create_source(&town.clerk, "more").await;
    assert!(matches!(refused, Err(Error::Invalid { what: "value-too-many", .. })), "{refused:?}");
}

async fn a_source_is_removed(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let (clerk, here) = (&town.clerk, town.municipality.id);
    let (hall, _) = council.create_source(clerk, "Αίθουσα").await.unwrap();
    let (held, coming) = (bench.meeting(&town, 0).await.id, bench.meeting(&town, 60).await.id);
    for meeting in [held, coming] {
        council.assign_source(clerk, meeting, hall.id, Rank::Primary).await.unwrap();
    }
    council.act(clerk, held, Act::Start).await.unwrap();
    let busy = council.remove_source(clerk, hall.id).await;
    assert!(matches!(busy, Err(Error::InUse("source"))), "{busy:?}");
    council.act(clerk, held, Act::End).await.unwrap();

    let other = bench.town("chania").await;
    let foreign = council.remove_source(&other.clerk, hall.id).await;
    assert!(matches!(foreign, Err(Error::NotFound("source"))), "{foreign:?}");
    council.remove_source(clerk, hall.id).await.unwrap();
    assert!(council.sources(here).await.unwrap().is_empty() && council.keys().await.unwrap().is_empty());
    assert!(council.meeting_sources(coming).await.unwrap().is_empty(), "a meeting to come has it no more");
    assert_eq!(council.meeting_sources(held).await.unwrap().len(), 1, "the one that had it still names it");
    for answer in [
        council.remove_source(clerk, hall.id).await,
        council.rotate_key(clerk, hall.id).await.map(drop),
        council.assign_source(clerk, coming, hall.id, Rank::Primary).await,
    ] {
        assert!(matches!(answer, Err(Error::NotFound("source"))), "{answer:?}");
    }
    assert_eq!(bench.acts(here).await.last().unwrap(), "source.remove");
}
