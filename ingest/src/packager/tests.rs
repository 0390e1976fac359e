//! Whole sources through the packager.

use bytes::Bytes;
use vod_store::media::{Part, Track};

use super::{AudioFrame, Carries, Output, Packager, VideoFrame};

/// x264's configuration of 320x180 at 25 frames a second.
const AVC: &[u8] = &[
    0x01, 0x42, 0xc0, 0x0c, 0xff, 0xe1, 0x00, 0x17, 0x67, 0x42, 0xc0, 0x0c, 0xda, 0x05, 0x06, 0x7e, 0x7c, 0x04, 0x40,
    0x00, 0x00, 0x03, 0x00, 0x40, 0x00, 0x00, 0x0c, 0x83, 0xc5, 0x0a, 0xa8, 0x01, 0x00, 0x04, 0x68, 0xce, 0x0f, 0xc8,
];

struct Source {
    packager: Packager,
    sets: Vec<(Vec<Track>, Vec<Part>)>,
}

impl Source {
    fn new(sound: bool) -> Self {
        let mut packager = Packager::new();
        packager.video_configuration(Bytes::from_static(AVC)).unwrap();
        if sound {
            packager.audio_configuration(Bytes::from_static(&[0x11, 0x90])).unwrap();
        }
        Self { packager, sets: Vec::new() }
    }

    /// Sends pictures and sound for `span` milliseconds of stamps, with the wall clock `late` behind.
    fn send(&mut self, span: std::ops::Range<i64>, pictures: bool, sound: bool, late_ms: i64) {
        for ms in span {
            if pictures && ms % 40 == 0 {
                let key = ms % 2000 == 0;
                let (dts, data, arrived_ms) = (ms * 90, Bytes::from_static(b"picture"), ms + late_ms);
                self.packager.video(VideoFrame { dts, pts: dts, key, data, arrived_ms });
            }
            // A frame of 1024 samples at 48 kHz lasts 64/3 ms.
            if sound && ms * 3 % 64 < 3 {
                let (data, arrived_ms) = (Bytes::from_static(b"sound"), ms + late_ms);
                self.packager.audio(AudioFrame { pts: ms * 90, data, arrived_ms });
            }
        }
        for output in self.packager.take() {
            match output {
                Output::Tracks(tracks) => self.sets.push((tracks, Vec::new())),
                Output::Part(part) => self.sets.last_mut().expect("tracks come before parts").1.push(part),
            }
        }
    }

    /// Seconds of a track in a set, and where it starts and ends.
    fn extent(&self, set: usize, track: &str) -> (f64, f64) {
        let (tracks, parts) = &self.sets[set];
        let scale = f64::from(tracks.iter().find(|one| one.name.as_str() == track).unwrap().timescale);
        let of: Vec<&Part> = parts.iter().filter(|part| part.track.as_str() == track).collect();
        let (first, last) = (of.first().unwrap(), of.last().unwrap());
        (first.start as f64 / scale, (last.start + u64::from(last.duration)) as f64 / scale)
    }

    #[track_caller]
    fn check(&self, set: usize, track: &str, from: f64, to: f64) {
        let (start, end) = self.extent(set, track);
        assert!((start - from).abs() < 0.05 && (end - to).abs() < 0.25, "{track} of set {set}: {start} to {end}");
    }
}

#[test]
fn a_set_begins_at_the_first_keyframe_and_sound_before_it_is_left_out() {
    let mut source = Source::new(true);
    source.send(1500..8000, true, true, 0);
    source.packager.close();
    source.send(0..0, false, false, 0);
    assert_eq!(source.sets.len(), 1);
    source.check(0, "video", 0.0, 6.0);
    source.check(0, "audio", 0.0, 6.0);
    let walls: Vec<i64> = source.sets[0].1.iter().map(|part| part.captured_at_ms).collect();
    assert!((2000..2030).contains(&walls[0]), "captured when it was: {}", walls[0]);
}

#[test]
fn stamps_that_jump_begin_a_new_set() {
    let mut source = Source::new(true);
    source.send(0..6000, true, true, 0);
    source.send(3_600_000..3_606_000, true, true, -3_594_000);
    source.send(2000..8000, true, true, 10_000);
    source.packager.close();
    source.send(0..0, false, false, 0);
    assert_eq!(source.sets.len(), 3);
    for set in 0..3 {
        source.check(set, "video", 0.0, 6.0);
        source.check(set, "audio", 0.0, 6.0);
    }
    let walls: Vec<i64> = source.sets.iter().map(|(_, parts)| parts[0].captured_at_ms).collect();
    assert!(walls[1] - 6000 < 50 && walls[2] - 12_000 < 50, "the wall clock does not jump with them: {walls:?}");
}

#[test]
fn a_pause_of_some_seconds_is_a_hole_and_no_drift() {
    let mut source = Source::new(true);
    source.send(0..4000, true, true, 0);
    source.send(6000..10_000, true, true, 0);
    source.packager.close();
    source.send(0..0, false, false, 0);
    assert_eq!(source.sets.len(), 1);
    source.check(0, "video", 0.0, 10.0);
    source.check(0, "audio", 0.0, 10.0);
    let video = source.sets[0].1.iter().filter(|part| part.track.as_str() == "video");
    let shown: u32 = video.map(|part| part.duration).sum();
    assert_eq!(shown, 8 * 90_000, "the hole is in no part");
}

#[test]
fn sound_that_comes_and_goes_begins_new_sets() {
    let mut source = Source::new(true);
    source.send(0..10_000, true, false, 0);
    assert_eq!(source.packager.carries(), Carries { video: true, audio: false });
    source.check(0, "audio", 0.0, 10.0);
    source.send(10_000..20_000, true, true, 0);
    assert_eq!(source.packager.carries(), Carries { video: true, audio: true });
    source.send(20_000..30_000, true, false, 0);
    assert_eq!(source.packager.carries(), Carries { video: true, audio: false });
    assert_eq!(source.sets.len(), 3);
}

#[test]
fn pictures_that_go_leave_sound_and_come_back() {
    let mut source = Source::new(true);
    source.send(0..8000, true, true, 0);
    source.send(8000..16_000, false, true, 0);
    assert_eq!(source.packager.carries(), Carries { video: false, audio: true });
    source.send(16_000..24_000, true, true, 0);
    assert_eq!(source.packager.carries(), Carries { video: true, audio: true });
    let tracks: Vec<usize> = source.sets.iter().map(|(tracks, _)| tracks.len()).collect();
    assert_eq!(tracks, [2, 1, 2]);
}

#[test]
fn sound_alone_is_a_set_after_three_seconds() {
    let mut source = Source::new(true);
    source.send(0..10_000, false, true, 0);
    assert_eq!(source.packager.carries(), Carries { video: false, audio: true });
    source.check(0, "audio", 0.0, 7.0);
}

#[test]
fn sound_whose_stamps_left_the_pictures_for_good_is_brought_back() {
    let mut source = Source::new(true);
    source.send(0..6000, true, true, 0);
    for ms in (6000..20_000).step_by(20) {
        source.send(ms..ms + 20, true, false, 0);
        let (data, arrived_ms) = (Bytes::from_static(b"sound"), ms);
        source.packager.audio(AudioFrame { pts: (ms + 500_000) * 90, data, arrived_ms });
    }
    assert_eq!(source.packager.carries(), Carries { video: true, audio: true });
    let last = source.sets.len() - 1;
    assert!(source.extent(last, "audio").1 > 5.0);
}

#[test]
fn six_hours_do_not_drift() {
    let mut source = Source::new(true);
    for hour in 0..6 {
        source.send(hour * 3_600_000..(hour + 1) * 3_600_000, true, true, 0);
    }
    assert_eq!(source.sets.len(), 1);
    let (video, audio) = (source.extent(0, "video").1, source.extent(0, "audio").1);
    assert!((video - 21_600.0).abs() < 0.25 && (audio - 21_600.0).abs() < 0.25, "{video} {audio}");
    let last = source.sets[0].1.last().unwrap();
    assert!((last.captured_at_ms - 21_600_000).abs() < 300, "{}", last.captured_at_ms);
}

const ENGLISH: &str = "en";

/// Sends pictures and the floor for `span` milliseconds, and English in those of `spoken`.
fn interpret(source: &mut Source, span: std::ops::Range<i64>, spoken: impl Fn(i64) -> bool) {
    let language = ENGLISH.parse().unwrap();
    for ms in span {
        if spoken(ms) && ms * 3 % 64 < 3 {
            let (data, arrived_ms) = (Bytes::from_static(b"English"), ms);
            source.packager.language(language, AudioFrame { pts: ms * 90, data, arrived_ms });
        }
        source.send(ms..ms + 1, true, true, 0);
    }
}

fn interpreted() -> Source {
    let mut source = Source::new(true);
    let language = ENGLISH.parse().unwrap();
    assert!(source.packager.expect_language(language));
    assert!(source.packager.language_configuration(language, Bytes::from_static(&[0x11, 0x90])).unwrap());
    source
}

fn names(tracks: &[Track]) -> Vec<&str> {
    tracks.iter().map(|track| track.name.as_str()).collect()
}

/// How often these bytes stand in the parts of a track.
fn said(parts: &[Part], track: &str, what: &[u8]) -> usize {
    let of = parts.iter().filter(|part| part.track.as_str() == track);
    of.map(|part| part.data.windows(what.len()).filter(|window| *window == what).count()).sum()
}

#[test]
fn a_further_language_is_a_track_of_its_own_beside_the_floor() {
    let mut source = interpreted();
    interpret(&mut source, 0..8000, |_| true);
    source.packager.close();
    source.send(0..0, false, false, 0);
    assert_eq!(source.sets.len(), 1);
    let (tracks, parts) = &source.sets[0];
    assert_eq!(names(tracks), ["video", "audio", "audio-en"]);
    assert_eq!(format!("{:?}", tracks[2].kind), "Audio { sample_rate: 48000, channels: 2, language: Some(en) }");
    source.check(0, "audio-en", 0.0, 8.0);
    assert!((370..=376).contains(&said(parts, "audio-en", b"English")), "{}", said(parts, "audio-en", b"English"));
    assert_eq!(said(parts, "audio-en", b"sound") + said(parts, "audio", b"English"), 0);
}

#[test]
fn a_language_that_goes_is_silence_until_the_next_keyframe_begins_a_set_without_it() {
    let mut source = interpreted();
    interpret(&mut source, 0..14_000, |ms| ms < 4500);
    assert_eq!(source.sets.len(), 2);
    assert_eq!(names(&source.sets[0].0), ["video", "audio", "audio-en"]);
    assert_eq!(names(&source.sets[1].0), ["video", "audio"]);
    // It is missed after three seconds; the keyframe after that stands at eight.
    source.check(0, "video", 0.0, 8.0);
    source.check(0, "audio-en", 0.0, 7.8);
    assert!(said(&source.sets[0].1, "audio-en", cmaf::silent_aac(2).unwrap()) > 140);
}

#[test]
fn a_language_that_comes_joins_at_a_keyframe_and_one_that_comes_back_when_it_stays() {
    let mut source = interpreted();
    interpret(&mut source, 0..9_000, |ms| ms > 3000);
    assert_eq!(source.sets.len(), 2);
    source.check(0, "video", 0.0, 4.0);
    assert_eq!(names(&source.sets[1].0), ["video", "audio", "audio-en"]);
    // Away for four seconds: the set at the keyframe at twelve is without it. Back for two seconds at fourteen: too short.
    interpret(&mut source, 9_000..30_000, |ms| !(8_500..12_500).contains(&ms));
    let all: Vec<usize> = source.sets.iter().map(|(tracks, _)| tracks.len()).collect();
    assert_eq!(all, [2, 3, 2, 3]);
    source.check(2, "video", 0.0, 12.0);
}

#[test]
fn a_language_that_breaks_off_is_silence_within_half_a_second() {
    let mut source = interpreted();
    interpret(&mut source, 0..9_000, |ms| ms < 8_000);
    // The parts reach as far as they do at this moment, at which nothing more has come.
    source.check(0, "video", 0.0, 8.8);
    source.check(0, "audio-en", 0.0, 8.6);
    assert_eq!(source.sets.len(), 1);
}

#[test]
fn a_language_is_interpreted_on_where_the_pictures_cease() {
    let mut source = interpreted();
    interpret(&mut source, 0..4_000, |_| true);
    let language = ENGLISH.parse().unwrap();
    for ms in (4_000..30_000).filter(|ms| ms * 3 % 64 < 3) {
        let frame = AudioFrame { pts: ms * 90, data: Bytes::from_static(b"English"), arrived_ms: ms };
        source.packager.language(language, frame);
        source.send(ms..ms + 1, false, true, 0);
    }
    let last = source.sets.len() - 1;
    assert_eq!(names(&source.sets[last].0), ["audio", "audio-en"]);
    assert!(source.extent(last, "audio-en").1 > 22.0, "{:?}", source.extent(last, "audio-en"));
    assert_eq!(said(&source.sets[last].1, "audio-en", cmaf::silent_aac(2).unwrap()), 0);
}

#[test]
fn stray_stamps_of_a_language_harm_nobody() {
    let mut source = interpreted();
    let language = ENGLISH.parse().unwrap();
    for ms in 0..8000 {
        if ms % 20 == 0 {
            let frame = AudioFrame { pts: (ms + 3_600_000) * 90, data: Bytes::from_static(b"stray"), arrived_ms: ms };
            source.packager.language(language, frame);
        }
        source.send(ms..ms + 1, true, true, 0);
    }
    assert_eq!(source.sets.len(), 1);
    assert_eq!(names(&source.sets[0].0), ["video", "audio"]);
    source.check(0, "video", 0.0, 8.0);
}

#[test]
fn sound_alone_is_interpreted_too() {
    let mut source = interpreted();
    let language = ENGLISH.parse().unwrap();
    for ms in (0..16_000).filter(|ms| ms * 3 % 64 < 3) {
        source.send(ms..ms + 1, false, true, 0);
        if !(8_000..30_000).contains(&ms) {
            let frame = AudioFrame { pts: ms * 90, data: Bytes::from_static(b"English"), arrived_ms: ms };
            source.packager.language(language, frame);
        }
    }
    let all: Vec<Vec<&str>> = source.sets.iter().map(|(tracks, _)| names(tracks)).collect();
    assert_eq!(all, [vec!["audio", "audio-en"], vec!["audio"]]);
}
