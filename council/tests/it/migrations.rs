//! What an older version kept is there after the migrations.

use council::{
    AccountId, Clock, Council, MeetingId, MunicipalityId, SourceId,
    source::{Kind, Rank},
};

use crate::{db, postgres::Server};

#[tokio::test]
async fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    sources_are_moved(&format!("sqlite://{}/bema.db?mode=rwc", folder.path().display())).await;
}

#[tokio::test]
async fn postgres() {
    let Some(server) = Server::find() else { return };
    let name = format!("test_{}", AccountId::new().to_string().replace('-', "_"));
    db::create_database(&server.url("postgres"), &name).await;
    sources_are_moved(&server.url(&name)).await;
    db::drop_database(&server.url("postgres"), &name).await;
}

async fn sources_are_moved(url: &str) {
    let id = |last: u8| format!("01900000-0000-7000-8000-00000000000{last}");
    db::install_first(url).await;
    let council = Council::open(url, Clock::system()).await.unwrap();
    let (hall, camera): (SourceId, SourceId) = (id(4).parse().unwrap(), id(5).parse().unwrap());
    let municipality: MunicipalityId = id(1).parse().unwrap();
    let kept = council.sources(municipality).await.unwrap();
    assert_eq!(kept.iter().map(|source| source.id).collect::<Vec<_>>(), [camera, hall]);
    assert_eq!(kept[1].kind, Kind::Push { key_hint: "abcd".into() });
    let keys: Vec<SourceId> = council.keys().await.unwrap().into_iter().map(|(source, _)| source).collect();
    assert_eq!(keys, [hall]);
    let cameras = council.cameras().await.unwrap();
    assert_eq!((cameras.len(), cameras[0].0, cameras[0].1.expose()), (1, camera, "rtsp://u:p@camera/1"));
    let meeting: MeetingId = id(3).parse().unwrap();
    let assigned = council.meeting_sources(meeting).await.unwrap();
    let assigned: Vec<_> = assigned.into_iter().map(|(source, rank)| (source.id, rank)).collect();
    assert_eq!(assigned, [(hall, Rank::Primary), (camera, Rank::Backup)]);
    // Its agenda, which was text, has become items; opened again, it is not moved again.
    let agenda = council.agenda(municipality, meeting).await.unwrap();
    assert_eq!(agenda.lines(), ["1. Πρακτικά", "2. Ύδρευση"]);
    let again = Council::open(url, Clock::system()).await.unwrap();
    assert_eq!(again.agenda(municipality, meeting).await.unwrap(), agenda);
    again.close().await;
    // The tables still refer to one another by their names.
    let clerk = council::permission::Clerk::console(municipality, AccountId::new());
    let foreign = council.assign_source(&clerk, meeting, SourceId::new(), Rank::Primary).await;
    assert!(foreign.is_err(), "{foreign:?}");
    council.close().await;
}
