//! The smaller rendition on the record: beside the source's own pictures, late, and gone.

use std::time::Duration;

use vod_store::SourceId;

use crate::{
    camera::Camera,
    watching::{index, on_air, playlist, running, text},
};

/// What a playlist says of the segments of its last cut: their dates and durations.
fn last_cut(text: &str) -> Vec<&str> {
    let cut = text.rsplit("#EXT-X-MAP").next().unwrap();
    cut.lines().filter(|line| line.starts_with("#EXTINF") || line.starts_with("#EXT-X-PROGRAM-DATE-TIME")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_are_offered_stand_side_by_side_and_report_on_each_other() {
    let source = SourceId::new();
    let (store, meeting, recording, _folder) = running(&[source], "video").await;
    let mut camera = Camera::connect(&store, source).await;
    camera.with_smaller(Some(1)).await;
    on_air(&mut camera, &recording, 18).await;
    let small =
        playlist(&recording, "video-360p", |text| text.contains(".4.m4s\"\n#EXTINF") && last_cut(text).len() >= 4);
    let small = small.await;
    let own = playlist(&recording, "video", |text| last_cut(text).len() >= last_cut(&small).len()).await;
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
    let (store, _, recording, _folder) = running(&[source], "video").await;
    let mut camera = Camera::connect(&store, source).await;
    camera.with_smaller(Some(0)).await;
    on_air(&mut camera, &recording, 10).await;
    playlist(&recording, "video-360p", |text| text.contains("#EXT-X-MAP:URI=\"video-360p/init-1.mp4\"")).await;
    assert!(index(&recording).contains("video-360p.m3u8"));
    camera.with_smaller(None).await;
    camera.send(11).await;
    let small =
        playlist(&recording, "video-360p", |text| text.contains("init-2.mp4") && last_cut(text).len() >= 3).await;
    let own = playlist(&recording, "video", |text| last_cut(text).len() >= last_cut(&small).len()).await;
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
    let (store, _, recording, _folder) = running(&[primary, backup], "video").await;
    let mut second = Camera::connect(&store, backup).await;
    second.with_smaller(Some(3)).await;
    let mut first = Camera::connect(&store, primary).await;
    first.with_smaller(Some(3)).await;
    on_air(&mut first, &recording, 0).await;
    second.send(12).await;
    playlist(&recording, "video", |text| text.contains("init-1.mp4")).await;
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
    let small = playlist(&recording, "video-360p", |text| {
        let (cut, parts) = text.rsplit("init-").next().unwrap().split_once(".mp4").unwrap_or_default();
        let backups = |cut: usize| cut > 1 && rendition.init(cut as u64).is_some_and(|init| init == "video-360p");
        cut.parse().is_ok_and(backups) && parts.contains("#EXT-X-PART:")
    });
    let small = small.await;
    let cut = small.rsplit("#EXT-X-MAP").next().unwrap();
    let first = cut.lines().find(|line| line.starts_with("#EXT-X-PART:")).unwrap();
    assert!(first.contains("INDEPENDENT=YES"), "{small}");
}
