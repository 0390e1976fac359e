//! A council with an interpreter, whole: an encoder that sends two sounds over SRT, and what a viewer hears of each.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    server::{Server, free_ports},
    ways::Clerk,
};

/// How soon what is waited for must come (a development build on a busy machine).
const SOON: Duration = Duration::from_secs(30);
const GREEK: f64 = 440.0;
const ENGLISH: f64 = 880.0;

/// ffmpeg, sending the floor and interpreters as tones; ended when dropped.
struct Encoder(Child);

impl Encoder {
    fn send(url: &str, sounds: &[(&str, f64)]) -> Self {
        let mut command = Command::new("ffmpeg");
        command.args("-nostdin -v error -re -f lavfi -i testsrc2=s=320x180:r=25".split(' '));
        for (_, hertz) in sounds {
            command.args(["-re", "-f", "lavfi", "-i", &format!("sine=r=48000:f={hertz}")]);
        }
        for input in 0..=sounds.len() {
            command.args(["-map", &input.to_string()]);
        }
        for (index, (language, _)) in sounds.iter().enumerate() {
            command.args([format!("-metadata:s:a:{index}"), format!("language={language}")]);
        }
        command
            .args("-c:v libx264 -preset ultrafast -g 25 -bf 0 -pix_fmt yuv420p -c:a aac -b:a 96k -f mpegts".split(' '));
        Self(command.arg(url).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An encoder that is let in; until its new key is known it is refused, and ffmpeg does not try again by itself.
async fn connect(clerk: &Clerk<'_>, url: &str, sounds: &[(&str, f64)]) -> Encoder {
    let began = Instant::now();
    let mut encoder = Encoder::send(url, sounds);
    while !clerk.sees_connected(1).await {
        assert!(began.elapsed() < SOON, "the encoder is not let in");
        if encoder.0.try_wait().unwrap().is_some() {
            encoder = Encoder::send(url, sounds);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    encoder
}

/// What a playlist lists, cut by cut: the address of the init segment, and those of the segments.
fn cuts(playlist: &str) -> Vec<(String, Vec<String>)> {
    let mut cuts: Vec<(String, Vec<String>)> = Vec::new();
    for line in playlist.lines() {
        if let Some(map) = line.strip_prefix("#EXT-X-MAP:URI=\"") {
            cuts.push((map.trim_end_matches('"').to_owned(), Vec::new()));
        } else if line.ends_with(".m4s") {
            cuts.last_mut().unwrap().1.push(line.to_owned());
        }
    }
    cuts
}

/// The pitch of a file's sound `map`, `seconds` of it from `from` on, as ffmpeg decodes it.
fn pitch(file: &Path, map: &str, from: f64, seconds: f64) -> f64 {
    let decoded = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-i"])
        .arg(file)
        .args(["-ss", &from.to_string(), "-t", &seconds.to_string(), "-map", map])
        .args("-f s16le -ac 1 -ar 48000 pipe:1".split(' '))
        .output()
        .unwrap();
    let samples: Vec<i16> =
        decoded.stdout.chunks_exact(2).map(|sample| i16::from_le_bytes([sample[0], sample[1]])).collect();
    let crossings = samples.windows(2).filter(|pair| (pair[0] < 0) != (pair[1] < 0)).count();
    assert!(samples.len() > 24_000, "{}: {} samples of {map}", file.display(), samples.len());
    #[expect(clippy::cast_precision_loss, reason = "seconds of samples")]
    let pitch = crossings as f64 * 24_000.0 / samples.len() as f64;
    pitch
}

#[track_caller]
fn is(pitch: f64, expected: f64, what: &str) {
    assert!((pitch - expected).abs() < expected / 25.0, "{what} sounds at {pitch} Hz, not {expected}");
}

/// A viewer without a browser.
struct Viewer<'a> {
    clerk: &'a Clerk<'a>,
    folder: &'a Path,
}

impl Viewer<'_> {
    async fn playlist(&self, rendition: &str) -> String {
        self.clerk.text(&self.clerk.server.media(&format!("{rendition}.m3u8"))).await.unwrap_or_default()
    }

    /// Waits until a rendition has `count` cuts with two whole segments in the last; answers their addresses.
    async fn cut(&self, rendition: &str, count: usize) -> (String, Vec<String>) {
        let began = Instant::now();
        loop {
            let playlist = self.playlist(rendition).await;
            let mut cuts = cuts(&playlist);
            if cuts.len() == count && cuts[count - 1].1.len() >= 2 {
                return cuts.remove(count - 1);
            }
            assert!(began.elapsed() < SOON, "{rendition} has not come to {count} cuts: {playlist}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// The pitch of what a cut of a rendition sounds like.
    async fn hears(&self, (init, segments): &(String, Vec<String>)) -> f64 {
        let mut bytes = Vec::new();
        for address in std::iter::once(init).chain(segments) {
            bytes.extend(self.get(address).await);
        }
        let file = self.folder.join("heard.mp4");
        std::fs::write(&file, bytes).unwrap();
        pitch(&file, "0:a:0", 0.0, 60.0)
    }

    async fn get(&self, address: &str) -> Vec<u8> {
        let answer = self.clerk.client.get(self.clerk.server.media(address)).send().await.unwrap();
        assert!(answer.status().is_success(), "{address}: {}", answer.status());
        answer.bytes().await.unwrap().to_vec()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interpreter_is_heard_live_after_the_end_and_in_the_download() {
    let folder = tempfile::tempdir().unwrap();
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let server = Server::start_with(folder.path(), free_ports(), "[media]\n", log.into());
    let clerk = Clerk::log_in(&server).await;
    let made = clerk.send("/studio/sources", "name=OBS".into()).await;
    clerk.assign(made["id"].as_str().unwrap()).await;
    let url = made["srt_url"].as_str().unwrap();
    let viewer = Viewer { clerk: &clerk, folder: folder.path() };

    // Live: the slate, then both; the chamber's language is the floor though it comes second.
    let encoder = connect(&clerk, url, &[("eng", ENGLISH), ("ell", GREEK)]).await;
    is(viewer.hears(&viewer.cut("audio", 2).await).await, GREEK, "the floor, live");
    is(viewer.hears(&viewer.cut("audio-en", 2).await).await, ENGLISH, "English, live");
    let index = viewer.playlist("index").await;
    assert!(
        index.contains("LANGUAGE=\"en\",NAME=\"English\"") && index.contains("NAME=\"Ελληνικά\",DEFAULT=YES"),
        "{index}"
    );

    // The encoder comes back without the interpreter: first the slate, then the floor for both.
    drop(encoder);
    viewer.cut("audio-en", 3).await;
    let encoder = connect(&clerk, url, &[("ell", GREEK)]).await;
    is(viewer.hears(&viewer.cut("audio-en", 4).await).await, GREEK, "English without an interpreter");
    is(viewer.hears(&viewer.cut("audio", 4).await).await, GREEK, "the floor, later");
    drop(encoder);

    clerk.send(&format!("/studio/meetings/{}/end", server.meeting), String::new()).await;
    let (floor, english) = (viewer.playlist("audio").await, viewer.playlist("audio-en").await);
    for playlist in [&floor, &english] {
        assert!(playlist.contains("#EXT-X-PLAYLIST-TYPE:VOD") && playlist.ends_with("#EXT-X-ENDLIST\n"), "{playlist}");
    }
    let (floor, english) = (cuts(&floor), cuts(&english));
    is(viewer.hears(&floor[1]).await, GREEK, "the floor, after the end");
    is(viewer.hears(&english[1]).await, ENGLISH, "English, after the end");
    assert_eq!(floor[3].1.len(), english[3].1.len());

    let download = folder.path().join("download.mp4");
    std::fs::write(&download, viewer.get("download.mp4").await).unwrap();
    let probe = Command::new("ffprobe")
        .args("-v error -show_entries stream=codec_type:stream_tags=language:stream_disposition=default".split(' '))
        .args(["-of", "compact=p=0:nk=1"])
        .arg(&download)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&probe.stdout), "video|1|und\naudio|1|ell\naudio|0|eng\n");
    is(pitch(&download, "0:a:0", 0.5, 2.0), GREEK, "the floor of the download");
    is(pitch(&download, "0:a:1", 0.5, 2.0), ENGLISH, "English in the download");
}
