//! Films of old meetings: sent in pieces through kills, and imported by the command beside a running server.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use base64::Engine as _;

use crate::server::{Server, free_ports};

const SECONDS: u32 = 40;

/// A film of a test picture and a tone.
fn film(path: &Path) -> Vec<u8> {
    let made = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25", "-f", "lavfi", "-i"])
        .args(["sine=r=48000:f=440", "-t", &SECONDS.to_string(), "-c:v", "libx264", "-preset", "ultrafast"])
        .args(["-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac"])
        .arg(path)
        .status();
    assert!(made.expect("ffmpeg is installed (script/setup tests)").success());
    std::fs::read(path).unwrap()
}

/// A clerk's program that speaks tus.
struct Sender {
    client: reqwest::Client,
    cookie: String,
}

impl Sender {
    async fn log_in(server: &Server) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let (email, password) = &server.clerk;
        let login = client.post(server.url("/login")).body(format!("email={email}&password={password}"));
        let answer = login.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { client, cookie }
    }

    async fn ask(&self, request: reqwest::RequestBuilder) -> reqwest::Response {
        request.header("cookie", &self.cookie).header("tus-resumable", "1.0.0").send().await.unwrap()
    }

    async fn text(&self, url: String) -> String {
        self.ask(self.client.get(url).header("accept", "text/html")).await.text().await.unwrap()
    }

    /// The body's id, as the form offers it.
    async fn body(&self, server: &Server) -> String {
        let page = self.text(server.url("/studio/films")).await;
        page.split("<option value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    /// Announces a film; answers its path.
    async fn announce(&self, server: &Server, title: &str, length: usize) -> String {
        let coded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        let body = self.body(server).await;
        let pairs = [("body", body.as_str()), ("title", title), ("date", "2019-03-27"), ("time", "18:00")];
        let said: Vec<String> = pairs.iter().map(|(key, value)| format!("{key} {}", coded(value))).collect();
        let post = self.client.post(server.url("/studio/films")).header("upload-metadata", said.join(","));
        let answer = self.ask(post.header("upload-length", length)).await;
        assert_eq!(answer.status(), 201);
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    async fn offset(&self, server: &Server, path: &str) -> usize {
        let answer = self.ask(self.client.head(server.url(path))).await;
        answer.headers()["upload-offset"].to_str().unwrap().parse().unwrap()
    }

    async fn piece(&self, server: &Server, path: &str, offset: usize, piece: &[u8]) {
        let patch = self.client.patch(server.url(path)).header("upload-offset", offset).body(piece.to_vec());
        let answer = self.ask(patch.header("content-type", "application/offset+octet-stream")).await;
        assert_eq!(answer.status(), 204);
    }

    /// Waits until the page of films says `what`.
    async fn says(&self, server: &Server, what: &str) -> String {
        let began = Instant::now();
        loop {
            let page = self.text(server.url("/studio/films?lang=en")).await;
            if page.contains(what) {
                return page;
            }
            assert!(began.elapsed() < Duration::from_secs(40), "not {what}: {page}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The length of the recording at `meeting`, once it is a recording.
async fn length(server: &Server, meeting: &str) -> f64 {
    let playlist =
        reqwest::get(server.url(&format!("/media/{meeting}/video.m3u8"))).await.unwrap().text().await.unwrap();
    assert!(playlist.ends_with("#EXT-X-ENDLIST\n"), "{playlist}");
    playlist.lines().filter_map(|line| line.strip_prefix("#EXTINF:")?.trim_end_matches(',').parse::<f64>().ok()).sum()
}

fn meeting_of(page: &str) -> String {
    let link = page.split("<p><a href=\"/meetings/").nth(1).expect("a link to the recording");
    link.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_goes_on_after_a_kill_and_becomes_one_recording() {
    let (folder, ports) = (tempfile::tempdir().unwrap(), free_ports());
    let bytes = film(&folder.path().join("old.mp4"));
    let server = Server::start(folder.path(), ports);
    let sender = Sender::log_in(&server).await;
    let path = sender.announce(&server, "Παλιά συνεδρίαση", bytes.len()).await;
    let third = bytes.len() / 3;
    sender.piece(&server, &path, 0, &bytes[..third]).await;
    server.kill();

    let server = Server::start(folder.path(), ports);
    assert_eq!(sender.offset(&server, &path).await, third, "what was acknowledged is there");
    sender.piece(&server, &path, third, &bytes[third..]).await;
    sender.says(&server, "being made into a recording").await;
    server.kill();

    let server = Server::start(folder.path(), ports);
    let page = sender.says(&server, "The recording is open to citizens").await;
    let meeting = meeting_of(&page);
    let got = length(&server, &meeting).await;
    assert!((got - f64::from(SECONDS)).abs() < 0.3, "{got} s of {SECONDS}");
    let list = reqwest::get(server.url("/?lang=en")).await.unwrap().text().await.unwrap();
    assert_eq!(list.matches("Παλιά συνεδρίαση</a>").count(), 1, "{list}");
    let recordings = std::fs::read_dir(folder.path().join("recordings")).unwrap().count();
    assert_eq!(recordings, 3, "the meeting in session, this one, and the folder of films");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_film_is_said_and_a_torn_one_is_kept_as_far_as_it_goes() {
    let (folder, ports) = (tempfile::tempdir().unwrap(), free_ports());
    let server = Server::start(folder.path(), ports);
    let sender = Sender::log_in(&server).await;
    let path = sender.announce(&server, "Σημειώσεις", 5000).await;
    sender.piece(&server, &path, 0, &[b'x'; 5000]).await;
    let page = sender.says(&server, "could not be made into a recording").await;
    assert!(!page.contains("See the recording") && page.contains("Save it as MP4, MOV, MKV or WebM"), "{page}");
    let greek = sender.text(server.url("/studio/films?lang=el")).await;
    assert!(greek.contains("Αποθηκεύστε το ως MP4, MOV, MKV ή WebM") && !greek.contains("it is no MP4"), "{greek}");
    let again = sender.client.post(server.url(&format!("{path}/again"))).header("accept", "text/html");
    assert_eq!(sender.ask(again).await.status(), 303);
    sender.says(&server, "could not be made into a recording").await;
    let removed = sender.client.delete(server.url(&path));
    assert_eq!(sender.ask(removed).await.status(), 204);

    let made = folder.path().join("whole.mkv");
    let bytes = film(&made);
    let torn = &bytes[..bytes.len() / 2];
    let path = sender.announce(&server, "Μισή", torn.len()).await;
    sender.piece(&server, &path, 0, torn).await;
    let page = sender.says(&server, "See the recording").await;
    let got = length(&server, &meeting_of(&page)).await;
    assert!(got > f64::from(SECONDS) / 4.0 && got < f64::from(SECONDS), "{got} s of {SECONDS}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_imports_beside_a_running_server() {
    let (folder, ports) = (tempfile::tempdir().unwrap(), free_ports());
    let server = Server::start(folder.path(), ports);
    let made = folder.path().join("old.mp4");
    film(&made);
    let settings = folder.path().join("import.toml");
    std::fs::write(&settings, format!("[data]\nfolder = {:?}\n", folder.path())).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_bema"))
        .args(["import", "--title", "Από τη γραμμή εντολών", "--began", "2018-05-09T18:30"])
        .arg("--config")
        .args([&settings, &made])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let list = reqwest::get(server.url("/?lang=en")).await.unwrap().text().await.unwrap();
    let before = list.split("Από τη γραμμή εντολών").next().unwrap();
    let meeting = before.rsplit("/meetings/").next().unwrap().split('"').next().unwrap();
    let got = length(&server, meeting).await;
    assert!((got - f64::from(SECONDS)).abs() < 0.3, "{got} s of {SECONDS}");
}
