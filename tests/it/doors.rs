//! The ways in for the public: HTTPS by a certificate of ours, and nginx with the configuration that we ship; curl asks.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command},
    time::{Duration, Instant},
};

use crate::server::{Encoder, Server, free_ports};

/// What curl says to these arguments.
pub(crate) fn curl(arguments: &[&str]) -> String {
    let out = Command::new("curl").args(["--silent", "--max-time", "20"]).args(arguments).output();
    String::from_utf8_lossy(&out.expect("curl is installed (script/setup tests)").stdout).into_owned()
}

/// Asks until the answer is as wanted.
pub(crate) fn until(what: &str, ask: impl Fn() -> String, wanted: impl Fn(&str) -> bool) -> String {
    let began = Instant::now();
    loop {
        let answer = ask();
        if wanted(&answer) {
            return answer;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{what}: {answer}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// A certificate for this name, signed by itself; answers chain and key.
pub(crate) fn certificate(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    let (chain, key) = (folder.join("chain.pem"), folder.join("key.pem"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args(["-subj", &format!("/CN={name}"), "-addext", &format!("subjectAltName=DNS:{name}")])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&chain)
        .output();
    assert!(made.expect("openssl is installed (script/setup tests)").status.success());
    (chain, key)
}

#[test]
fn https_by_the_operators_certificate_and_without_it_only_the_way_there() {
    let folder = tempfile::tempdir().unwrap();
    let (chain, key) = certificate(folder.path(), "council.test");
    let ((http, rtmp), (https, _)) = (free_ports(), free_ports());
    let settings = format!(
        "[server]\npublic_url = \"https://council.test:{https}\"\n\
         [tls]\nlisten = \"127.0.0.1:{https}\"\ncertificate = {chain:?}\nkey = {key:?}\n"
    );
    let _server = Server::start_with(folder.path(), (http, rtmp), &settings, std::process::Stdio::null());
    let ca = chain.display().to_string();
    let resolve = format!("council.test:{https}:127.0.0.1");
    let page = format!("https://council.test:{https}/");
    for (version, option) in [("2", "--http2"), ("1.1", "--http1.1")] {
        let said = curl(&[
            "--cacert",
            &ca,
            "--resolve",
            &resolve,
            option,
            "-L",
            "-w",
            "\n%{http_version} %{http_code}",
            &page,
        ]);
        assert!(said.ends_with(&format!("\n{version} 200")), "{said}");
        assert!(said.contains("<html"), "{said}");
    }
    let cookies = curl(&["--cacert", &ca, "--resolve", &resolve, "-i", &format!("{page}login")]);
    assert!(!cookies.contains("Set-Cookie: bema="), "a cookie that HTTP would carry too: {cookies}");
    let plain = format!("http://127.0.0.1:{http}");
    let sent = curl(&["-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", &format!("{plain}/?t=5")]);
    assert_eq!(sent, format!("308 {page}?t=5"));
    assert_eq!(curl(&["-o", "/dev/null", "-w", "%{http_code}", &format!("{plain}/healthz")]), "200");
    // Whoever speaks something else harms nobody.
    curl(&[&format!("http://127.0.0.1:{https}/")]);
    assert!(curl(&["--cacert", &ca, "--resolve", &resolve, "-L", &page]).contains("<html"));
}

#[test]
fn a_certificate_that_cannot_be_used_is_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let (chain, key) = certificate(folder.path(), "council.test");
    let other = tempfile::tempdir().unwrap();
    let (_, strange) = certificate(other.path(), "other.test");
    let read =
        |chain: &Path, key: &Path| player::server::Certificate::read(chain, key).map_err(|error| error.to_string());
    assert!(read(&chain, &key).is_ok());
    for (chain, key, said) in [
        (chain.as_path(), strange.as_path(), "does it belong to"),
        (key.as_path(), key.as_path(), "no certificate"),
        (chain.as_path(), chain.as_path(), "chain.pem"),
        (Path::new("/nowhere/chain.pem"), key.as_path(), "/nowhere/chain.pem"),
    ] {
        let error = read(chain, key).unwrap_err();
        assert!(error.contains(said), "{error}");
    }
}

/// nginx with the shipped configuration; ended when dropped.
struct Nginx(Child);

impl Nginx {
    fn start(folder: &Path, port: u16, bema: u16) -> Self {
        let site = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/nginx.conf")).unwrap();
        let site = site
            .replace("listen 80;", &format!("listen 127.0.0.1:{port};"))
            .replace("    listen [::]:80;\n", "")
            .replace("127.0.0.1:8080", &format!("127.0.0.1:{bema}"))
            .replace("/var/cache/nginx/bema", &folder.join("cache").display().to_string());
        std::fs::write(folder.join("site.conf"), site).unwrap();
        let at = folder.display();
        // The paths that Debian compiles in are root's.
        let main = format!(
            "daemon off;\npid {at}/nginx.pid;\nerror_log stderr;\nevents {{ worker_connections 1024; }}\n\
             http {{ access_log off; client_body_temp_path {at}/body; proxy_temp_path {at}/proxy;\n\
             fastcgi_temp_path {at}/f; uwsgi_temp_path {at}/u; scgi_temp_path {at}/s; include {at}/site.conf; }}\n"
        );
        let file = folder.join("nginx.conf");
        std::fs::write(&file, main).unwrap();
        let child = Command::new("/usr/sbin/nginx").arg("-c").arg(&file).arg("-p").arg(folder).spawn();
        Self(child.expect("nginx is installed (script/setup tests)"))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // It may have ended already, and the test has failed then.
        let _ = Command::new("kill").args(["-QUIT", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

#[test]
fn nginx_as_we_ship_it_keeps_the_media_and_lets_players_wait() {
    let folder = tempfile::tempdir().unwrap();
    let ((http, rtmp), (port, _)) = (free_ports(), free_ports());
    let settings = "[server]\ntrusted_proxies = [\"127.0.0.1\"]\n";
    let server = Server::start_with(folder.path(), (http, rtmp), settings, std::process::Stdio::null());
    let _encoder = Encoder::start(folder.path(), rtmp);
    let _nginx = Nginx::start(folder.path(), port, http);
    let media = format!("http://127.0.0.1:{port}/media/{}", server.meeting);
    let playlist = format!("{media}/video.m3u8");
    let complete = |text: &str| text.matches("#EXTINF").count() >= 6;
    let text = until("six segments", || curl(&[&playlist]), complete);
    let segment = text.lines().rfind(|line| !line.starts_with('#') && line.ends_with(".m4s")).unwrap();
    let segment = format!("{media}/{segment}");
    let headers = || curl(&["-o", "/dev/null", "-D", "-", &segment]).to_lowercase();
    assert!(headers().contains("x-cache: miss"), "{}", headers());
    assert!(headers().contains("x-cache: hit"), "{}", headers());
    let range = curl(&["-o", "/dev/null", "-r", "0-99", "-w", "%{http_code} %{size_download}", &segment]);
    assert_eq!(range, "206 100");
    // Forty players wait for the same part; each gets it, and at about the same time.
    let last = text.matches("#EXTINF").count() + 1;
    let wanted = format!("{playlist}?_HLS_msn={last}&_HLS_part=1");
    let waiters: Vec<_> = (0..40)
        .map(|_| {
            let wanted = wanted.clone();
            std::thread::spawn(move || curl(&["-w", "\n%{http_code}", &wanted]))
        })
        .collect();
    let named = format!("/{last}.1.m4s");
    for waiter in waiters {
        let answer = waiter.join().unwrap();
        assert!(answer.ends_with("\n200") && answer.contains(&named), "{answer}");
    }
    let events = format!("http://127.0.0.1:{port}/meetings/{}/events", server.meeting);
    let said = curl(&["--max-time", "3", "-N", &events]);
    assert!(said.contains("data:") || said.contains("event:"), "events come through as they are: {said:?}");
    let socket = format!("http://127.0.0.1:{port}/floor");
    let upgrade =
        ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: bema.v1"];
    let mut asked = vec!["--max-time", "3", "-i", "-N", "-H", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
    asked.extend(upgrade.iter().flat_map(|header| ["-H", header]));
    asked.push(&socket);
    let opened = curl(&asked);
    assert!(opened.contains("101 Switching Protocols") && opened.contains("\"type\":\"hello\""), "{opened:?}");
    let download = curl(&["-o", "/dev/null", "-w", "%{http_code}", &format!("{media}/download.mp4")]);
    assert_eq!(download, "200");
}
