//! Whatever breaks, what the public has seen is on disk: kill -9 of the server and of its worker under a real encoder.
//!
//! `BEMA_CRASHES=200 cargo nextest run crash` is the long round.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use bytes::Bytes;

use crate::server::{Encoder, Server, free_ports};

/// How soon a killed server must serve again (a development build on a busy machine).
const BACK_WITHIN: Duration = Duration::from_secs(3);

async fn get(client: &reqwest::Client, url: &str) -> Option<Bytes> {
    let answer = client.get(url).timeout(Duration::from_secs(5)).send().await.ok()?;
    if answer.status().is_success() { answer.bytes().await.ok() } else { None }
}

/// Watches for `time` as a viewer does: takes every part that the playlists name.
async fn watch(client: &reqwest::Client, server: &Server, time: Duration, seen: &mut HashMap<String, Bytes>) {
    let until = Instant::now() + time;
    while Instant::now() < until {
        for rendition in ["video", "audio"] {
            let Some(playlist) = get(client, &server.media(&format!("{rendition}.m3u8"))).await else { continue };
            let playlist = String::from_utf8(playlist.to_vec()).unwrap();
            for line in playlist.lines().filter(|line| line.starts_with("#EXT-X-PART:")) {
                let uri = line.split("URI=\"").nth(1).unwrap().split('"').next().unwrap();
                if !seen.contains_key(uri)
                    && let Some(bytes) = get(client, &server.media(uri)).await
                {
                    seen.insert(uri.to_owned(), bytes);
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

async fn all_there(client: &reqwest::Client, server: &Server, seen: &HashMap<String, Bytes>) {
    for (uri, bytes) in seen {
        let now = get(client, &server.media(uri)).await.unwrap_or_else(|| panic!("{uri} was public and is gone"));
        assert_eq!(now, *bytes, "{uri} is not what was public");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_of_the_server_loses_nothing_that_was_public() {
    let rounds: u32 = std::env::var("BEMA_CRASHES").map_or(4, |rounds| rounds.parse().unwrap());
    let (folder, ports, client) = (tempfile::tempdir().unwrap(), free_ports(), reqwest::Client::new());
    let mut seen = HashMap::new();
    let mut server = Server::start(folder.path(), ports);
    let meeting = server.meeting.clone();
    let mut slowest = Duration::ZERO;
    for round in 0..rounds {
        let encoder = Encoder::start(folder.path(), server.rtmp);
        let before = seen.len();
        // A moment that no two rounds share, some before the source is there, some after.
        let moment = Duration::from_millis(1500 + u64::from(round) * 787 % 2300);
        watch(&client, &server, moment, &mut seen).await;
        assert!(seen.len() > before, "nothing was public in round {round}");
        server.kill();
        drop(encoder);
        let began = Instant::now();
        server = Server::start(folder.path(), ports);
        while get(&client, &server.media("video.m3u8")).await.is_none() {
            assert!(began.elapsed() < BACK_WITHIN, "not serving again within {BACK_WITHIN:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        slowest = slowest.max(began.elapsed());
        assert_eq!(server.meeting, meeting, "another meeting");
        all_there(&client, &server, &seen).await;
    }
    println!("{rounds} crashes, {} parts seen, 0 lost; serving again within {slowest:?}", seen.len());
    let stopped = server.stop();
    assert!(stopped < Duration::from_secs(8), "an orderly stop took {stopped:?}");
    let verified = std::process::Command::new(env!("CARGO_BIN_EXE_bema"))
        .args(["verify", "--config"])
        .arg(settings(folder.path()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success(), "{said}");
}

/// Settings that name only the data folder.
fn settings(folder: &std::path::Path) -> std::path::PathBuf {
    let file = folder.join("bema.toml");
    std::fs::write(&file, format!("[data]\nfolder = {:?}\n[log]\nlevel = \"error\"\n", folder.display().to_string()))
        .unwrap();
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_of_the_worker_costs_a_second_and_nobody_else_anything() {
    let (folder, ports, client) = (tempfile::tempdir().unwrap(), free_ports(), reqwest::Client::new());
    let server = Server::start(folder.path(), ports);
    let _encoder = Encoder::start(folder.path(), server.rtmp);
    let mut seen = HashMap::new();
    watch(&client, &server, Duration::from_secs(4), &mut seen).await;
    let workers = server.workers();
    assert_eq!(workers.len(), 1, "one source, one worker");
    assert!(std::process::Command::new("kill").args(["-9", &workers[0].to_string()]).status().unwrap().success());
    let killed = Instant::now();
    while server.workers().iter().all(|worker| *worker == workers[0]) {
        assert!(killed.elapsed() < Duration::from_secs(1), "no new worker within a second");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let before = seen.len();
    watch(&client, &server, Duration::from_secs(3), &mut seen).await;
    assert!(seen.len() > before + 5, "the source did not come back");
    all_there(&client, &server, &seen).await;
}
