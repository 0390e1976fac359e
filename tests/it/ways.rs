//! The ways by which sources come, whole: a source made in the studio, its media from outside, and what a viewer gets.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::server::{Encoder, Server, free_ports};

/// How soon a viewer must get something of a source that has begun (a development build on a busy machine).
const SOON: Duration = Duration::from_secs(20);

/// A clerk who is logged in, as a program.
pub(crate) struct Clerk<'a> {
    pub(crate) client: reqwest::Client,
    pub(crate) server: &'a Server,
    cookie: String,
}

impl<'a> Clerk<'a> {
    pub(crate) async fn log_in(server: &'a Server) -> Self {
        Self::log_in_as(server, &server.clerk).await
    }

    pub(crate) async fn log_in_as(server: &'a Server, (email, password): &(String, String)) -> Self {
        let client = reqwest::Client::new();
        let form = format!("email={email}&password={password}");
        let answer = post(&client, server, "/login", "", form).await;
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { client, server, cookie }
    }

    pub(crate) async fn send(&self, path: &str, form: String) -> serde_json::Value {
        let answer = post(&self.client, self.server, path, &self.cookie, form).await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A page as it is shown to them, in Greek.
    pub(crate) async fn page(&self, path: &str) -> String {
        let request = self.client.get(self.server.url(path)).header("cookie", &self.cookie);
        request.header("accept-language", "el").send().await.unwrap().text().await.unwrap()
    }

    /// Makes a source the primary one of the meeting in session.
    pub(crate) async fn assign(&self, source: &str) {
        let path = format!("/studio/meetings/{}/sources", self.server.meeting);
        self.send(&path, format!("source={source}&rank=primary")).await;
    }

    pub(crate) async fn text(&self, url: &str) -> Option<String> {
        let answer = self.client.get(url).timeout(Duration::from_secs(5)).send().await.ok()?;
        if answer.status().is_success() { answer.text().await.ok() } else { None }
    }

    /// Waits until viewers are told of `more` parts than there were, and gets the newest.
    async fn watch(&self, more: usize) {
        let (began, mut seen) = (Instant::now(), std::collections::BTreeSet::new());
        while seen.len() <= more {
            assert!(began.elapsed() < SOON, "{} parts within {SOON:?}", seen.len());
            let playlist = self.text(&self.server.media("video.m3u8")).await.unwrap_or_default();
            let parts = playlist.lines().filter(|line| line.starts_with("#EXT-X-PART:"));
            seen.extend(parts.map(|line| line.split("URI=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let answer = self.client.get(self.server.media(seen.last().unwrap())).send().await.unwrap();
        assert!(answer.status().is_success() && !answer.bytes().await.unwrap().is_empty());
    }

    /// Whether the metrics say that exactly this many sources are connected.
    pub(crate) async fn sees_connected(&self, sources: usize) -> bool {
        let metrics = self.text(&self.server.url("/metrics")).await.unwrap_or_default();
        let of = metrics.lines().filter(|line| line.starts_with("bema_source_connected{") && line.ends_with(" 1"));
        of.count() == sources
    }

    /// Waits until they do.
    async fn connected(&self, sources: usize) {
        let began = Instant::now();
        while !self.sees_connected(sources).await {
            assert!(began.elapsed() < SOON, "not {sources} connected");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn post(client: &reqwest::Client, server: &Server, path: &str, cookie: &str, form: String) -> reqwest::Response {
    let request = client.post(server.url(path)).header("cookie", cookie).body(form);
    request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_srt_address_that_a_clerk_is_shown_takes_an_encoder_to_the_viewer() {
    let (folder, ports) = (tempfile::tempdir().unwrap(), free_ports());
    let log = folder.path().join("log");
    let settings = "[srt]\npassphrase = \"a-secret-of-the-hall\"\n";
    let server = Server::start_with(folder.path(), ports, settings, std::fs::File::create(&log).unwrap().into());
    let clerk = Clerk::log_in(&server).await;
    let made = clerk.send("/studio/sources", "name=OBS".into()).await;
    let (source, url) = (made["id"].as_str().unwrap(), made["srt_url"].as_str().unwrap());
    assert!(url.starts_with(&format!("srt://127.0.0.1:{}?streamid=bema-", server.srt)), "{url}");
    clerk.assign(source).await;
    let without = Encoder::to("mpegts", url.split('&').next().unwrap());
    let mut encoder = Encoder::to("mpegts", url);
    let began = Instant::now();
    while !clerk.sees_connected(1).await {
        assert!(began.elapsed() < SOON, "the encoder is not let in");
        // Until the new key is known it is refused, and ffmpeg does not try again by itself.
        if encoder.has_ended() {
            encoder = Encoder::to("mpegts", url);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    drop(without);
    clerk.watch(10).await;
    let key = made["key"].as_str().unwrap().to_owned();
    let stopped = server.stop();
    assert!(stopped < Duration::from_secs(8), "an orderly stop took {stopped:?}");
    drop(encoder);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("a source calls over SRT"), "{log}");
    for secret in [&key, "a-secret-of-the-hall"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

/// An RTSP camera at a port, killed when dropped.
struct Camera(Child);

impl Camera {
    fn start(port: u16, credentials: [&str; 2]) -> Self {
        let camera = Command::new("/usr/bin/python3")
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/ingest/tests/it/camera.py"))
            .arg(port.to_string())
            .args(credentials)
            .stdout(Stdio::null())
            .spawn();
        Self(camera.unwrap())
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_added_in_the_studio_is_called_and_left_when_its_address_changes() {
    let (folder, ports, (port, nobody)) = (tempfile::tempdir().unwrap(), free_ports(), free_ports());
    let log = folder.path().join("log");
    let server = Server::start_with(folder.path(), ports, "[media]\n", std::fs::File::create(&log).unwrap().into());
    let clerk = Clerk::log_in(&server).await;
    let _camera = Camera::start(port, ["chair", "canary@word"]);
    let address = format!("url=rtsp://127.0.0.1:{port}/stream1&user=chair&password=canary%40word");
    let added = clerk.send("/studio/cameras", format!("camera=Chair&{address}")).await;
    let source = added["id"].as_str().unwrap();
    clerk.assign(source).await;
    clerk.connected(1).await;
    clerk.watch(10).await;
    clerk.send(&format!("/studio/cameras/{source}"), format!("url=rtsp://127.0.0.1:{nobody}/")).await;
    clerk.connected(0).await;
    clerk.send(&format!("/studio/cameras/{source}"), address).await;
    clerk.connected(1).await;
    let stopped = server.stop();
    assert!(stopped < Duration::from_secs(8), "an orderly stop took {stopped:?}");
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("a camera plays") && !log.contains("canary"), "{log}");
}
