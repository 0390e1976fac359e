//! The smaller pictures beside the source's own.

use ingest::{
    wire::Message,
    worker::{Profile, Rendition},
};
use vod_store::{
    intake::Fault,
    media::{PART_TARGET_MS, Part, Track, TrackKind},
};

use crate::{
    bench::decodes,
    worker::{flv, sets, work, work_in_a_flood, work_in_time_as},
};

/// A source with more lines than the smaller pictures have.
fn large(seconds: u32, coding: &str) -> String {
    format!(
        "-f lavfi -i testsrc2=s=960x540:r=25 -f lavfi -i sine=440:r=48000 -t {seconds} \
         -c:v libx264 -preset ultrafast -pix_fmt yuv420p {coding} -c:a aac"
    )
}

fn on() -> Profile {
    Profile { rendition: Rendition::On, ..Profile::default() }
}

fn of(parts: &[Part], track: &str) -> Vec<Part> {
    parts.iter().filter(|part| part.track.as_str() == track).cloned().collect()
}

fn names(tracks: &[Track]) -> Vec<&str> {
    tracks.iter().map(|track| track.name.as_str()).collect()
}

/// What of a part the two tracks must agree on.
fn times(part: &Part) -> (u64, u32, bool, bool, i64) {
    (part.start, part.duration, part.independent, part.opens_segment, part.captured_at_ms)
}

/// Presentation times, and whether each is a keyframe, as ffprobe reads them from a track.
fn shown(track: &Track, parts: &[Part]) -> Vec<(i64, bool)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("track.mp4");
    let bytes: Vec<u8> = track.init.iter().copied().chain(parts.iter().flat_map(|part| part.data.to_vec())).collect();
    std::fs::write(&path, bytes).unwrap();
    decodes(&path);
    let packets = crate::bench::packets(&path);
    let mut shown: Vec<_> = packets.iter().map(|packet| ((packet.pts * 1000.0).round() as i64, packet.key)).collect();
    shown.sort_unstable();
    shown
}

#[track_caller]
fn lines_up(coding: &str) {
    let sets = sets(&work_in_time_as(&on(), &large(7, coding)));
    assert_eq!(sets.len(), 1);
    let (tracks, parts) = &sets[0];
    assert_eq!(names(tracks), ["video", "audio", "video-360p"]);
    assert_eq!(tracks[2].kind, TrackKind::Video { width: 640, height: 360, frame_rate: Some(25.0) });
    let (own, small) = (of(parts, "video"), of(parts, "video-360p"));
    assert_eq!(own.iter().map(times).collect::<Vec<_>>(), small.iter().map(times).collect::<Vec<_>>());
    assert!(small.iter().filter(|part| part.opens_segment).count() >= 3);
    assert!(small.iter().all(|part| part.duration <= PART_TARGET_MS * 90));
    assert_eq!(shown(&tracks[0], &own), shown(&tracks[2], &small), "the same pictures at the same instants");
    let bytes = |parts: &[Part]| parts.iter().map(|part| part.data.len()).sum::<usize>();
    assert!(bytes(&small) * 8 / 7 < 900_000, "{} bytes in 7 s", bytes(&small));
}

#[test]
fn segments_and_parts_stand_beside_the_sources() {
    lines_up("-g 50 -bf 0");
}

#[test]
fn segments_and_parts_stand_beside_those_of_a_source_that_reorders() {
    lines_up("-preset veryfast -g 50 -bf 2");
}

#[test]
fn a_small_source_and_one_that_is_told_not_to_have_none() {
    let off = Profile { rendition: Rendition::Off, ..Profile::default() };
    let small = "-f lavfi -i testsrc2=s=640x480:r=25 -t 3 -c:v libx264 -preset ultrafast -g 50 -pix_fmt yuv420p -an";
    for (profile, what) in [(off, large(3, "-g 50 -bf 0")), (on(), small.to_owned())] {
        let messages = work(&profile, &flv(&what));
        assert_eq!(names(&sets(&messages)[0].0), ["video", "audio"]);
    }
}

#[test]
fn where_it_cannot_be_held_it_ends_and_the_source_loses_nothing() {
    // More comes at once than can be coded.
    let made = flv(&large(60, "-g 50 -bf 0"));
    let messages = work_in_a_flood(&on(), &made, 60);
    let sets = sets(&messages);
    assert!(names(&sets[0].0).contains(&"video-360p"), "it is tried");
    let last = sets.last().unwrap();
    assert_eq!(names(&last.0), ["video", "audio"], "it has ended");
    assert_eq!(sets.len(), 2, "once");
    let own: Vec<Part> = sets.iter().flat_map(|(_, parts)| of(parts, "video")).collect();
    assert_eq!(own.iter().map(|part| u64::from(part.duration)).sum::<u64>(), 60 * 90_000, "no picture is missing");
    assert!(last.1.iter().any(|part| part.opens_segment), "the set without it begins at a keyframe");
    let said = messages.iter().any(|message| {
        matches!(message, Message::Health { faults, .. } if faults.iter().any(|fault| matches!(fault, Fault::NoRendition { .. })))
    });
    assert!(said, "the go-live screen is told");
}
