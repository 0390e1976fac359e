//! Encoders publish over RTMP.

use std::{path::Path, time::Duration};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use vod_store::intake::Refusal;

use crate::bench::{Bench, decodes, eventually, ffmpeg, packets, source};

/// Checks a take of which every picture and every sound is known.
fn check(take: &Path, pictures: usize, rate: f64, seconds: f64) {
    let video = packets(&take.join("video.mp4"));
    assert_eq!(video.len(), pictures);
    assert!(video[0].key);
    assert!(video[0].dts.abs() < 1e-6, "the first picture is the take's zero");
    for (index, packet) in video.iter().enumerate() {
        let truth = index as f64 / rate;
        assert!((packet.dts - truth).abs() < 0.003, "picture {index} is decoded at {} for {truth}", packet.dts);
        assert!((packet.duration - 1.0 / rate).abs() < 0.003, "picture {index} lasts {}", packet.duration);
    }
    let audio = packets(&take.join("audio.mp4"));
    let end = audio.last().map(|last| last.pts + last.duration).unwrap();
    assert!((end - seconds).abs() < 0.3, "sound ends at {end} for {seconds}");
    for pair in audio[1..].windows(2) {
        assert!((pair[0].pts + pair[0].duration - pair[1].pts).abs() < 1e-4, "sound has no gap");
    }
    decodes(&take.join("video.mp4"));
    decodes(&take.join("audio.mp4"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_source_reaches_the_record_whole() {
    let bench = Bench::start().await;
    bench.publish(&source(6, "25", "-g 50 -bf 0 -c:a aac -ac 2")).await;
    let takes = bench.takes().await;
    assert_eq!(takes.len(), 1);
    check(&takes[0], 150, 25.0, 6.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn reordered_pictures_at_29_97_keep_their_order_and_their_times() {
    let bench = Bench::start().await;
    let coding = "-preset fast -g 60 -bf 2 -c:a aac -ar 44100";
    bench.publish(&source(6, "30000/1001", coding)).await;
    let takes = bench.takes().await;
    assert_eq!(takes.len(), 1);
    check(&takes[0], 180, 30_000.0 / 1001.0, 6.0);
    let mut shown: Vec<f64> = packets(&takes[0].join("video.mp4")).iter().map(|packet| packet.pts).collect();
    assert!(shown.windows(2).any(|pair| pair[1] < pair[0]), "the source has B-frames");
    shown.sort_by(f64::total_cmp);
    for pair in shown.windows(2) {
        assert!((pair[1] - pair[0] - 1001.0 / 30_000.0).abs() < 0.003, "{pair:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_without_sound_gets_silence() {
    let bench = Bench::start().await;
    bench.publish(&source(5, "25", "-g 50 -bf 0 -an")).await;
    let takes = bench.takes().await;
    assert_eq!(takes.len(), 1);
    check(&takes[0], 125, 25.0, 5.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_refused_in_words() {
    let bench = Bench::start().await;
    let wrong = source(2, "25", "-g 50 -c:a aac");
    let said = ffmpeg(&format!("{wrong} -f flv {}", bench.url("wrong"))).await;
    assert!(!said.status.success());
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("This stream key is not known here"), "{said}");
    assert!(bench.status().connection.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_publisher_does_not_disturb_a_healthy_one() {
    let bench = Bench::start().await;
    let first = format!("-re {}", source(8, "25", "-g 50 -bf 0 -c:a aac"));
    let second = async {
        bench.until("the first source", |status| status.tracks.len() == 2).await;
        bench.publish(&source(2, "25", "-g 50 -c:a aac")).await
    };
    let (_, second) = tokio::join!(bench.publish(&first), second);
    let said = String::from_utf8_lossy(&second.stderr);
    assert!(!second.status.success() && said.contains("Another encoder is sending"), "{said}");
    let takes = bench.takes().await;
    assert_eq!(takes.len(), 1);
    check(&takes[0], 200, 25.0, 8.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_codec_that_is_not_taken_is_refused_by_name() {
    let bench = Bench::start().await;
    let said = bench.publish("-re -f lavfi -i testsrc2=s=320x180:r=25 -t 3 -c:v flv1 -an").await;
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("Set the encoder to H.264"), "{said}");
    let refused = bench.until("the refusal", |status| status.refused.is_some()).await.refused.unwrap();
    let expected = Refusal::Codec { got: "Sorenson H.263".into(), set: "H.264".into() };
    assert_eq!(refused.reason, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_worker_is_back_within_a_second() {
    let bench = Bench::start().await;
    let coding = "-g 12 -bf 0 -c:a aac";
    let kill = async {
        bench.until("the source", |status| status.tracks.len() == 2).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let before = workers_of_this_process();
        assert_eq!(before.len(), 1);
        rustix::process::kill_process(before[0], rustix::process::Signal::KILL).unwrap();
        let back = || workers_of_this_process().iter().any(|worker| *worker != before[0]);
        eventually(Duration::from_secs(1), "another worker", back).await;
    };
    let steady = format!("-re {}", source(6, "25", coding));
    tokio::join!(bench.publish(&steady), kill);
    let takes = bench.takes().await;
    assert_eq!(takes.len(), 2, "the recording goes on in a new take");
    let count = |take: &Path| packets(&take.join("video.mp4")).len();
    let kept = count(&takes[0]) + count(&takes[1]);
    assert!((125..150).contains(&kept), "of 150 pictures less than a second's are lost: {kept} are there");
    decodes(&takes[1].join("video.mp4"));
}

fn workers_of_this_process() -> Vec<rustix::process::Pid> {
    let me = std::process::id();
    let children = std::fs::read_dir(format!("/proc/{me}/task")).unwrap().flat_map(|task| {
        let children = std::fs::read_to_string(task.unwrap().path().join("children")).unwrap_or_default();
        children.split_whitespace().map(|pid| pid.parse::<i32>().unwrap()).collect::<Vec<_>>()
    });
    children
        .filter(|pid| {
            std::fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.contains("media-worker"))
        })
        .map(|pid| rustix::process::Pid::from_raw(pid).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_ends_its_own_connection_and_nothing_else() {
    let bench = Bench::start().await;
    let disturb = async {
        bench.until("the source", |status| status.tracks.len() == 2).await;
        for seed in 0..8_u8 {
            let mut socket = tokio::net::TcpStream::connect(bench.address).await.unwrap();
            let mut hello = vec![3];
            hello.extend([seed; 1536]);
            socket.write_all(&hello).await.unwrap();
            let mut answer = vec![0; 1 + 1536 + 1536];
            socket.read_exact(&mut answer).await.unwrap();
            socket.write_all(&answer[1..1537]).await.unwrap();
            let garbage: Vec<u8> =
                (0..20_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 ^ seed).collect();
            // The server may close while this is being written.
            let _ = socket.write_all(&garbage).await;
            let mut rest = Vec::new();
            let _ = tokio::time::timeout(Duration::from_millis(500), socket.read_to_end(&mut rest)).await;
        }
    };
    let steady = format!("-re {}", source(6, "25", "-g 50 -bf 0 -c:a aac"));
    tokio::join!(bench.publish(&steady), disturb);
    let takes = bench.takes().await;
    assert_eq!(takes.len(), 1);
    check(&takes[0], 150, 25.0, 6.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encoder_that_leaves_is_gone_at_once() {
    let bench = Bench::start().await;
    bench.publish(&source(2, "25", "-g 50 -c:a aac")).await;
    eventually(Duration::from_secs(3), "the end", || bench.status().connection.is_none()).await;
}
