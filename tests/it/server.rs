//! A running `bema demo` of the test's own, as a process that can be killed, and a real encoder for it.

use std::{
    io::{BufRead, BufReader},
    net::{TcpListener, UdpSocket},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The program under test.
const BEMA: &str = env!("CARGO_BIN_EXE_bema");

/// A running server; killed when dropped.
pub(crate) struct Server {
    process: Child,
    pub(crate) http: u16,
    pub(crate) rtmp: u16,
    pub(crate) srt: u16,
    pub(crate) meeting: String,
    pub(crate) clerk: (String, String),
}

/// Two ports that were free a moment ago.
pub(crate) fn free_ports() -> (u16, u16) {
    let bind = || TcpListener::bind("127.0.0.1:0").unwrap();
    let (one, two) = (bind(), bind());
    (one.local_addr().unwrap().port(), two.local_addr().unwrap().port())
}

/// A UDP port that was free a moment ago.
fn free_udp_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Server {
    /// Starts on the data in `folder` and waits until it has said where it is.
    pub(crate) fn start(folder: &Path, ports: (u16, u16)) -> Self {
        Self::start_with(folder, ports, "", Stdio::inherit())
    }

    /// The same with these settings, and its log at every level to `log`.
    pub(crate) fn start_with(folder: &Path, (http, rtmp): (u16, u16), settings: &str, log: Stdio) -> Self {
        let srt = free_udp_port();
        let file = folder.join("demo.toml");
        std::fs::write(&file, settings).unwrap();
        let level = if settings.is_empty() { "warn" } else { "debug" };
        let mut process = Command::new(BEMA)
            .args(["demo", "--no-past", "--no-encoder", "--data"])
            .arg(folder)
            .args(["--http", &format!("127.0.0.1:{http}"), "--rtmp", &format!("127.0.0.1:{rtmp}")])
            .args(["--srt", &format!("127.0.0.1:{srt}"), "--config"])
            .arg(file)
            .env("BEMA_LOG", level)
            .stderr(log)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap()).lines();
        let (mut meeting, mut clerk) = (None, None);
        for line in said.by_ref() {
            let line = line.unwrap();
            if let Some((_, id)) = line.split_once("/studio/meetings/") {
                meeting = Some(id.trim().to_owned());
            }
            if let Some((_, rest)) = line.split_once("Log in as clerk") {
                let mut words = rest.split_whitespace().map(str::to_owned);
                clerk = words.next().zip(words.next());
            }
            if line.contains("Ctrl-C") {
                break;
            }
        }
        let (meeting, clerk) = meeting.zip(clerk).expect("the demonstration says where it is");
        Self { process, http, rtmp, srt, meeting, clerk }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.http)
    }

    pub(crate) fn media(&self, path: &str) -> String {
        self.url(&format!("/media/{}/{path}", self.meeting))
    }

    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// SIGTERM, and the wait for an orderly end.
    pub(crate) fn stop(mut self) -> Duration {
        let began = Instant::now();
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let status = self.process.wait().unwrap();
        assert!(status.success(), "SIGTERM ended in {status}");
        began.elapsed()
    }

    /// The processes that read media for it.
    pub(crate) fn workers(&self) -> Vec<u32> {
        let out =
            Command::new("pgrep").args(["-P", &self.process.id().to_string(), "-f", "media-worker"]).output().unwrap();
        String::from_utf8_lossy(&out.stdout).lines().map(|line| line.parse().unwrap()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed by the test already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// ffmpeg, sending a test picture and a tone; ended when dropped.
pub(crate) struct Encoder(Child);

impl Encoder {
    /// Publishes with the key of the demonstration in `folder`.
    pub(crate) fn start(folder: &Path, rtmp: u16) -> Self {
        let memory: serde_json::Value =
            serde_json::from_slice(&std::fs::read(folder.join("demo.json")).unwrap()).unwrap();
        let key = memory["key"].as_str().unwrap();
        Self::to("flv", &format!("rtmp://127.0.0.1:{rtmp}/live/{key}"))
    }

    /// Sends to an address in a format.
    pub(crate) fn to(format: &str, url: &str) -> Self {
        let command = Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25"])
            .args(["-f", "lavfi", "-i", "sine=r=48000:f=440", "-c:v", "libx264", "-preset", "ultrafast", "-g", "25"])
            .args(["-bf", "0", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "96k", "-f", format, url])
            .stderr(Stdio::null())
            .spawn();
        Self(command.expect("ffmpeg is installed (script/setup tests)"))
    }
}

impl Encoder {
    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // It ends by itself when the server goes.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
