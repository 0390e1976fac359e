//! Behind closed doors: a camera whose every part says when it was taken, and a search for what must be nowhere.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;
use vod_store::{
    Clock, Intake, MeetingId, Recording, SourceId, Store,
    intake::{Connection, Feed, Thumbnail},
    media::{Part, Track, TrackKind},
    recording::{Shows, State},
};

use crate::{
    camera::about,
    watching::{bytes, store, text, until},
};

const PART_MS: i64 = 200;

/// A camera in the chamber: a part each fifth of a second, which arrives `late` after it was taken.
struct Chamber {
    feed: Feed,
    late: i64,
    began_ms: i64,
    /// Of the parts that were sent: when each was taken.
    sent: Vec<i64>,
}

impl Chamber {
    async fn connect(store: &Store, source: SourceId, late: i64) -> Self {
        let connection = Connection { protocol: "rtmp", remote: "test".into(), encoder: "test".into(), since_ms: 0 };
        let feed = store.intake().connect(source, connection).unwrap();
        let kind = TrackKind::Video { width: 1280, height: 720, frame_rate: Some(25.0) };
        let (name, codec, init) = ("video".parse().unwrap(), "avc1.64001f".into(), Bytes::from_static(b"init"));
        feed.tracks(vec![Track { name, kind, codec, timescale: 1000, init }]).await.unwrap();
        Self { feed, late, began_ms: Clock::system().now_ms() - late, sent: Vec::new() }
    }

    /// Sends in real time, for so long, all that has arrived by then.
    async fn film(&mut self, duration: Duration) {
        let until = Instant::now() + duration;
        while Instant::now() < until {
            let number = i64::try_from(self.sent.len()).unwrap();
            let taken_ms = self.began_ms + number * PART_MS;
            let due_ms = taken_ms + PART_MS + self.late;
            let wait = due_ms - Clock::system().now_ms();
            if let Ok(wait) = u64::try_from(wait) {
                tokio::time::sleep(Duration::from_millis(wait)).await;
            }
            let opens = number % 5 == 0;
            let part = Part {
                track: "video".parse().unwrap(),
                start: u64::try_from(number * PART_MS).unwrap(),
                duration: 200,
                independent: opens,
                opens_segment: opens,
                captured_at_ms: taken_ms,
                data: marked(taken_ms).into(),
            };
            self.feed.part(part).await.unwrap();
            self.feed.thumbnail(Thumbnail { at_ms: taken_ms, jpeg: marked(taken_ms).into() }).await;
            self.sent.push(taken_ms);
        }
    }
}

/// The bytes of what was taken then.
fn marked(taken_ms: i64) -> String {
    format!("[taken {taken_ms}]")
}

/// What of these bytes was taken when.
fn taken(bytes: &[u8]) -> Vec<i64> {
    let text = String::from_utf8_lossy(bytes);
    text.split("[taken ").skip(1).map(|rest| rest.split(']').next().unwrap().parse().unwrap()).collect()
}

/// Everything in a folder.
fn on_disk(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend(if path.is_dir() { on_disk(&path) } else { std::fs::read(path).unwrap() });
    }
    all
}

/// Everything that a viewer can get: segments, parts, the hinted ones too, and small pictures.
async fn public(recording: &Recording) -> Vec<u8> {
    let mut all = Vec::new();
    for rendition in recording.renditions() {
        let playlist = text(recording, rendition.name()).await;
        let named = (0..).take_while(|number| playlist.contains(&format!("{}/{number}.", rendition.name())));
        for number in named {
            if let Some(media) = rendition.segment(number).await {
                all.extend(bytes(media));
            }
            for part in 0..30 {
                let answer = tokio::time::timeout(Duration::from_millis(300), rendition.part(number, part)).await;
                let Ok(Some(media)) = answer else { break };
                all.extend(bytes(media));
            }
        }
    }
    for at_ms in recording.thumbnails() {
        all.extend(bytes(recording.thumbnail(at_ms).unwrap().1));
    }
    all
}

async fn running(recording: &Recording) {
    let mut state = recording.state();
    tokio::time::timeout(Duration::from_secs(15), state.wait_for(|state| *state == State::Running))
        .await
        .expect("the picture is back")
        .unwrap();
}

/// Nothing of between the two instants is among these.
fn none_of(found: &[i64], (from, to): (i64, i64), place: &str) {
    let forbidden: Vec<&i64> = found.iter().filter(|taken| (from - PART_MS + 1..to).contains(*taken)).collect();
    assert!(forbidden.is_empty(), "{place}: {forbidden:?} of {from}–{to}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_taken_behind_closed_doors_is_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let (meeting, source) = (MeetingId::new(), SourceId::new());
    let store = store(folder.path());
    let recording = store.begin(meeting, &about(), &[source]).await.unwrap();
    let mut camera = Chamber::connect(&store, source, 700).await;
    camera.film(Duration::from_secs(3)).await;
    running(&recording).await;
    until("a small picture is kept", async || !recording.thumbnails().is_empty()).await;
    assert!(store.intake().thumbnail(source).is_some());

    let closed_ms = Clock::system().now_ms();
    store.close_doors(meeting).await.unwrap();
    assert!(store.intake().thumbnail(source).is_none() && store.intake().closed(source), "the preview is off");
    store.close_doors(meeting).await.unwrap();
    let since_ms = match *recording.state().borrow() {
        State::InCamera { since_ms } => since_ms,
        ref other => panic!("{other:?}"),
    };
    assert!((closed_ms..closed_ms + 100).contains(&since_ms), "pressed twice, since the first press");
    camera.film(Duration::from_millis(5500)).await;
    // Presses that come behind change nothing.
    store.pause(meeting).await.unwrap();
    store.resume(meeting).await.unwrap();
    camera.film(Duration::from_millis(500)).await;
    assert!(matches!(*recording.state().borrow(), State::InCamera { .. }));
    let seen = taken(&public(&recording).await);
    none_of(&seen, (closed_ms, i64::MAX), "public while the doors are closed");
    none_of(&taken(&on_disk(folder.path())), (closed_ms, i64::MAX), "on the disk while the doors are closed");
    let opened_ms = Clock::system().now_ms();
    store.open_doors(meeting).await.unwrap();
    assert!(matches!(*recording.state().borrow(), State::Opening { .. }));
    camera.film(Duration::from_secs(6)).await;
    running(&recording).await;
    store.end(meeting).await.unwrap();

    let forbidden = (closed_ms, opened_ms);
    let (seen, kept) = (taken(&public(&recording).await), taken(&on_disk(folder.path())));
    none_of(&seen, forbidden, "public");
    none_of(&kept, forbidden, "on the disk");
    let behind = camera.sent.iter().filter(|taken| (closed_ms..opened_ms).contains(*taken)).count();
    assert!(behind >= 25, "{behind} parts were taken behind closed doors");
    for found in [&seen, &kept] {
        assert!(found.iter().any(|taken| *taken < closed_ms - PART_MS), "what came before is there");
        let back = found.iter().filter(|taken| **taken >= opened_ms).min().expect("and what came after");
        println!("the first picture was taken {} ms after the doors were opened", back - opened_ms);
        assert!(back - opened_ms < 5_000);
    }
    let shown: Vec<Shows> = recording.stretches().into_iter().map(|stretch| stretch.shows).collect();
    let source = Shows::Source { source };
    assert_eq!(shown[shown.len() - 3..], [source.clone(), Shows::InCamera, source]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_finds_the_doors_closed_and_opening_them_is_the_clerks_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (meeting, source) = (MeetingId::new(), SourceId::new());
    let first = store(folder.path());
    let recording = first.begin(meeting, &about(), &[source]).await.unwrap();
    let mut camera = Chamber::connect(&first, source, 0).await;
    camera.film(Duration::from_secs(2)).await;
    running(&recording).await;
    let closed_ms = Clock::system().now_ms();
    first.close_doors(meeting).await.unwrap();
    camera.film(Duration::from_secs(1)).await;
    drop(camera);
    first.close().await;

    let again = store(folder.path());
    let entry = again.catalogue().await.unwrap().remove(0);
    assert!(entry.in_camera_at_ms.is_some_and(|at_ms| at_ms >= closed_ms) && entry.paused_at_ms.is_none());
    let recording = again.begin(meeting, &about(), &[source]).await.unwrap();
    assert!(matches!(*recording.state().borrow(), State::InCamera { since_ms } if since_ms >= closed_ms));
    let mut camera = Chamber::connect(&again, source, 0).await;
    camera.film(Duration::from_secs(2)).await;
    // A source that is assigned meanwhile stands in the same chamber.
    let other = SourceId::new();
    again.set_sources(meeting, vec![source, other]).await.unwrap();
    let mut second = Chamber::connect(&again, other, 0).await;
    second.film(Duration::from_secs(2)).await;
    none_of(&taken(&on_disk(folder.path())), (closed_ms, i64::MAX), "on the disk");
    // The meeting may end so.
    again.end(meeting).await.unwrap();
    let found = taken(&public(&recording).await);
    none_of(&found, (closed_ms, i64::MAX), "public");
    assert!(
        !again.intake().closed(source) && !again.intake().closed(other),
        "the chamber is free for the next meeting"
    );
    let last = recording.stretches().pop().unwrap();
    assert_eq!(last.shows, Shows::InCamera);
    assert!(last.duration_ms > 2_000, "{last:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_else_has_the_source_is_shown_nothing_of_it_either() {
    let folder = tempfile::tempdir().unwrap();
    let (closed, open, source) = (MeetingId::new(), MeetingId::new(), SourceId::new());
    let store = Store::open(folder.path().to_owned(), Intake::new(Clock::system()), Clock::system()).unwrap();
    let behind = store.begin(closed, &about(), &[source]).await.unwrap();
    let beside = store.begin(open, &about(), &[source]).await.unwrap();
    let mut camera = Chamber::connect(&store, source, 0).await;
    camera.film(Duration::from_secs(2)).await;
    running(&behind).await;
    running(&beside).await;
    let closed_ms = Clock::system().now_ms();
    store.close_doors(closed).await.unwrap();
    camera.film(Duration::from_secs(2)).await;
    store.close_doors(MeetingId::new()).await.unwrap_err();
    none_of(&taken(&public(&beside).await), (closed_ms, i64::MAX), "public in the other meeting");
    none_of(&taken(&on_disk(folder.path())), (closed_ms, i64::MAX), "on the disk");
}
