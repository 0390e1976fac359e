//! A meeting from a real encoder, taken home as one MP4, with ffmpeg as the judge.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use crate::server::{Encoder, Server, free_ports};

#[tokio::test(flavor = "multi_thread")]
async fn the_download_of_a_meeting_with_a_gap_is_one_sound_file() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), free_ports());
    let client = reqwest::Client::new();
    let shows = async |what: &str, count: usize| {
        let began = Instant::now();
        loop {
            let stretches = client.get(server.media("stretches.json")).send().await;
            let text = match stretches {
                Ok(answer) => answer.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            if text.matches(&format!("\"shows\":\"{what}\"")).count() >= count {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "no {what}: {text}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    for run in 1..=2 {
        let encoder = Encoder::start(folder.path(), server.rtmp);
        shows("source", run).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        drop(encoder);
        shows("gap", run).await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
    }
    let file = folder.path().join("meeting.mp4");
    let bytes = client.get(server.media("download.mp4")).send().await.unwrap().bytes().await.unwrap();
    std::fs::write(&file, &bytes).unwrap();
    let decoded = Command::new("ffmpeg").args(["-v", "warning", "-i"]).arg(&file).args(["-f", "null", "-"]).output();
    let said = String::from_utf8_lossy(&decoded.expect("ffmpeg is installed (script/setup tests)").stderr).into_owned();
    assert_eq!(said, "", "ffmpeg complains of the download");
    let probe = |entry: &str, stream: &str| {
        let arguments =
            ["-v", "error", "-select_streams", stream, "-show_entries", entry, "-of", "csv=p=0", "-count_frames"];
        let out = Command::new("ffprobe").args(arguments).arg(&file).output().unwrap();
        String::from_utf8_lossy(&out.stdout).trim().trim_end_matches(',').to_owned()
    };
    let frames: f64 = probe("stream=nb_read_frames", "v").parse().unwrap();
    let (picture, sound): (f64, f64) =
        (probe("stream=duration", "v").parse().unwrap(), probe("stream=duration", "a").parse().unwrap());
    assert!(frames >= 100.0 && (picture - frames / 25.0).abs() < 0.001, "{frames} frames in {picture} s");
    assert!((picture - sound).abs() < 0.25, "{picture} s of picture, {sound} s of sound");
    // The index comes first, so that it plays while it loads.
    let at = |kind: &[u8]| bytes.windows(4).position(|window| window == kind).unwrap();
    assert!(at(b"moov") < at(b"mdat"));
}
