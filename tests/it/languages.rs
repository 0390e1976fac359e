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

    /// An interpreter's, over RTMP: sound alone, in mono, as it leaves a booth.
    fn speak(url: &str, hertz: f64) -> Self {
        let mut command = Command::new("ffmpeg");
        command.args("-nostdin -v error -re -f lavfi -i".split(' ')).arg(format!("sine=r=44100:f={hertz}"));
        command.args("-ac 1 -c:a aac -b:a 64k -f flv".split(' ')).arg(url);
        Self(command.stderr(Stdio::null()).spawn().unwrap())
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
    let_in(clerk, 1, || Encoder::send(url, sounds)).await
}

/// As [`connect`], of an encoder with which so many are connected.
async fn let_in(clerk: &Clerk<'_>, connected: usize, start: impl Fn() -> Encoder) -> Encoder {
    let began = Instant::now();
    let mut encoder = start();
    while !clerk.sees_connected(connected).await {
        assert!(began.elapsed() < SOON, "the encoder is not let in");
        if encoder.0.try_wait().unwrap().is_some() {
            encoder = start();
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

    /// Waits until the newest two segments of a rendition sound so.
    async fn comes_to_hear(&self, rendition: &str, hertz: f64) {
        let (began, mut heard) = (Instant::now(), 0.0);
        while (heard - hertz).abs() > hertz / 25.0 {
            assert!(began.elapsed() < SOON, "{rendition} sounds at {heard} Hz, not {hertz}");
            tokio::time::sleep(Duration::from_millis(200)).await;
            let newest = cuts(&self.playlist(rendition).await).pop().filter(|(_, segments)| segments.len() >= 2);
            if let Some((init, mut segments)) = newest {
                segments.drain(..segments.len() - 2);
                heard = self.hears(&(init, segments)).await;
            }
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

#[tokio::test(flavor = "multi_thread")]
async fn an_interpreter_with_an_encoder_of_their_own_is_a_language_of_the_chamber() {
    let folder = tempfile::tempdir().unwrap();
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let server = Server::start_with(folder.path(), free_ports(), "[media]\n", log.into());
    let clerk = Clerk::log_in(&server).await;
    let chamber = clerk.send("/studio/sources", "name=OBS".into()).await;
    clerk.assign(chamber["id"].as_str().unwrap()).await;
    let booth = clerk.send("/studio/sources", "name=Booth".into()).await;
    let booth_id = booth["id"].as_str().unwrap();
    let sources = format!("/studio/meetings/{}/sources", server.meeting);
    clerk.send(&sources, format!("source={booth_id}&rank=interpreter&language=en")).await;
    let viewer = Viewer { clerk: &clerk, folder: folder.path() };
    let speak =
        || Encoder::speak(&format!("{}/{}", booth["url"].as_str().unwrap(), booth["key"].as_str().unwrap()), ENGLISH);

    let interpreter = let_in(&clerk, 1, speak).await;
    let url = chamber["srt_url"].as_str().unwrap();
    let encoder = let_in(&clerk, 2, || Encoder::send(url, &[("ell", GREEK)])).await;
    viewer.comes_to_hear("audio-en", ENGLISH).await;
    viewer.comes_to_hear("audio", GREEK).await;
    assert!(viewer.playlist("index").await.contains("LANGUAGE=\"en\",NAME=\"English\""));

    // The booth is lost: silence at first, then the floor; its chamber goes on.
    drop(interpreter);
    viewer.comes_to_hear("audio-en", GREEK).await;
    let without = cuts(&viewer.playlist("audio-en").await).len();
    // It comes back; then the clerk takes it from the meeting.
    let interpreter = let_in(&clerk, 2, speak).await;
    viewer.comes_to_hear("audio-en", ENGLISH).await;
    let again = cuts(&viewer.playlist("audio-en").await).len();
    assert_eq!(again, without + 1, "everybody's stream breaks off once for it");
    clerk.send(&format!("{sources}/{booth_id}/remove"), String::new()).await;
    viewer.comes_to_hear("audio-en", GREEK).await;
    drop((encoder, interpreter));

    clerk.send(&format!("/studio/meetings/{}/end", server.meeting), String::new()).await;
    let (floor, english) = (cuts(&viewer.playlist("audio").await), cuts(&viewer.playlist("audio-en").await));
    let lengths = |cuts: &[(String, Vec<String>)]| cuts.iter().map(|(_, segments)| segments.len()).collect::<Vec<_>>();
    let (floor, segments) = (lengths(&floor), lengths(&english));
    let alike = floor.len() == segments.len() && floor.iter().zip(&segments).all(|(a, b)| a.abs_diff(*b) <= 1);
    assert!(alike, "the floor has {floor:?} segments in its cuts, English {segments:?}");
    is(viewer.hears(&english[without]).await, ENGLISH, "English, after the end");
    let download = folder.path().join("download.mp4");
    std::fs::write(&download, viewer.get("download.mp4").await).unwrap();
    let asked = "-v error -show_entries stream_tags=language -of csv=p=0".split(' ');
    let probe = Command::new("ffprobe").args(asked).arg(&download).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&probe.stdout), "und\nell\neng\n");
}
