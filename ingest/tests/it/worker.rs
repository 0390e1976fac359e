//! The worker by itself: FLV in, messages out.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use bytes::BytesMut;
use ingest::{
    wire::{self, Message},
    worker::Profile,
};
use vod_store::{
    intake::Fault,
    media::{Part, Track},
};

use crate::bench::{command, source};

/// What a worker says of these bytes.
pub(crate) fn work(profile: &Profile, input: &[u8]) -> Vec<Message> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_media-worker"))
        .arg(profile.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    // A worker that refuses does not read to the end.
    let _ = writer.join().unwrap();
    let mut buffer = BytesMut::from(&output.stdout[..]);
    let mut messages = Vec::new();
    while let Some(message) = wire::decode(&mut buffer).unwrap() {
        messages.push(message);
    }
    messages
}

/// The sets of a worker's messages: tracks with the parts that follow them.
pub(crate) fn sets(messages: &[Message]) -> Vec<(Vec<Track>, Vec<Part>)> {
    let mut sets: Vec<(Vec<Track>, Vec<Part>)> = Vec::new();
    for message in messages {
        match message {
            Message::Tracks(tracks) => sets.push((tracks.clone(), Vec::new())),
            Message::Part(part) => sets.last_mut().unwrap().1.push(part.clone()),
            _ => {}
        }
    }
    sets
}

/// What a worker says of a source of so many seconds: the first three come in their time, the others at once.
/// It is given two seconds more to say how it is.
pub(crate) fn work_in_a_flood(profile: &Profile, input: &[u8], seconds: usize) -> Vec<Message> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_media-worker"))
        .arg(profile.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let (calm, flood) = input.split_at(input.len() * 3 / seconds);
    let (calm, flood) = (calm.to_vec(), flood.to_vec());
    let writer = std::thread::spawn(move || {
        let pause = std::time::Duration::from_millis(100);
        for piece in calm.chunks(calm.len() / 30) {
            stdin.write_all(piece).unwrap();
            std::thread::sleep(pause);
        }
        let (flood, last) = flood.split_at(flood.len() - 1);
        stdin.write_all(flood).unwrap();
        std::thread::sleep(20 * pause);
        stdin.write_all(last).unwrap();
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let mut buffer = BytesMut::from(&output.stdout[..]);
    std::iter::from_fn(|| wire::decode(&mut buffer).unwrap()).collect()
}

/// An FLV file of ffmpeg's making.
pub(crate) fn flv(what: &str) -> Vec<u8> {
    let made = command(&format!("{what} -f flv pipe:1")).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}

#[test]
fn corrupted_media_never_harms_more_than_the_worker() {
    let whole = flv(&source(2, "25", "-g 25 -bf 0 -c:a aac"));
    for seed in 1..20_usize {
        let mut bytes = whole.clone();
        for at in (0..bytes.len()).filter(|at| at.wrapping_mul(seed.wrapping_mul(7919)) % 1000 == 0) {
            bytes[at] ^= 0x55;
        }
        // Whatever the worker says is well-formed: the harness reads all of it.
        work(&Profile::default(), &bytes);
    }
}

#[test]
fn a_resolution_that_changes_begins_a_new_set() {
    let mut bytes = flv(&source(2, "25", "-g 25 -bf 0 -c:a aac"));
    let other = flv(&source(2, "25", "-g 25 -bf 0 -c:a aac -s 640x360"));
    bytes.extend_from_slice(&other[13..]);
    let messages = work(&Profile::default(), &bytes);
    let sets = messages.iter().filter(|message| matches!(message, Message::Tracks(_))).count();
    assert_eq!(sets, 2);
    assert_eq!(messages.last(), Some(&Message::End));
}

/// Feeds the worker as fast as time goes: what it says depends on the clock.
fn work_in_time(what: &str) -> Vec<Message> {
    work_in_time_as(&Profile::default(), what)
}

pub(crate) fn work_in_time_as(profile: &Profile, what: &str) -> Vec<Message> {
    let mut encoder = command(&format!("-re {what} -f flv pipe:1")).spawn().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_media-worker"))
        .arg(profile.to_string())
        .stdin(encoder.stdout.take().unwrap())
        .output()
        .unwrap();
    encoder.wait().unwrap();
    let mut buffer = BytesMut::from(&output.stdout[..]);
    std::iter::from_fn(|| wire::decode(&mut buffer).unwrap()).collect()
}

fn faults(messages: &[Message]) -> Vec<Fault> {
    let last = messages.iter().rev().find_map(|message| match message {
        Message::Health { faults, .. } => Some(faults.clone()),
        _ => None,
    });
    last.expect("the source lasted more than a second")
}

#[test]
fn black_and_silence_are_named_within_ten_seconds() {
    let messages = work_in_time(
        "-f lavfi -i color=black:s=320x180:r=25 -f lavfi -i anullsrc=r=48000 -t 9.5 \
         -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 50 -c:a aac",
    );
    let faults = faults(&messages);
    assert!(matches!(faults[..], [Fault::Black { .. }, Fault::Silence { .. }]), "{faults:?}");
}

#[test]
fn a_still_picture_is_named_and_a_living_one_is_measured_and_shown() {
    let still = std::thread::spawn(|| {
        work_in_time(
            "-f lavfi -i testsrc2=s=320x180:r=25,loop=-1:1 -f lavfi -i sine=440:r=48000 -t 9.9 \
             -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 -c:a aac",
        )
    });
    let messages = work_in_time(&source(7, "25", "-g 50 -bf 2 -c:a aac"));
    assert_eq!(faults(&messages), []);
    let health = messages.iter().rev().find_map(|message| match message {
        Message::Health { health, .. } => Some(health),
        _ => None,
    });
    let health = health.unwrap();
    assert!((23.0..27.0).contains(&health.frame_rate), "{health:?}");
    assert_eq!(health.keyframe_interval_ms, 2000);
    // ffmpeg's sine has an eighth of full scale.
    assert!(health.audio_peak_db.is_some_and(|peak| (-22.0..-16.0).contains(&peak)), "{health:?}");
    assert!(health.luma.is_some_and(|luma| (60.0..200.0).contains(&luma)), "{health:?}");
    let pictures: Vec<_> = messages.iter().filter(|message| matches!(message, Message::Thumbnail(_))).collect();
    assert!((2..=4).contains(&pictures.len()), "{}", pictures.len());
    let faults = faults(&still.join().unwrap());
    assert!(matches!(faults[..], [Fault::Frozen { .. }]), "{faults:?}");
}

#[test]
fn far_keyframes_are_named_and_coded_anew() {
    let messages = work_in_time(&source(12, "25", "-g 125 -bf 0 -c:a aac"));
    let sets: Vec<usize> = (0..messages.len()).filter(|&at| matches!(messages[at], Message::Tracks(_))).collect();
    assert_eq!(sets.len(), 2, "passed through, then coded anew");
    let (mut opened, mut pictures) = (Vec::new(), 0);
    for message in &messages[sets[1]..] {
        if let Message::Part(part) = message
            && part.track.as_str() == "video"
        {
            opened.extend(part.opens_segment.then_some(part.start));
            pictures += part.duration / 3600;
        }
    }
    assert!(opened.windows(2).all(|pair| pair[1] - pair[0] == 180_000), "{opened:?}");
    // The second group of 125 begins it; the third has 50.
    assert_eq!(pictures, 175);
}

#[test]
fn our_silence_is_silence_to_a_decoder() {
    let messages = work(&Profile::default(), &flv(&source(3, "25", "-g 50 -an")));
    let mut file = Vec::new();
    for message in messages {
        match message {
            Message::Tracks(tracks) => file.extend_from_slice(&tracks[1].init),
            Message::Part(part) if part.track.as_str() == "audio" => file.extend_from_slice(&part.data),
            _ => {}
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audio.mp4");
    std::fs::write(&path, file).unwrap();
    let made = command(&format!("-i {} -af volumedetect -f null -", path.display())).output().unwrap();
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(said.contains("max_volume: -91.0 dB"), "{said}");
    crate::bench::decodes(&path);
}
