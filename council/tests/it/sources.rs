//! Sources and their keys.

use council::{
    Error, MeetingId, SourceId,
    source::{Protocol, Rank, SOURCES_MAX},
    stream_key::KeyHash,
};

use crate::bench::{Bench, on_both};

on_both! {
    a_key_opens_until_it_is_rotated
    a_meeting_has_its_sources_primary_first
    another_municipalitys_source_is_not_found
    sources_are_limited
}

async fn a_key_opens_until_it_is_rotated(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let (hall, key) = council.create_source(&town.clerk, " Αίθουσα ", Protocol::Srt).await.unwrap();
    let url = "rtsp://admin:secret@camera.example/1".to_owned();
    let camera = Protocol::Rtsp { url };
    let (second, _) = council.create_source(&town.clerk, "Άλλη", camera.clone()).await.unwrap();
    let names: Vec<String> =
        council.sources(town.municipality.id).await.unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Αίθουσα", "Άλλη"]);
    assert!(council.sources(town.municipality.id).await.unwrap()[1].protocol == camera);
    assert_eq!(hall.key_hint, key.expose()[key.expose().len() - 4..]);

    let opens = async |key: &str| {
        let keys = council.keys().await.unwrap();
        keys.iter().find(|(_, hash)| *hash == KeyHash::of(key)).map(|(source, _)| *source)
    };
    assert_eq!(opens(key.expose()).await, Some(hall.id));
    let next = council.rotate_key(&town.clerk, hall.id).await.unwrap();
    assert_eq!(opens(next.expose()).await, Some(hall.id));
    assert_eq!(opens(key.expose()).await, None);
    assert_eq!(council.keys().await.unwrap().len(), 2);
    let hint = &council.sources(town.municipality.id).await.unwrap()[0].key_hint;
    assert!(next.expose().ends_with(hint.as_str()));
    assert!(second.id != hall.id);
    assert_eq!(bench.acts(town.municipality.id).await[2..], ["source.create", "source.create", "source.rotate"]);
}

async fn a_meeting_has_its_sources_primary_first(bench: &Bench) {
    let (council, town) = (&bench.council, bench.town("rethymno").await);
    let meeting = bench.meeting(&town, 0).await;
    let (a, _) = council.create_source(&town.clerk, "a", Protocol::Rtmp).await.unwrap();
    let (b, _) = council.create_source(&town.clerk, "b", Protocol::Srt).await.unwrap();
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
}

async fn another_municipalitys_source_is_not_found(bench: &Bench) {
    let (council, town, other) = (&bench.council, bench.town("rethymno").await, bench.town("amari").await);
    let meeting = bench.meeting(&town, 0).await;
    let (mine, key) = council.create_source(&town.clerk, "a", Protocol::Rtmp).await.unwrap();
    let (theirs, _) = council.create_source(&other.clerk, "b", Protocol::Rtmp).await.unwrap();
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
    assert!(council.create_source(&town.clerk, "", Protocol::Rtmp).await.is_err());
    for n in 0..SOURCES_MAX {
        council.create_source(&town.clerk, &format!("{n}"), Protocol::Rtmp).await.unwrap();
    }
    let refused = council.create_source(&town.clerk, "more", Protocol::Rtmp).await;
    assert!(matches!(refused, Err(Error::Invalid { what: "value-too-many", .. })), "{refused:?}");
}
