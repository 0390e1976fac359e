//! RTSP from a real camera's like: GStreamer's RTSP server.

use std::{process::Stdio, time::Duration};

use ingest::{rtsp, worker::Profile};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};
use vod_store::{
    Clock,
    intake::{Fault, Refusal},
};

use crate::bench::{Bench, decodes, eventually, packets, workers};

/// A camera at a port, with a name and a password where some are given.
async fn camera(port: u16, credentials: &[&str]) -> Child {
    let mut camera = Command::new("/usr/bin/python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/camera.py"))
        .arg(port.to_string())
        .args(credentials)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut said = BufReader::new(camera.stdout.take().unwrap()).lines();
    let ready = tokio::time::timeout(Duration::from_secs(20), said.next_line()).await.unwrap().unwrap();
    assert_eq!(ready.as_deref(), Some("ready"));
    camera
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn pull(bench: &Bench, url: String) {
    let (intake, shutdown) = (bench.intake.clone(), bench.shutdown.clone());
    let workers = workers(Profile::default());
    bench.tracker.spawn(rtsp::pull(bench.source, url, intake, workers, Clock::system(), shutdown));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_is_pulled_and_called_again_after_it_was_away() {
    let bench = Bench::start().await;
    let port = free_port();
    // It is called before it is there.
    pull(&bench, format!("rtsp://127.0.0.1:{port}/stream1"));
    let refused = |bench: &Bench| bench.status().refused.map(|refused| refused.reason);
    eventually(Duration::from_secs(10), "that it does not answer", || refused(&bench) == Some(Refusal::Unreachable))
        .await;
    let mut first = camera(port, &[]).await;
    let status = bench.until("media", |status| status.tracks.len() == 2 && status.health.is_some()).await;
    assert_eq!(status.connection.unwrap().protocol, "rtsp");
    let measured =
        bench.until("a measurement", |status| status.health.as_ref().is_some_and(|health| health.frame_rate > 20.0));
    let measured = measured.await;
    assert!(!measured.faults.iter().any(|fault| matches!(fault, Fault::NoSound { .. } | Fault::NoPicture { .. })));
    tokio::time::sleep(Duration::from_secs(3)).await;
    first.kill().await.unwrap();
    eventually(Duration::from_secs(10), "the end", || bench.status().connection.is_none()).await;
    let _second = camera(port, &[]).await;
    bench.until("media again", |status| status.tracks.len() == 2 && status.health.is_some()).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let takes = bench.takes().await;
    assert_eq!(takes.len(), 2);
    for take in takes {
        decodes(&take.join("video.mp4"));
        decodes(&take.join("audio.mp4"));
        let (video, audio) = (packets(&take.join("video.mp4")), packets(&take.join("audio.mp4")));
        let length = |packets: &[crate::bench::Packet]| packets[packets.len() - 1].pts - packets[0].pts;
        assert!((length(&video) - length(&audio)).abs() < 0.6, "{} and {}", length(&video), length(&audio));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_of_the_address_opens_the_camera_and_a_wrong_one_does_not() {
    let port = free_port();
    let _camera = camera(port, &["clerk", "p@ss"]).await;
    let wrong = Bench::start().await;
    pull(&wrong, format!("rtsp://clerk:another@127.0.0.1:{port}/stream1"));
    let right = Bench::start().await;
    pull(&right, format!("rtsp://clerk:p%40ss@127.0.0.1:{port}/stream1"));
    right.until("media", |status| !status.tracks.is_empty()).await;
    assert_eq!(wrong.status().connection, None);
    assert_eq!(wrong.status().refused.unwrap().reason, Refusal::Denied);
    assert!(wrong.takes().await.is_empty());
    assert_eq!(right.takes().await.len(), 1);
}
