//! What the tests stand on: a server with a store behind it, and ffmpeg.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use ingest::{WorkerCommand, worker::Profile};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use vod_store::{Clock, Intake, MeetingId, SourceId, Store, intake::SourceStatus, store::About};

/// The only key that the server knows.
pub(crate) const KEY: &str = "canary-7f3a-bema";

pub(crate) struct Bench {
    pub(crate) intake: Intake,
    pub(crate) source: SourceId,
    pub(crate) address: SocketAddr,
    store: Store,
    meeting: MeetingId,
    folder: tempfile::TempDir,
    pub(crate) shutdown: CancellationToken,
    pub(crate) tracker: TaskTracker,
}

pub(crate) fn workers(profile: Profile) -> WorkerCommand {
    let program = env!("CARGO_BIN_EXE_media-worker").into();
    WorkerCommand { program, arguments: vec!["media-worker".into()], environment: Vec::new(), profile }
}

impl Bench {
    pub(crate) async fn start() -> Self {
        Self::with(workers(Profile::default())).await
    }

    pub(crate) async fn with(workers: WorkerCommand) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let (intake, source, meeting) = (Intake::new(clock.clone()), SourceId::new(), MeetingId::new());
        let store = Store::open(folder.path().to_owned(), intake.clone(), clock.clone()).unwrap();
        let about = About {
            municipality: "m".into(),
            body: "b".into(),
            body_name: "B".into(),
            title: "t".into(),
            place: "p".into(),
            starts_at_ms: 0,
            agenda: Vec::new(),
        };
        store.begin(meeting, &about, &[source]).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, tracker) = (CancellationToken::new(), TaskTracker::new());
        let admit: ingest::rtmp::Admit = Arc::new(move |key| (key == KEY).then_some(source));
        let (of_intake, of_shutdown, of_tracker) = (intake.clone(), shutdown.clone(), tracker.clone());
        tracker.spawn(ingest::rtmp::serve(listener, admit, of_intake, workers, clock, of_shutdown, of_tracker));
        Self { intake, source, address, store, meeting, folder, shutdown, tracker }
    }

    pub(crate) fn url(&self, key: &str) -> String {
        format!("rtmp://{}/live/{key}", self.address)
    }

    pub(crate) fn status(&self) -> SourceStatus {
        self.intake.status(self.source).borrow().clone()
    }

    /// Waits until the source's status is as wanted.
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&SourceStatus) -> bool) -> SourceStatus {
        let mut status = self.intake.status(self.source);
        let waited = tokio::time::timeout(Duration::from_secs(20), status.wait_for(|status| wanted(status))).await;
        match waited {
            Ok(status) => status.unwrap().clone(),
            Err(_) => panic!("{what} did not come; the status is {:?}", self.status()),
        }
    }

    /// Publishes with ffmpeg until it ends; `what` stands before the output.
    pub(crate) async fn publish(&self, what: &str) -> Output {
        ffmpeg(&format!("{what} -f flv {}", self.url(KEY))).await
    }

    /// Ends everything; gives the folders of the source's takes, oldest first.
    pub(crate) async fn takes(&self) -> Vec<PathBuf> {
        self.shutdown.cancel();
        self.tracker.close();
        self.tracker.wait().await;
        self.store.end(self.meeting).await.unwrap();
        self.store.close().await;
        let mut takes = Vec::new();
        find(self.folder.path(), &mut takes);
        takes.retain(|take| std::fs::read_to_string(take.join("journal")).unwrap().contains(&self.source.to_string()));
        takes.sort();
        takes
    }
}

fn find(folder: &Path, takes: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.join("journal").is_file() && path.join("audio.mp4").is_file() {
                takes.push(path.clone());
            }
            find(&path, takes);
        }
    }
}

/// A test picture and tone: `seconds` at `rate`, coded with `coding`.
pub(crate) fn source(seconds: u32, rate: &str, coding: &str) -> String {
    format!(
        "-f lavfi -i testsrc2=s=320x180:r={rate} -f lavfi -i sine=440:r=48000 -t {seconds} \
         -c:v libx264 -preset ultrafast -pix_fmt yuv420p {coding}"
    )
}

pub(crate) fn command(arguments: &str) -> Command {
    let mut command = Command::new("ffmpeg");
    command.args("-hide_banner -nostdin -y -v info".split(' ')).args(arguments.split_whitespace());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) async fn ffmpeg(arguments: &str) -> Output {
    let mut command = tokio::process::Command::from(command(arguments));
    tokio::time::timeout(Duration::from_secs(60), command.kill_on_drop(true).output()).await.unwrap().unwrap()
}

/// Packets of a track's file as ffprobe reads them: pts, dts and duration in seconds, and whether it is a keyframe.
#[derive(Debug)]
pub(crate) struct Packet {
    pub(crate) pts: f64,
    pub(crate) dts: f64,
    pub(crate) duration: f64,
    pub(crate) key: bool,
}

pub(crate) fn packets(file: &Path) -> Vec<Packet> {
    let entries = "packet=pts_time,dts_time,duration_time,flags";
    let probe = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", entries, "-of", "csv=p=0"])
        .arg(file)
        .output()
        .unwrap();
    assert!(probe.stderr.is_empty(), "{}: {}", file.display(), String::from_utf8_lossy(&probe.stderr));
    let text = String::from_utf8(probe.stdout).unwrap();
    text.lines()
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let number = |at: usize| fields[at].parse::<f64>().unwrap();
            // ffprobe does not know how long the first frame of sound is.
            let duration = fields[2].parse().unwrap_or_default();
            Packet { pts: number(0), dts: number(1), duration, key: fields[3].starts_with('K') }
        })
        .collect()
}

/// Decodes a track's file; the decoder must find nothing to complain of.
pub(crate) fn decodes(file: &Path) {
    let decoded = Command::new("ffmpeg")
        .args(["-v", "warning", "-nostdin", "-i"])
        .arg(file)
        .args(["-f", "null", "-"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&decoded.stderr);
    assert!(decoded.status.success() && said.is_empty(), "{}: {said}", file.display());
}

/// Pauses until `done`, at most `within`.
pub(crate) async fn eventually(within: Duration, what: &str, mut done: impl FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < within, "{what} did not come within {within:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
