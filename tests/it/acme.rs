//! HTTPS by a certificate that Bema gets by itself, from a real certificate authority: Let's Encrypt's own for tests, Pebble.

use std::{
    fs::File,
    net::UdpSocket,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::{
    doors::{certificate, curl, until},
    server::{Server, free_ports},
};

const NAME: &str = "council.example.gr";
const OTHER: &str = "live.example.gr";

/// Pebble, and a name server by which every name leads to this machine; ended when dropped.
struct Authority {
    processes: Vec<Child>,
    /// Where its own roots are.
    management: u16,
    directory: String,
    /// The certificate by which it is trusted itself.
    trusted: PathBuf,
}

impl Authority {
    /// At `port`; it checks names at `checked`.
    fn start(folder: &Path, (port, management): (u16, u16), checked: u16) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let (trusted, key) = certificate(folder, "localhost");
        let config = folder.join("pebble.json");
        let settings = serde_json::json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{port}"), "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": trusted, "privateKey": key, "httpPort": 1, "tlsPort": checked,
        }});
        std::fs::write(&config, settings.to_string()).unwrap();
        let names = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let dns = quiet(
            Command::new("pebble-challtestsrv")
                .args(["-defaultIPv4", "127.0.0.1", "-defaultIPv6", "", "-http01", "", "-https01", ""])
                .args(["-tlsalpn01", "", "-management", "127.0.0.1:0", "-dns01", &names.to_string()]),
        );
        let pebble = quiet(
            Command::new("pebble")
                .arg("-config")
                .arg(config)
                .args(["-dnsserver", &names.to_string()])
                .env("PEBBLE_VA_NOSLEEP", "1"),
        );
        let directory = format!("https://localhost:{port}/dir");
        let authority = Self { processes: vec![dns, pebble], management, directory, trusted };
        let ca = authority.trusted.display().to_string();
        until("the authority", || curl(&["--cacert", &ca, &authority.directory]), |said| said.contains("newOrder"));
        authority
    }

    /// The root of what it gives, in a file.
    fn root(&self, folder: &Path) -> String {
        let file = folder.join("root.pem").display().to_string();
        let roots = format!("https://localhost:{}/roots/0", self.management);
        curl(&["--cacert", &self.trusted.display().to_string(), "-o", &file, &roots]);
        file
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        for process in &mut self.processes {
            // It may have ended already.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// The settings of a town that gets its certificate by itself for these names.
fn settings(https: u16, directory: &str, trusted: &Path, names: &[&str]) -> String {
    format!(
        "[server]\npublic_url = \"https://{NAME}:{https}\"\n[tls]\nlisten = \"127.0.0.1:{https}\"\n\
         [tls.acme]\nenabled = true\nterms_agreed = true\ndirectory = \"{directory}\"\nca_file = {trusted:?}\n\
         names = {names:?}\n"
    )
}

/// What openssl says of a greeting with this name and this protocol.
fn greeting(https: u16, name: &str, protocol: &str) -> String {
    let out = Command::new("openssl")
        .args(["s_client", "-connect", &format!("127.0.0.1:{https}"), "-servername", name, "-alpn", protocol])
        .stdin(Stdio::null())
        .output()
        .expect("openssl is installed (script/setup tests)");
    String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
}

#[test]
fn a_certificate_is_got_kept_and_got_anew_for_other_names() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let ((http, rtmp), (https, _)) = (free_ports(), free_ports());
    let ports = free_ports();
    let at = folder.path().join("authority");
    let log = folder.path().join("bema.log");
    let start = |settings: &str| {
        let log = File::options().create(true).append(true).open(&log).unwrap();
        Server::start_with(&data, (http, rtmp), settings, log.into())
    };
    let said = || std::fs::read_to_string(&log).unwrap();
    let page = format!("https://{NAME}:{https}/");
    let resolve = format!("{NAME}:{https}:127.0.0.1");
    let ask = |root: &str| curl(&["--cacert", root, "--resolve", &resolve, "-L", &page]);

    // The authority is away, and was never there: Bema serves what it can, says so, and asks again.
    std::fs::create_dir_all(&at).unwrap();
    let (trusted, _) = certificate(&at, "localhost");
    let directory = format!("https://localhost:{}/dir", ports.0);
    let server = start(&settings(https, &directory, &trusted, &[NAME]));
    until("the failure is told", said, |said| said.contains("the certificate authority could not be asked"));
    let healthy = curl(&["-o", "/dev/null", "-w", "%{http_code}", &format!("http://127.0.0.1:{http}/healthz")]);
    assert_eq!(healthy, "200");
    drop(server);

    let authority = Authority::start(&at, ports, https);
    let root = authority.root(folder.path());
    let one = settings(https, &authority.directory, &authority.trusted, &[NAME]);
    let server = start(&one);
    until("the page by HTTPS", || ask(&root), |said| said.contains("<html"));
    // The proof is nobody's business any more, and never was a certificate for visitors.
    assert!(greeting(https, NAME, "acme-tls/1").contains("alert"), "{}", greeting(https, NAME, "acme-tls/1"));
    assert!(greeting(https, NAME, "h2").contains("ALPN protocol: h2"));
    let kept = || std::fs::read_to_string(data.join("acme/certificate.json")).unwrap();
    let first = kept();
    assert!(server.stop() < Duration::from_secs(10));

    // With other names at once another one is asked for; what stood meanwhile stays in use until it is there.
    let both = settings(https, &authority.directory, &authority.trusted, &[NAME, OTHER]);
    let server = start(&both);
    let other = format!("{OTHER}:{https}:127.0.0.1");
    let ask_other =
        || curl(&["--cacert", &root, "--resolve", &other, "-i", &format!("https://{OTHER}:{https}/healthz")]);
    assert!(ask(&root).contains("<html"), "the old certificate");
    until("the other name", ask_other, |said| said.contains("200"));
    let second = kept();
    assert_ne!(first, second);
    drop(server);

    // A restart asks for nothing: the authority is gone, and HTTPS is there at once.
    drop(authority);
    let server = start(&both);
    assert!(ask(&root).contains("<html"));
    assert_eq!(kept(), second);
    drop(server);
}

#[test]
fn a_name_that_does_not_lead_here_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    let ((http, rtmp), (https, elsewhere)) = (free_ports(), free_ports());
    // It looks where Bema is not.
    let authority = Authority::start(&folder.path().join("authority"), free_ports(), elsewhere);
    let log = folder.path().join("bema.log");
    let text = settings(https, &authority.directory, &authority.trusted, &[NAME]);
    let text = format!("{text}[data]\nfolder = {data:?}\n");
    let _server = Server::start_with(&data, (http, rtmp), &text, File::create(&log).unwrap().into());
    let said = || std::fs::read_to_string(&log).unwrap();
    let told = until("the refusal is told", said, |said| said.contains("the certificate authority refused"));
    assert!(told.contains(NAME) && told.contains("there is no HTTPS meanwhile"), "{told}");
    let doctor = Command::new(env!("CARGO_BIN_EXE_bema"))
        .args(["doctor", "--config"])
        .arg(data.join("demo.toml"))
        .output()
        .unwrap();
    let doctor = String::from_utf8_lossy(&doctor.stdout);
    assert!(doctor.contains("must lead to this machine"), "{doctor}");
}
