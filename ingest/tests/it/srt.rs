//! SRT from real encoders: ffmpeg and GStreamer, both with libsrt.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use ingest::{
    srt::{self, Listener},
    wire::Message,
    worker::{Container, Profile},
};
use vod_store::{Clock, intake::Refusal};

use crate::{
    bench::{Bench, KEY, command, decodes, eventually, ffmpeg, packets, source, workers},
    worker::work,
};

const PASSPHRASE: &str = "the clerk's own words";
const CODING: &str = "-g 25 -bf 0 -c:a aac";

fn listen(bench: &Bench, passphrase: Option<&str>) -> SocketAddr {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), passphrase.map(Into::into)).unwrap();
    let address = listener.local_addr().unwrap();
    let source = bench.source;
    let serving = srt::serve(
        listener,
        Arc::new(move |key| (key == KEY).then_some(source)),
        bench.intake.clone(),
        workers(Profile::default()),
        Clock::system(),
        bench.shutdown.clone(),
        bench.tracker.clone(),
    );
    bench.tracker.spawn(serving);
    address
}

/// Calls with ffmpeg in real time; answers whether it was let in to the end.
async fn call(what: &str, address: SocketAddr, query: &str) -> bool {
    let output = ffmpeg(&format!("-re {what} -f mpegts srt://{address}?{query}")).await;
    output.status.success()
}

#[tokio::test(flavor = "multi_thread")]
async fn ffmpeg_is_recorded_whole() {
    let bench = Bench::start().await;
    let address = listen(&bench, None);
    // Reordered pictures too.
    let what = source(6, "25", "-g 50 -bf 2 -c:a aac");
    assert!(call(&what, address, &format!("streamid={KEY}")).await);
    eventually(Duration::from_secs(5), "the end", || bench.status().connection.is_none()).await;
    let takes = bench.takes().await;
    assert_eq!(takes.len(), 1);
    let video = packets(&takes[0].join("video.mp4"));
    // The transport stream's tables, and SRT's first packets, may come after the first group has begun.
    assert!((95..=150).contains(&video.len()), "{} pictures", video.len());
    assert!(video[0].key);
    assert!(video.windows(2).all(|pair| pair[1].dts > pair[0].dts), "{video:?}");
    assert!(video.iter().all(|packet| packet.pts >= packet.dts), "{video:?}");
    decodes(&takes[0].join("video.mp4"));
    decodes(&takes[0].join("audio.mp4"));
    let sound: f64 = packets(&takes[0].join("audio.mp4")).iter().map(|packet| packet.duration).sum();
    let pictures = video.len() as f64 / 25.0;
    assert!((sound - pictures).abs() < 0.5, "{sound} s of sound, {pictures} s of pictures");
}

#[tokio::test(flavor = "multi_thread")]
async fn gstreamer_calls_with_the_standard_stream_id() {
    let bench = Bench::start().await;
    let address = listen(&bench, None);
    let pipeline = format!(
        "mpegtsmux name=mux alignment=7 ! srtsink uri=srt://{address} streamid=\"#!::r={KEY},m=publish\" wait-for-connection=true \
         videotestsrc is-live=true num-buffers=150 ! video/x-raw,format=I420,width=320,height=180,framerate=25/1 \
         ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 ! h264parse config-interval=-1 ! mux. \
         audiotestsrc is-live=true num-buffers=280 ! audio/x-raw,rate=48000 ! avenc_aac ! aacparse ! mux."
    );
    let mut encoder = tokio::process::Command::new("gst-launch-1.0")
        .args(["-q", "-e"])
        .args(pipeline.split_whitespace().map(|word| word.replace('"', "")))
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let status = bench.until("media", |status| status.tracks.len() == 2 && status.health.is_some()).await;
    assert_eq!(status.connection.unwrap().protocol, "srt");
    encoder.kill().await.unwrap();
    let takes = bench.takes().await;
    decodes(&takes[0].join("video.mp4"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_refused() {
    let bench = Bench::start().await;
    let address = listen(&bench, None);
    assert!(!call(&source(2, "25", CODING), address, "streamid=wrong").await);
    assert!(!call(&source(2, "25", CODING), address, &format!("streamid=#!::r={KEY},m=request")).await);
    assert_eq!(bench.status().connection, None);
    assert!(bench.takes().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_has_the_passphrase_is_let_in() {
    let bench = Bench::start().await;
    let (locked, open) = (listen(&bench, Some(&PASSPHRASE.replace(' ', "-"))), listen(&bench, None));
    let right = PASSPHRASE.replace(' ', "-");
    let what = source(2, "25", CODING);
    assert!(!call(&what, locked, &format!("streamid={KEY}&passphrase=another-secret")).await, "the wrong one");
    assert!(!call(&what, locked, &format!("streamid={KEY}")).await, "none");
    assert!(!call(&what, open, &format!("streamid={KEY}&passphrase={right}")).await, "one where none is set");
    assert_eq!(bench.status().connection, None);
    for strength in ["", "&pbkeylen=16", "&pbkeylen=32"] {
        let query = format!("streamid={KEY}&passphrase={right}{strength}");
        assert!(call(&what, locked, &query).await, "the right one, {strength}");
        eventually(Duration::from_secs(5), "the end", || bench.status().connection.is_none()).await;
    }
    let takes = bench.takes().await;
    assert_eq!(takes.len(), 3);
    for take in takes {
        // ffmpeg hangs up on what is under way, so that the last pictures may be missing or cut.
        let pictures = packets(&take.join("video.mp4")).len();
        assert!((40..=50).contains(&pictures), "{pictures} pictures");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_encrypts_where_no_passphrase_is_set_is_told_so() {
    let bench = Bench::start().await;
    let address = listen(&bench, None);
    for strength in ["", "&pbkeylen=16"] {
        let url = format!("srt://{address}?streamid={KEY}&passphrase=another-secret{strength}");
        let output = ffmpeg(&format!("-v warning -re {} -f mpegts {url}", source(2, "25", CODING))).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{said}");
        assert!(said.contains("REJECT"), "{said}");
    }
    assert_eq!(bench.status().connection, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_caller_is_refused_while_the_first_is_healthy_and_a_later_one_begins_a_take() {
    let bench = Bench::start().await;
    let address = listen(&bench, None);
    let query = format!("streamid={KEY}");
    let long = source(7, "25", CODING);
    let (first, ()) = tokio::join!(call(&long, address, &query), async {
        bench.until("media", |status| !status.tracks.is_empty()).await;
        assert!(!call(&source(2, "25", CODING), address, &query).await);
        let refused = bench.status().refused.unwrap();
        assert_eq!(refused.reason, Refusal::Busy);
    });
    assert!(first);
    eventually(Duration::from_secs(5), "the end", || bench.status().connection.is_none()).await;
    assert!(call(&source(3, "25", CODING), address, &query).await);
    eventually(Duration::from_secs(5), "the end", || bench.status().connection.is_none()).await;
    assert_eq!(bench.takes().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_another_server_has_is_not_shared() {
    let first = Listener::bind("127.0.0.1:0".parse().unwrap(), None).unwrap();
    let second = Listener::bind(first.local_addr().unwrap(), None);
    assert_eq!(second.err().map(|error| error.kind()), Some(std::io::ErrorKind::AddrInUse));
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_on_the_port_harms_nobody() {
    let bench = Bench::start().await;
    let address = listen(&bench, None);
    let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let (what, query) = (source(5, "25", CODING), format!("streamid={KEY}"));
    let (whole, ()) = tokio::join!(call(&what, address, &query), async {
        let mut state = 1_u32;
        for round in 0..2000_usize {
            let mut datagram: Vec<u8> = (0..round % 200)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    state.to_be_bytes()[0]
                })
                .collect();
            // Every second one begins as a handshake does, so that it is looked at.
            if round % 2 == 0 && datagram.len() >= 64 {
                datagram[..4].copy_from_slice(&[0x80, 0, 0, 0]);
                datagram[12..16].fill(0);
                datagram[36..40].copy_from_slice(&[0, 0, 0, u8::from(round % 4 == 0)]);
            }
            socket.send_to(&datagram, address).await.unwrap();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    assert!(whole);
    eventually(Duration::from_secs(5), "the end", || bench.status().connection.is_none()).await;
    let takes = bench.takes().await;
    assert_eq!(takes.len(), 1);
    decodes(&takes[0].join("video.mp4"));
}

fn transport_stream(what: &str) -> Vec<u8> {
    let made = command(&format!("{what} -f mpegts pipe:1")).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    made.stdout
}

fn reading_transport_streams() -> Profile {
    Profile { container: Container::TransportStream, ..Profile::default() }
}

#[test]
fn every_picture_of_a_transport_stream_arrives() {
    let messages = work(&reading_transport_streams(), &transport_stream(&source(4, "25", "-g 25 -bf 2 -c:a aac")));
    let (mut pictures, mut sound) = (0, 0);
    for message in &messages {
        match message {
            Message::Part(part) if part.track.as_str() == "video" => pictures += part.duration / 3600,
            Message::Part(part) => sound += part.duration,
            _ => {}
        }
    }
    assert_eq!(messages.last(), Some(&Message::End));
    // Of the last one nobody can say whether it is whole.
    assert_eq!(pictures, 99);
    assert!((3.8..4.2).contains(&(sound as f64 / 48_000.0)), "{sound}");
}

#[test]
fn hevc_in_a_transport_stream_is_named() {
    let what = "-f lavfi -i testsrc2=s=320x180:r=25 -t 1 -c:v libx265 -preset ultrafast -x265-params log-level=none";
    let messages = work(&reading_transport_streams(), &transport_stream(what));
    let named = messages.iter().any(|message| format!("{message:?}").contains("HEVC (H.265)"));
    assert!(named, "{messages:?}");
}

#[test]
fn a_corrupted_transport_stream_never_harms_more_than_the_worker() {
    let whole = transport_stream(&source(2, "25", CODING));
    for seed in 1..10_usize {
        let mut bytes = whole.clone();
        for at in (0..bytes.len()).filter(|at| at.wrapping_mul(seed.wrapping_mul(7919)) % 1000 == 0) {
            bytes[at] ^= 0x55;
        }
        // Whatever the worker says is well-formed: the harness reads all of it.
        work(&reading_transport_streams(), &bytes);
    }
}
