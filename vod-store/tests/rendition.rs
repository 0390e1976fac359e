//! The smaller rendition on the record: beside the source's own pictures, late, and gone.

#![allow(clippy::unwrap_used, reason = "in a test a failed unwrap is a failed test")]

mod camera;

use std::{sync::Arc, time::Duration};

use camera::{Camera, about};
use vod_store::{
    Clock, Intake, MeetingId, Recording, SourceId, Store,
    recording::{PlaylistRequest, State},
};

async fn text(recording: &Recording, rendition: &str) -> String {
    let Some(rendition) = recording.rendition(rendition) else { return String::new() };
    let playlist = rendition.playlist(PlaylistRequest::default()).await.unwrap();
    String::from_utf8(playlist.text.to_vec()).unwrap()
}

fn index(recording: &Recording) -> String {
    String::from_utf8(recording.multivariant().unwrap().text.to_vec()).unwrap()
}

/// Waits until a playlist of the recording is as wanted, ten seconds at most.
async fn until(recording: &Recording, rendition: &str, holds: impl Fn(&str) -> bool) -> String {
    for _ in 0..1000 {
        let text = text(recording, rendition).await;
        if holds(&text) {
            return text;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("in ten seconds it did not come to this: {}", text(recording, rendition).await);
}

async fn running(sources: &[SourceId]) -> (Store, MeetingId, Arc<Recording>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_owned(), Intake::new(Clock::system()), Clock::system()).unwrap();
    let meeting = MeetingId::new();
    let recording = store.begin(meeting, &about(), sources).await.unwrap();
    // The slate stands first, so that cuts have the same numbers every time.
    until(&recording, "video", |text| text.contains("init-0.mp4")).await;
    (store, meeting, recording, folder)
}

/// What a playlist says of the segments of its last cut: their dates and durations.
fn last_cut(text: &str) -> Vec<&str> {
    let cut = text.rsplit("#EXT-X-MAP").next().unwrap();
    cut.lines().filter(|line| line.starts_with("#EXTINF") || line.starts_with("#EXT-X-PROGRAM-DATE-TIME")).collect()
}

/// Sends until the take is on air, and `more` beyond that.
async fn on_air(camera: &mut Camera, recording: &Recording, more: u64) {
    camera.send(6).await;
    recording.state().wait_for(|state| *state == State::Running).await.unwrap();
    camera.send(more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_are_offered_stand_side_by_side_and_report_on_each_other() {
    let source = SourceId::new();
    let (store, meeting, recording, _folder) = running(&[source]).await;
    let mut camera = Camera::connect(&store, source).await;
    camera.with_smaller(Some(1)).await;
    on_air(&mut camera, &recording, 18).await;
    let small = until(&recording, "video-360p", |text| text.contains(".4.m4s\"\n#EXTINF") && last_cut(text).len() >= 4);
    let small = small.await;
    let own = until(&recording, "video", |text| last_cut(text).len() >= last_cut(&small).len()).await;
    assert!(last_cut(&own).starts_with(&last_cut(&small)), "{own}{small}");
    assert!(own.contains("#EXT-X-RENDITION-REPORT:URI=\"video-360p.m3u8\""), "{own}");
    assert!(own.contains("#EXT-X-RENDITION-REPORT:URI=\"audio.m3u8\""), "{own}");
    assert!(small.contains("#EXT-X-RENDITION-REPORT:URI=\"video.m3u8\""), "{small}");
    let count = |text: &str| text.matches("#EXT-X-DISCONTINUITY\n").count();
    assert_eq!(count(&own), count(&small));
    let index = index(&recording);
    let variants = index.matches("#EXT-X-STREAM-INF").count();
    assert_eq!(variants, 3, "the source's, the smaller, and sound alone: {index}");
    store.end(meeting).await.unwrap();
    assert_eq!(last_cut(&text(&recording, "video").await).len(), last_cut(&text(&recording, "video-360p").await).len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rendition_that_ends_is_offered_no_more_and_who_plays_it_sees_the_source() {
    let source = SourceId::new();
    let (store, _, recording, _folder) = running(&[source]).await;
    let mut camera = Camera::connect(&store, source).await;
    camera.with_smaller(Some(0)).await;
    on_air(&mut camera, &recording, 10).await;
    until(&recording, "video-360p", |text| text.contains("#EXT-X-MAP:URI=\"video-360p/init-1.mp4\"")).await;
    assert!(index(&recording).contains("video-360p.m3u8"));
    camera.with_smaller(None).await;
    camera.send(11).await;
    let small = until(&recording, "video-360p", |text| text.contains("init-2.mp4") && last_cut(text).len() >= 3).await;
    let own = until(&recording, "video", |text| last_cut(text).len() >= last_cut(&small).len()).await;
    assert!(last_cut(&own).starts_with(&last_cut(&small)), "its playlist goes on as the source's does: {own}{small}");
    let rendition = recording.rendition("video-360p").unwrap();
    assert_eq!(rendition.init(1).unwrap(), "video-360p");
    assert_eq!(rendition.init(2).unwrap(), "video", "with the source's pictures");
    let index = index(&recording);
    assert!(!index.contains("video-360p.m3u8") && index.contains("video.m3u8"), "{index}");
}

#[tokio::test(flavor = "multi_thread")]
async fn smaller_pictures_that_are_older_than_a_cut_are_not_shown_after_it() {
    let (primary, backup) = (SourceId::new(), SourceId::new());
    let (store, _, recording, _folder) = running(&[primary, backup]).await;
    let mut second = Camera::connect(&store, backup).await;
    second.with_smaller(Some(3)).await;
    let mut first = Camera::connect(&store, primary).await;
    first.with_smaller(Some(3)).await;
    on_air(&mut first, &recording, 0).await;
    second.send(12).await;
    until(&recording, "video", |text| text.contains("init-1.mp4")).await;
    // Time for the backup's to reach the disk.
    tokio::time::sleep(Duration::from_millis(500)).await;
    // The primary goes: the backup is shown from its next keyframe on, for which its smaller pictures are late.
    drop(first);
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..12 {
        second.send(1).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let rendition = recording.rendition("video-360p").unwrap();
    let small = until(&recording, "video-360p", |text| {
        let (cut, parts) = text.rsplit("init-").next().unwrap().split_once(".mp4").unwrap_or_default();
        let backups = |cut: usize| cut > 1 && rendition.init(cut as u64).is_some_and(|init| init == "video-360p");
        cut.parse().is_ok_and(backups) && parts.contains("#EXT-X-PART:")
    });
    let small = small.await;
    let cut = small.rsplit("#EXT-X-MAP").next().unwrap();
    let first = cut.lines().find(|line| line.starts_with("#EXT-X-PART:")).unwrap();
    assert!(first.contains("INDEPENDENT=YES"), "{small}");
}
