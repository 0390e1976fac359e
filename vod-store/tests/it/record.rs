//! The way of parts from a source to the record and to the playlists, on a real disk.

use std::{path::Path, sync::Arc, time::Duration};

use vod_store::{
    MeetingId, Recording, SourceId, Store,
    recording::{PlaylistError, PlaylistRequest, Shows, State},
};

use crate::{
    camera::{Camera, about, payload},
    watching::{bytes, store, text, until},
};

async fn shows(recording: &Recording, state: impl Fn(&State) -> bool) {
    tokio::time::timeout(Duration::from_secs(10), recording.state().wait_for(state)).await.expect("the state").unwrap();
}

/// Every part that the playlist of a rendition has ever named, in order: what the viewers of a recording get.
async fn whole(recording: &Recording, rendition: &str) -> String {
    let rendition = recording.rendition(rendition).unwrap();
    let mut all = String::new();
    for number in 0.. {
        let Some(media) = rendition.segment(number).await else { break };
        all.push_str(&String::from_utf8_lossy(&bytes(media)));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_is_live_then_a_recording_at_the_same_addresses_and_the_same_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (meeting, source) = (MeetingId::new(), SourceId::new());
    let store_one = store(folder.path());
    let recording = store_one.begin(meeting, &about(), &[source]).await.unwrap();
    shows(&recording, |state| *state == State::Waiting).await;
    until("the slate stands before the source comes", async || recording.multivariant(false).is_some()).await;
    let mut camera = Camera::connect(&store_one, source).await;
    camera.send(20).await;
    shows(&recording, |state| *state == State::Running).await;
    let rendition = recording.rendition("video").unwrap();
    until("all parts are public", async || text(&recording, "video").await.contains(".4.m4s\"\n#EXTINF:1.0,")).await;
    let live = text(&recording, "video").await;
    let shorter = PlaylistRequest { skip: true, ..PlaylistRequest::default() };
    let young = rendition.playlist(shorter).await.unwrap();
    assert_eq!(young.text, live.as_bytes(), "there is too little yet to skip any of it");
    let again = rendition.playlist(shorter).await.unwrap();
    assert!(Arc::ptr_eq(&young, &again), "a version is written once for all who ask");
    assert!(live.contains("#EXT-X-PLAYLIST-TYPE:EVENT") && live.contains("#EXT-X-DISCONTINUITY\n#EXT-X-MAP"), "{live}");
    assert!(live.contains("#EXT-X-RENDITION-REPORT:URI=\"audio.m3u8\",LAST-MSN="), "{live}");
    m3u8_rs_check::Reader::from_str(&live, m3u8_rs_check::config::ParsingOptions::default());

    // The hinted part is waited for, and is whole.
    let hint = live.split("PRELOAD-HINT:TYPE=PART,URI=\"video/").nth(1).unwrap().split('.').collect::<Vec<_>>();
    let (number, part): (u64, u64) = (hint[0].parse().unwrap(), hint[1].parse().unwrap());
    let waiting = tokio::spawn({
        let rendition = rendition.clone();
        async move { rendition.part(number, part).await.map(bytes) }
    });
    let blocked = tokio::spawn({
        let rendition = rendition.clone();
        async move { rendition.playlist(PlaylistRequest { msn: Some(number), part: Some(part), skip: true }).await }
    });
    camera.send(1).await;
    assert_eq!(waiting.await.unwrap().unwrap(), payload("video", 20));
    let delta = blocked.await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&delta.text).contains(&format!("video/{number}.{part}.m4s")));
    let far = PlaylistRequest { msn: Some(number + 3), ..PlaylistRequest::default() };
    assert_eq!(rendition.playlist(far).await.err(), Some(PlaylistError::Bad));
    let bad = PlaylistRequest { part: Some(1), ..PlaylistRequest::default() };
    assert_eq!(rendition.playlist(bad).await.err(), Some(PlaylistError::Bad));

    store_one.end(meeting).await.unwrap();
    assert_eq!(*recording.state().borrow(), State::Ended);
    let vod = text(&recording, "video").await;
    assert!(
        vod.contains("#EXT-X-PLAYLIST-TYPE:VOD") && vod.ends_with("#EXT-X-ENDLIST\n") && !vod.contains("PART"),
        "{vod}"
    );
    for track in ["video", "audio"] {
        let all = whole(&recording, track).await;
        let expected: String =
            (0..21).map(|number| String::from_utf8(payload(track, number).to_vec()).unwrap()).collect();
        assert!(all.ends_with(&expected), "{all}");
    }
    store_one.close().await;

    let again = store(folder.path()).recording(meeting).await.unwrap().unwrap();
    assert_eq!(text(&again, "video").await, vod);
    assert_eq!(whole(&again, "audio").await, whole(&recording, "audio").await);
    assert_eq!(again.stretches(), recording.stretches());
    assert!(matches!(
        store(folder.path()).begin(meeting, &about(), &[source]).await,
        Err(vod_store::store::Error::State("ended"))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_goes_gives_way_to_the_slate_and_comes_back_in_the_same_meeting() {
    let folder = tempfile::tempdir().unwrap();
    let (meeting, source) = (MeetingId::new(), SourceId::new());
    let store = store(folder.path());
    let recording = store.begin(meeting, &about(), &[source]).await.unwrap();
    let mut camera = Camera::connect(&store, source).await;
    camera.send(8).await;
    shows(&recording, |state| *state == State::Running).await;
    let gone = std::time::Instant::now();
    drop(camera);
    shows(&recording, |state| matches!(state, State::Away { .. })).await;
    assert!(gone.elapsed() < Duration::from_secs(1), "the slate took {:?}", gone.elapsed());
    let mut camera = Camera::connect(&store, source).await;
    camera.send(8).await;
    shows(&recording, |state| *state == State::Running).await;
    store.end(meeting).await.unwrap();
    let shown: Vec<Shows> = recording.stretches().into_iter().map(|stretch| stretch.shows).collect();
    let at_the_end = &shown[shown.len() - 3..];
    assert_eq!(at_the_end, [Shows::Source { source }, Shows::Gap, Shows::Source { source }]);
    let expected: String = (0..8).map(|number| String::from_utf8(payload("video", number).to_vec()).unwrap()).collect();
    assert_eq!(whole(&recording, "video").await.matches(&expected).count(), 2);
    let count = async |track: &str| text(&recording, track).await.matches("#EXT-X-DISCONTINUITY\n").count();
    assert_eq!(count("video").await, count("audio").await);
}

/// A source on air that has sent eight parts and then falls silent, until the slate stands.
async fn fallen_silent(folder: &Path) -> (Store, MeetingId, SourceId, Arc<Recording>, Camera) {
    let (meeting, source) = (MeetingId::new(), SourceId::new());
    let store = store(folder);
    let recording = store.begin(meeting, &about(), &[source]).await.unwrap();
    let mut camera = Camera::connect(&store, source).await;
    camera.send(8).await;
    shows(&recording, |state| *state == State::Running).await;
    shows(&recording, |state| matches!(state, State::Away { .. })).await;
    (store, meeting, source, recording, camera)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_source_left_behind_when_it_died_is_kept_and_not_put_on_air() {
    let folder = tempfile::tempdir().unwrap();
    let (store, meeting, source, recording, mut camera) = fallen_silent(folder.path()).await;
    // With a keyframe; its connection is closed for good only later.
    camera.send(4).await;
    until("it is on the disk", async || on_disk(folder.path(), "[video 11]")).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    drop(camera);
    tokio::time::sleep(Duration::from_millis(300)).await;
    store.end(meeting).await.unwrap();
    let shown: Vec<Shows> = recording.stretches().into_iter().map(|stretch| stretch.shows).collect();
    assert_eq!(shown[shown.len() - 2..], [Shows::Source { source }, Shows::Gap], "{shown:?}");
    assert!(!whole(&recording, "video").await.contains("[video 10]"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_goes_on_after_a_silence_is_shown_from_its_first_keyframe_once_it_keeps_coming() {
    let folder = tempfile::tempdir().unwrap();
    let (store, meeting, source, recording, mut camera) = fallen_silent(folder.path()).await;
    for _ in 0..5 {
        // The tenth part begins with a keyframe; the next one that does would be the fifteenth.
        camera.send(1).await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    shows(&recording, |state| *state == State::Running).await;
    store.end(meeting).await.unwrap();
    let shown: Vec<Shows> = recording.stretches().into_iter().map(|stretch| stretch.shows).collect();
    assert_eq!(shown[shown.len() - 3..], [Shows::Source { source }, Shows::Gap, Shows::Source { source }]);
    let all = whole(&recording, "video").await;
    assert!(all.ends_with("[video 10][video 11][video 12]"), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_begins_anew_without_going_is_shown_from_its_next_keyframe() {
    let folder = tempfile::tempdir().unwrap();
    let (meeting, source) = (MeetingId::new(), SourceId::new());
    let store = store(folder.path());
    let recording = store.begin(meeting, &about(), &[source]).await.unwrap();
    let mut camera = Camera::connect(&store, source).await;
    camera.send(7).await;
    shows(&recording, |state| *state == State::Running).await;
    // The slate may have stood before it.
    let takes = async || text(&recording, "video").await.matches("#EXT-X-MAP").count();
    let before = takes().await;
    camera.begin_anew().await;
    camera.send(7).await;
    until("both takes are public", async || takes().await > before).await;
    store.end(meeting).await.unwrap();
    let all = whole(&recording, "video").await;
    assert_eq!((all.matches("[video 0]").count(), all.matches("[video 6]").count()), (2, 2), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backup_is_shown_when_the_primary_goes_and_gives_way_when_it_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (meeting, primary, backup) = (MeetingId::new(), SourceId::new(), SourceId::new());
    let store = store(folder.path());
    let recording = store.begin(meeting, &about(), &[primary, backup]).await.unwrap();
    let (mut first, mut second) = (Camera::connect(&store, primary).await, Camera::connect(&store, backup).await);
    let on_air = async |source: SourceId| {
        let shown = Shows::Source { source };
        until("the source is on air", async || {
            recording.stretches().last().map(|stretch| &stretch.shows) == Some(&shown)
        })
        .await;
    };
    first.send(6).await;
    on_air(primary).await;
    second.send(6).await;
    first.send(5).await;
    drop(first);
    tokio::time::sleep(Duration::from_millis(20)).await;
    second.send(10).await;
    on_air(backup).await;
    let mut first = Camera::connect(&store, primary).await;
    first.send(6).await;
    on_air(primary).await;
    store.end(meeting).await.unwrap();
    assert!(
        recording.stretches().iter().filter(|stretch| stretch.shows == Shows::Gap).all(|gap| gap.duration_ms <= 600)
    );
    let takes = std::fs::read_dir(folder.path().join(meeting.to_string())).unwrap();
    assert!(takes.filter(|entry| entry.as_ref().unwrap().path().is_dir()).count() >= 3, "both sources are kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_pause_is_shown_or_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (meeting, source) = (MeetingId::new(), SourceId::new());
    let store = store(folder.path());
    let recording = store.begin(meeting, &about(), &[source]).await.unwrap();
    let mut camera = Camera::connect(&store, source).await;
    camera.send(5).await;
    shows(&recording, |state| *state == State::Running).await;
    until("the parts are public", async || whole(&recording, "video").await.contains("[video 0]")).await;
    store.pause(meeting).await.unwrap();
    assert!(matches!(*recording.state().borrow(), State::Paused { .. }));
    camera.send(10).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    store.resume(meeting).await.unwrap();
    camera.send(5).await;
    shows(&recording, |state| *state == State::Running).await;
    store.end(meeting).await.unwrap();
    let all = whole(&recording, "video").await;
    assert!(all.contains("[video 4]") && all.contains("[video 15]"), "{all}");
    for number in 5..15 {
        let forbidden = format!("[video {number}]");
        assert!(!all.contains(&forbidden), "{forbidden} was said behind closed doors");
        assert!(!on_disk(folder.path(), &forbidden), "{forbidden} is on the disk");
    }
    assert!(on_disk(folder.path(), "[video 15]"), "the search would find what is there");
}

fn on_disk(folder: &Path, what: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return on_disk(&path, what);
        }
        std::fs::read(path).unwrap().windows(what.len()).any(|window| window == what.as_bytes())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_the_same_meeting_goes_on_with_every_part_that_was_public() {
    let folder = tempfile::tempdir().unwrap();
    let (meeting, source) = (MeetingId::new(), SourceId::new());
    let before: Arc<Recording>;
    let public;
    {
        let store = store(folder.path());
        before = store.begin(meeting, &about(), &[source]).await.unwrap();
        let mut camera = Camera::connect(&store, source).await;
        camera.send(12).await;
        shows(&before, |state| *state == State::Running).await;
        until("the last part is public", async || text(&before, "video").await.contains(".1.m4s\"\n#EXT-X-PRELOAD"))
            .await;
        public = text(&before, "video").await;
        // No closing: the folder is read by another store, as after kill -9. A copy, since the first still writes its slate.
        copy(folder.path(), &folder.path().join("crashed"));
    }
    let store = store(&folder.path().join("crashed"));
    assert_eq!(store.catalogue().await.unwrap()[0].ended_at_ms, None);
    let after = store.begin(meeting, &about(), &[source]).await.unwrap();
    let mut camera = Camera::connect(&store, source).await;
    camera.send(6).await;
    shows(&after, |state| *state == State::Running).await;
    let now = text(&after, "video").await;
    let complete = public.split("#EXT-X-PART:").next().unwrap();
    assert!(now.starts_with(complete), "{now}\n--- must go on from ---\n{public}");
    let all = whole(&after, "video").await;
    for number in 0..12 {
        assert!(all.contains(&format!("[video {number}]")), "part {number} was public and is lost");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn verification_finds_one_changed_byte_in_a_track_and_in_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let (meeting, source) = (MeetingId::new(), SourceId::new());
    let store = store(folder.path());
    let recording = store.begin(meeting, &about(), &[source]).await.unwrap();
    let mut camera = Camera::connect(&store, source).await;
    camera.send(10).await;
    shows(&recording, |state| *state == State::Running).await;
    store.end(meeting).await.unwrap();
    let sound = store.verify(|_| {}).unwrap();
    assert!(sound.recordings == 1 && sound.parts > 20 && sound.faults.is_empty() && sound.torn.is_empty(), "{sound:?}");
    for (needle, name) in [("[video 3]", "video.mp4"), ("\"s\":18000", "journal"), ("Έγκριση", "program")] {
        let path = find(folder.path(), name, needle);
        let bytes = std::fs::read(&path).unwrap();
        let at = bytes.windows(needle.len()).position(|window| window == needle.as_bytes()).unwrap();
        let mut changed = bytes.clone();
        changed[at + needle.len() - 1] ^= 1;
        std::fs::write(&path, &changed).unwrap();
        let report = store.verify(|_| {}).unwrap();
        assert!(!report.faults.is_empty(), "a changed {name} was not found");
        std::fs::write(&path, bytes).unwrap();
    }
    // The chain of a journal whose end is cut off is whole: the programme says how much was public.
    let path = find(folder.path(), "journal", &source.to_string());
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    std::fs::write(&path, lines[..lines.len() - 4].concat()).unwrap();
    let report = store.verify(|_| {}).unwrap();
    assert!(report.faults.iter().any(|fault| fault.contains("that were public are missing")), "{report:?}");
    std::fs::write(&path, text).unwrap();
    // What a power cut leaves of a take that was just being made is nobody's fault.
    let begun = folder.path().join(meeting.to_string()).join("begun");
    std::fs::create_dir(&begun).unwrap();
    std::fs::write(begun.join("journal"), "").unwrap();
    let report = store.verify(|_| {}).unwrap();
    assert!(report.faults.is_empty() && report.torn.len() == 1, "{report:?}");
}

/// The file of this name that contains `needle`.
fn find(folder: &Path, name: &str, needle: &str) -> std::path::PathBuf {
    fn walk(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(folder, &mut found);
    let holds = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        path.file_name().unwrap() == name && bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    };
    found.into_iter().find(holds).expect("a file with this in it")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path == to {
        } else if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
