//! What a power cut is tried on: the real store under a made-up source, and a witness who says what became public.
//!
//!     witness write FOLDER SEED            sends parts of random sizes until the disk is gone or standard input ends
//!     witness check FOLDER < what write said
//!
//! `write` prints a line for every part the moment that it is public: `part MEETING TRACK SEGMENT PART SHA256`, preceded by
//! `early ` while the store says that the disk is slow and shows parts from memory. `check` opens the folder as after a
//! restart, and compares: `kept N lost N changed N beyond N`, the last being parts that were on the disk and not yet public;
//! it ends with 1 where anything was lost or changed, or where `verify` finds a fault.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool of tests: its output is its work")]

use std::{
    collections::HashMap,
    io::{BufRead, Read, Write},
    os::unix::fs::FileExt,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use vod_store::{
    Clock, Intake, MeetingId, Recording, SourceId, Store,
    intake::{Connection, Feed},
    media::{Part, Track, TrackKind},
    recording::{Alarm, Media},
    store::About,
};

/// Between parts: a source in a hurry, so that every moment of the writing is hit.
const STEP: Duration = Duration::from_millis(15);
const TRACKS: [&str; 2] = ["video", "audio"];

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["write", folder, seed] => write(folder.into(), seed.parse().expect("a number")).await,
        ["check", folder] => check(folder.into()).await,
        _ => {
            eprintln!("witness write FOLDER SEED | witness check FOLDER");
            ExitCode::from(2)
        }
    }
}

fn open(folder: PathBuf) -> Option<Store> {
    Store::open(folder, Intake::new(Clock::system()), Clock::system()).ok()
}

fn about() -> About {
    About {
        municipality: "rethymno".into(),
        body: "council".into(),
        body_name: "Δημοτικό Συμβούλιο".into(),
        title: "Διακοπή ρεύματος".into(),
        place: String::new(),
        starts_at_ms: 1_763_000_000_000,
        agenda: Vec::new(),
    }
}

async fn write(folder: PathBuf, seed: u64) -> ExitCode {
    // The driver may have been killed: nobody is to write for ever.
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let store = open(folder).expect("the folder");
    let known = store.catalogue().await.expect("the catalogue");
    let (meeting, source) =
        known.first().map_or((MeetingId::new(), SourceId::new()), |known| (known.meeting, known.sources.pictures[0]));
    let recording = store.begin(meeting, &about(), &[source]).await.expect("the meeting goes on");
    for track in TRACKS {
        tokio::spawn(bear_witness(recording.clone(), track));
    }
    let connection = Connection { protocol: "rtmp", remote: "test".into(), encoder: "test".into(), since_ms: 0 };
    let feed = store.intake().connect(source, connection).expect("a free source");
    send(&feed, seed).await;
    ExitCode::SUCCESS
}

fn tracks() -> Vec<Track> {
    let track = |name: &str, kind, codec: &str| Track {
        name: name.parse().unwrap(),
        kind,
        codec: codec.into(),
        timescale: 90_000,
        init: Bytes::copy_from_slice(name.as_bytes()),
    };
    let video = TrackKind::Video { width: 1280, height: 720, frame_rate: Some(25.0) };
    let audio = TrackKind::Audio { sample_rate: 48_000, channels: 2, language: "el".parse().ok() };
    vec![track("video", video, "avc1.64001f"), track("audio", audio, "mp4a.40.2")]
}

/// Sends until the feed is refused, which is never.
async fn send(feed: &Feed, seed: u64) {
    let mut chance = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    feed.tracks(tracks()).await.unwrap();
    for number in 0_u64.. {
        for track in TRACKS {
            // Xorshift: sizes need no better chance, and a seed repeats them.
            chance ^= chance << 13;
            chance ^= chance >> 7;
            chance ^= chance << 17;
            let length = if track == "video" { 1_000 + chance % 60_000 } else { 2_000 + chance % 2_000 };
            let fill = u8::try_from(chance >> 56).unwrap();
            let mut data = format!("[{seed} {track} {number}]").into_bytes();
            data.resize(usize::try_from(length).unwrap(), fill);
            let opens = number.is_multiple_of(5);
            let part = Part {
                track: track.parse().unwrap(),
                start: number * 18_000,
                duration: 18_000,
                independent: opens || track == "audio",
                opens_segment: opens,
                captured_at_ms: 1_763_000_000_000 + i64::try_from(number).unwrap() * 200,
                data: data.into(),
            };
            feed.part(part).await.unwrap();
        }
        tokio::time::sleep(STEP).await;
    }
}

/// Follows a track as a player does, and says each part that it gets.
async fn bear_witness(recording: Arc<Recording>, track: &'static str) {
    let rendition = loop {
        match recording.rendition(track) {
            Some(rendition) => break rendition,
            None => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    };
    let alarms = recording.alarms();
    let (mut segment, mut part) = (0, 0);
    loop {
        let Some(media) = rendition.part(segment, part).await else {
            // The segment has no more parts; or nothing came for long, and what is asked for stays the same.
            if rendition.segment(segment).await.is_some() {
                (segment, part) = (segment + 1, 0);
            }
            continue;
        };
        let slow = alarms.borrow().iter().any(|alarm| matches!(alarm, Alarm::Slow { .. }));
        let Some(sha256) = hash(media) else { return };
        let line = format!(
            "{}part {} {track} {segment} {part} {sha256}\n",
            if slow { "early " } else { "" },
            recording.meeting()
        );
        // One write a line: a torn line is a part that nobody was told of.
        std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
        part += 1;
    }
}

/// None where the disk does not give it (any more).
fn hash(media: Media) -> Option<String> {
    let bytes = match media {
        Media::Memory(bytes) => bytes,
        Media::File { file, offset, length } => {
            let mut bytes = vec![0; usize::try_from(length).unwrap()];
            file.read_exact_at(&mut bytes, offset).ok()?;
            bytes.into()
        }
    };
    Some(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A part's place: track, segment, part.
type Place = (String, u64, u64);

async fn check(folder: PathBuf) -> ExitCode {
    let mut said: HashMap<Place, String> = HashMap::new();
    let mut meeting = None;
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let words: Vec<&str> = line.split(' ').collect();
        let ["part", of, track, segment, part, sha256] = words.as_slice() else { continue };
        meeting = Some(of.parse::<MeetingId>().unwrap());
        said.insert(((*track).to_owned(), segment.parse().unwrap(), part.parse().unwrap()), (*sha256).to_owned());
    }
    let (mut kept, mut changed, mut beyond) = (0, 0, 0);
    let store = open(folder).expect("the folder");
    let recording = match meeting {
        Some(meeting) => store.recording(meeting).await.unwrap_or_else(|error| {
            eprintln!("{error}");
            None
        }),
        None => None,
    };
    for track in TRACKS {
        let Some(rendition) = recording.as_ref().and_then(|recording| recording.rendition(track)) else { continue };
        let (mut segment, mut part) = (0, 0);
        loop {
            let Some(media) = rendition.part(segment, part).await else {
                if part == 0 {
                    break;
                }
                (segment, part) = (segment + 1, 0);
                continue;
            };
            match (said.remove(&(track.to_owned(), segment, part)), hash(media)) {
                (None, _) => beyond += 1,
                (Some(then), Some(now)) if then == now => kept += 1,
                (Some(_), _) => changed += 1,
            }
            part += 1;
        }
    }
    let report = store.verify(|_| {}).expect("the folder");
    for fault in &report.faults {
        eprintln!("{fault}");
    }
    for (track, segment, part) in said.keys() {
        eprintln!("lost: {track} {segment} {part}");
    }
    let lost = said.len();
    println!("kept {kept} lost {lost} changed {changed} beyond {beyond}");
    ExitCode::from(u8::from(lost + changed > 0 || !report.faults.is_empty()))
}
