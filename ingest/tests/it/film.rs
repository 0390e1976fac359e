//! Films: a file in, messages out.

use std::{fs::File, path::Path, process::Command};

use bytes::BytesMut;
use ingest::{
    wire::{self, Message, Problem},
    worker::{Container, Profile},
};
use vod_store::{
    intake::Cause,
    media::{Part, TrackKind},
};

use crate::bench::{command, source};

const BEGAN_AT_MS: i64 = 1_553_702_400_000;

/// A film of ffmpeg's making.
fn film(folder: &Path, name: &str, seconds: u32, more: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    let made = command(&format!("{} {}", source(seconds, "25", more), path.display())).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    path
}

/// What a worker says of the file.
fn read(path: &Path) -> Vec<Message> {
    let profile = Profile { container: Container::Film { began_at_ms: BEGAN_AT_MS }, ..Profile::default() };
    let output = Command::new(env!("CARGO_BIN_EXE_media-worker"))
        .arg(profile.to_string())
        .stdin(File::open(path).unwrap())
        .output()
        .unwrap();
    let mut buffer = BytesMut::from(&output.stdout[..]);
    std::iter::from_fn(|| wire::decode(&mut buffer).unwrap()).collect()
}

fn parts<'a>(messages: &'a [Message], track: &'a str) -> impl Iterator<Item = &'a Part> {
    messages.iter().filter_map(move |message| match message {
        Message::Part(part) if part.track.as_str() == track => Some(part),
        _ => None,
    })
}

/// Seconds of a track, by its parts.
fn lasts(messages: &[Message], track: &str) -> f64 {
    let tracks = messages.iter().find_map(|message| match message {
        Message::Tracks(tracks) => Some(tracks),
        _ => None,
    });
    let timescale = tracks.unwrap().iter().find(|other| other.name.as_str() == track).unwrap().timescale;
    parts(messages, track).map(|part| f64::from(part.duration)).sum::<f64>() / f64::from(timescale)
}

/// Milliseconds from one segment's beginning to the next, at most.
fn longest_segment(messages: &[Message]) -> i64 {
    let begins: Vec<i64> =
        parts(messages, "video").filter(|part| part.opens_segment).map(|part| part.captured_at_ms).collect();
    begins.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap()
}

#[test]
fn what_fits_passes_through_in_the_films_own_time() {
    let folder = tempfile::tempdir().unwrap();
    for (name, more) in [
        ("index-last.mp4", "-g 50 -bf 2 -c:a aac"),
        ("index-first.mp4", "-g 50 -bf 2 -c:a aac -movflags +faststart"),
        ("film.mov", "-g 50 -bf 0 -c:a aac"),
        ("film.mkv", "-g 50 -bf 2 -c:a aac"),
    ] {
        let messages = read(&film(folder.path(), name, 12, more));
        assert_eq!(messages.last(), Some(&Message::End), "{name}");
        assert!((lasts(&messages, "video") - 12.0).abs() < 0.1, "{name}: {}", lasts(&messages, "video"));
        assert!((lasts(&messages, "audio") - 12.0).abs() < 0.2, "{name}: {}", lasts(&messages, "audio"));
        let first = parts(&messages, "video").next().unwrap().captured_at_ms;
        assert!((first - BEGAN_AT_MS).abs() < 200, "{name}: {}", first - BEGAN_AT_MS);
        let progress: Vec<u16> = messages.iter().filter_map(progress).collect();
        assert!(progress.is_sorted() && progress.last().is_some_and(|&last| last > 950), "{name}: {progress:?}");
        let pictures = messages.iter().filter(|message| matches!(message, Message::Thumbnail(_))).count();
        assert!((1..=3).contains(&pictures), "{name}: one about every five seconds, not {pictures}");
    }
}

fn progress(message: &Message) -> Option<u16> {
    match message {
        Message::Progress(thousandths) => Some(*thousandths),
        _ => None,
    }
}

#[test]
fn what_does_not_fit_is_coded_anew() {
    let folder = tempfile::tempdir().unwrap();
    for (name, more) in [
        ("foreign.webm", "-c:v libvpx -deadline realtime -cpu-used 8 -g 300 -c:a libopus"),
        ("far.mp4", "-g 300 -bf 2 -c:a aac"),
    ] {
        let messages = read(&film(folder.path(), name, 14, more));
        assert_eq!(messages.last(), Some(&Message::End), "{name}");
        assert!((lasts(&messages, "video") - 14.0).abs() < 0.2, "{name}: {}", lasts(&messages, "video"));
        assert!((lasts(&messages, "audio") - 14.0).abs() < 0.2, "{name}: {}", lasts(&messages, "audio"));
        assert!(longest_segment(&messages) <= 4000, "{name}: {} ms", longest_segment(&messages));
        let tracks = messages.iter().filter_map(|message| match message {
            Message::Tracks(tracks) => Some(tracks),
            _ => None,
        });
        assert_eq!(tracks.clone().count(), 1, "{name}");
        let video = tracks.flatten().find(|track| track.name.as_str() == "video").unwrap();
        assert!(matches!(video.kind, TrackKind::Video { width: 320, height: 180, .. }), "{name}: {:?}", video.kind);
    }
}

#[test]
fn a_film_that_breaks_off_is_kept_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = film(folder.path(), "film.mkv", 10, "-g 25 -bf 0 -c:a aac");
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let messages = read(&path);
    let lasts = lasts(&messages, "video");
    assert!((3.0..7.0).contains(&lasts), "{lasts}");
}

#[test]
fn what_is_no_film_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("agenda.mp4");
    for (bytes, why, said) in [
        (&b"The agenda of the council's meeting"[..], Cause::UnknownFormat, "no MP4, MOV, MKV"),
        (&b"\0\0\0\x18ftypisom\0\0\0\0isommp42"[..], Cause::Damaged, "cannot be read"),
        (&b""[..], Cause::UnknownFormat, "no MP4, MOV, MKV"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let messages = read(&path);
        let Some(Message::Problem(Problem::Unreadable { cause, what })) = messages.last() else {
            panic!("{messages:?}")
        };
        assert!(*cause == why && what.contains(said), "{cause:?}: {what}");
    }
    let sound = film(folder.path(), "sound.mp4", 2, "-vn -c:a aac");
    let messages = read(&sound);
    let Some(Message::Problem(Problem::Unreadable { cause, .. })) = messages.last() else { panic!("{messages:?}") };
    assert_eq!(*cause, Cause::NoPictures);
}

#[test]
fn a_corrupted_film_never_harms_more_than_the_worker() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["film.mp4", "film.mkv"] {
        let path = film(folder.path(), name, 2, "-g 25 -bf 0 -c:a aac");
        let whole = std::fs::read(&path).unwrap();
        for seed in 1..10_usize {
            let mut bytes = whole.clone();
            for at in (0..bytes.len()).filter(|at| at.wrapping_mul(seed.wrapping_mul(7919)) % 1000 == 0) {
                bytes[at] ^= 0x55;
            }
            std::fs::write(&path, bytes).unwrap();
            // Whatever the worker says is well-formed: the harness reads all of it.
            read(&path);
        }
    }
}
