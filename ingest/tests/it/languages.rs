//! Several sounds in one source, each in its language.

use std::{fs::File, process::Command};

use bytes::BytesMut;
use ingest::{
    wire::{self, Message},
    worker::{Container, Profile},
};
use vod_store::{
    intake::Fault,
    media::{Part, Track, TrackKind},
};

use crate::{
    bench::{command, decodes},
    worker::{sets, work},
};

/// ffmpeg's options for a source whose sounds are tones of these pitches, in these languages.
fn tones(seconds: u32, sounds: &[(&str, u32)], coding: &str) -> String {
    let inputs: String = sounds.iter().map(|(_, hertz)| format!(" -f lavfi -i sine={hertz}:r=48000")).collect();
    let maps: String = (0..=sounds.len()).map(|input| format!(" -map {input}")).collect();
    let called = |(index, (language, _)): (usize, &(&str, u32))| format!(" -metadata:s:a:{index} language={language}");
    let called: String = sounds.iter().enumerate().map(called).collect();
    format!(
        "-f lavfi -i testsrc2=s=320x180:r=25{inputs}{maps}{called} -t {seconds} \
         -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 {coding}"
    )
}

fn transport_stream(what: &str) -> Vec<u8> {
    let made = command(&format!("{what} -f mpegts pipe:1")).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}

fn streams() -> Profile {
    Profile { container: Container::TransportStream, ..Profile::default() }
}

/// What a set carries: the tracks' names with the languages that they say.
fn carried(tracks: &[Track]) -> Vec<String> {
    let called = |track: &Track| match track.kind {
        TrackKind::Audio { language: Some(language), .. } => format!("{} {language}", track.name),
        _ => track.name.to_string(),
    };
    tracks.iter().map(called).collect()
}

/// The pitch of a track's sound: how often it crosses zero, and how long it lasts, as ffmpeg decodes it.
fn pitch(tracks: &[Track], parts: &[Part], name: &str) -> (f64, f64) {
    let track = tracks.iter().find(|track| track.name.as_str() == name).unwrap();
    let of = parts.iter().filter(|part| part.track.as_str() == name);
    let bytes: Vec<u8> = track.init.iter().copied().chain(of.flat_map(|part| part.data.to_vec())).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sound.mp4");
    std::fs::write(&path, bytes).unwrap();
    decodes(&path);
    let decoded = command(&format!("-i {} -f s16le -ac 1 -ar 48000 pipe:1", path.display())).output().unwrap();
    let samples: Vec<i16> =
        decoded.stdout.chunks_exact(2).map(|sample| i16::from_le_bytes([sample[0], sample[1]])).collect();
    let seconds = samples.len() as f64 / 48_000.0;
    let crossings = samples.windows(2).filter(|pair| (pair[0] < 0) != (pair[1] < 0)).count();
    (crossings as f64 / 2.0 / seconds, seconds)
}

#[track_caller]
fn sounds(tracks: &[Track], parts: &[Part], name: &str, hertz: f64, lasts: f64) {
    let (pitch, seconds) = pitch(tracks, parts, name);
    assert!((pitch - hertz).abs() < hertz / 50.0, "{name} sounds at {pitch} Hz");
    assert!((seconds - lasts).abs() < 0.4, "{name} lasts {seconds} s");
}

/// The language that ffprobe reads out of an init segment.
fn told(track: &Track) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("init.mp4");
    std::fs::write(&path, &track.init).unwrap();
    let probe = Command::new("ffprobe")
        .args(["-v", "quiet", "-show_entries", "stream_tags=language", "-of", "csv=p=0"])
        .arg(&path)
        .output()
        .unwrap();
    String::from_utf8(probe.stdout).unwrap().trim().to_owned()
}

#[test]
fn each_sound_of_a_transport_stream_is_a_track_in_its_language() {
    let what = tones(6, &[("eng", 880), ("ell", 440), ("fra", 1320)], "-bf 0 -c:a aac");
    let messages = work(&streams(), &transport_stream(&what));
    let sets = sets(&messages);
    assert_eq!(sets.len(), 1, "all are there from the first keyframe on");
    let (tracks, parts) = &sets[0];
    assert_eq!(carried(tracks), ["video", "audio el", "audio-en en", "audio-fr fr"]);
    sounds(tracks, parts, "audio", 440.0, 6.0);
    sounds(tracks, parts, "audio-en", 880.0, 6.0);
    sounds(tracks, parts, "audio-fr", 1320.0, 6.0);
    assert_eq!(tracks[1..].iter().map(told).collect::<Vec<_>>(), ["ell", "eng", "fra"]);
}

#[test]
fn where_the_chambers_language_is_not_among_them_the_first_is_the_floor() {
    let what = tones(3, &[("deu", 440), ("eng", 880), ("eng", 1320)], "-bf 2 -c:a aac");
    let messages = work(&streams(), &transport_stream(&what));
    let sets = sets(&messages);
    let (tracks, parts) = &sets[0];
    assert_eq!(carried(tracks), ["video", "audio de", "audio-en en"]);
    sounds(tracks, parts, "audio-en", 880.0, 3.0);
}

#[test]
fn a_sound_without_a_language_alone_is_as_ever() {
    let what = tones(3, &[("und", 440)], "-bf 0 -c:a aac");
    let messages = work(&streams(), &transport_stream(&what));
    assert_eq!(carried(&sets(&messages)[0].0), ["video", "audio"]);
}

#[test]
fn sounds_of_an_encoder_that_says_no_languages_have_them_by_their_order() {
    let what = tones(3, &[("und", 440), ("und", 880), ("und", 1320)], "-bf 0 -c:a aac");
    let untold = ["el", "en"].map(|code| code.parse().unwrap()).to_vec();
    let messages = work(&Profile { untold, ..streams() }, &transport_stream(&what));
    let sets = sets(&messages);
    let (tracks, parts) = &sets[0];
    assert_eq!(carried(tracks), ["video", "audio el", "audio-en en"]);
    sounds(tracks, parts, "audio-en", 880.0, 3.0);
}

#[test]
fn mono_at_another_rate_beside_the_floor() {
    let what = tones(4, &[("ell", 440), ("eng", 880)], "-bf 0 -c:a aac -ac:a:1 1 -ar:a:1 32000 -b:a:1 48k");
    let messages = work(&streams(), &transport_stream(&what));
    let sets = sets(&messages);
    let (tracks, parts) = &sets[0];
    assert_eq!(tracks[2].timescale, 32_000);
    sounds(tracks, parts, "audio-en", 880.0, 4.0);
}

#[test]
fn a_language_that_ends_within_a_source_is_silence_and_then_left_out() {
    for channels in ["1", "2"] {
        let what = format!(
            "-f lavfi -i testsrc2=s=320x180:r=25 -f lavfi -i sine=440:r=48000 -f lavfi -t 3 -i sine=880:r=48000 \
             -map 0 -map 1 -map 2 -metadata:s:a:0 language=ell -metadata:s:a:1 language=eng -t 12 \
             -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -bf 0 -c:a aac -ac {channels}"
        );
        let messages = work(&streams(), &transport_stream(&what));
        let sets = sets(&messages);
        let all: Vec<_> = sets.iter().map(|(tracks, _)| carried(tracks)).collect();
        assert_eq!(all, [vec!["video", "audio el", "audio-en en"], vec!["video", "audio el"]]);
        let (tracks, parts) = &sets[0];
        let (_, floor) = pitch(tracks, parts, "audio");
        let (pitch, seconds) = pitch(tracks, parts, "audio-en");
        assert!((seconds - floor).abs() < 0.5, "{seconds} s of English, {floor} s of the floor");
        let spoken = pitch * seconds / 880.0;
        assert!((spoken - 3.0).abs() < 0.2, "{spoken} s of English are no silence");
    }
}

#[test]
fn a_programme_that_changes_its_streams_goes_on_with_the_new_ones() {
    let sounds_of_both = [("ell", 440), ("eng", 880)];
    let mut bytes = transport_stream(&tones(5, &sounds_of_both, "-bf 0 -c:a aac"));
    let later = "-bf 0 -c:a aac -mpegts_start_pid 0x200 -tables_version 1 -output_ts_offset 5";
    bytes.extend(transport_stream(&tones(5, &sounds_of_both, later)));
    let messages = work(&streams(), &bytes);
    let sets = sets(&messages);
    let lasts = |name: &str| {
        let of = sets.iter().flat_map(|(_, parts)| parts).filter(|part| part.track.as_str() == name);
        of.map(|part| f64::from(part.duration)).sum::<f64>()
    };
    assert!((lasts("video") / 90_000.0 - 10.0).abs() < 0.6, "{} s of pictures", lasts("video") / 90_000.0);
    let (tracks, parts) = sets.last().unwrap();
    assert_eq!(carried(tracks), ["video", "audio el", "audio-en en"]);
    assert!((lasts("audio-en") / 48_000.0 - 10.0).abs() < 0.6, "{} s of English", lasts("audio-en") / 48_000.0);
    assert!((pitch(tracks, parts, "audio-en").0 - 880.0).abs() < 60.0);
}

#[test]
fn an_interpreter_who_is_silent_is_named() {
    let what = "-re -f lavfi -i testsrc2=s=320x180:r=25 -f lavfi -i sine=440:r=48000 -f lavfi -i anullsrc=r=48000 \
                -map 0 -map 1 -map 2 -metadata:s:a:0 language=ell -metadata:s:a:1 language=eng -t 11 \
                -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -c:a aac -f mpegts pipe:1";
    let mut encoder = command(what).spawn().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_media-worker"))
        .arg(streams().to_string())
        .stdin(encoder.stdout.take().unwrap())
        .output()
        .unwrap();
    encoder.wait().unwrap();
    let mut buffer = BytesMut::from(&output.stdout[..]);
    let messages: Vec<Message> = std::iter::from_fn(|| wire::decode(&mut buffer).unwrap()).collect();
    let last = messages.iter().rev().find_map(|message| match message {
        Message::Health { health, faults } => Some((health, faults)),
        _ => None,
    });
    let (health, faults) = last.unwrap();
    let english = "en".parse().unwrap();
    assert!(matches!(faults[..], [Fault::SilentLanguage { language, .. }] if language == english), "{faults:?}");
    assert_eq!(health.languages.len(), 1);
    assert!(health.languages[0].rms_db.is_some_and(|rms| rms < -60.0), "{health:?}");
    assert!(health.audio_rms_db.is_some_and(|rms| rms > -30.0), "{health:?}");
}

#[test]
fn a_film_with_several_sounds_keeps_them() {
    let folder = tempfile::tempdir().unwrap();
    for (name, coding) in [
        ("film.mkv", "-bf 2 -c:a aac"),
        ("film.mp4", "-bf 0 -c:a aac"),
        ("foreign.mkv", "-bf 0 -c:a libopus"),
        ("far.mkv", "-g 300 -bf 0 -c:a aac"),
    ] {
        let path = folder.path().join(name);
        let what = tones(8, &[("eng", 880), ("gre", 440), ("und", 1320)], coding);
        let made = command(&format!("{what} {}", path.display())).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let profile = Profile { container: Container::Film { began_at_ms: 1_553_702_400_000 }, ..Profile::default() };
        let output = Command::new(env!("CARGO_BIN_EXE_media-worker"))
            .arg(profile.to_string())
            .stdin(File::open(&path).unwrap())
            .output()
            .unwrap();
        let mut buffer = BytesMut::from(&output.stdout[..]);
        let messages: Vec<Message> = std::iter::from_fn(|| wire::decode(&mut buffer).unwrap()).collect();
        assert_eq!(messages.last(), Some(&Message::End), "{name}");
        let sets = sets(&messages);
        assert_eq!(sets.len(), 1, "{name}");
        let (tracks, parts) = &sets[0];
        assert_eq!(carried(tracks), ["video", "audio el", "audio-en en"], "{name}");
        sounds(tracks, parts, "audio", 440.0, 8.0);
        sounds(tracks, parts, "audio-en", 880.0, 8.0);
    }
}
