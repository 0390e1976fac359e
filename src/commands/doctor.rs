//! `bema doctor`: what a meeting needs of this machine, and what to do where it is missing.

use std::{io::Write, process::ExitCode, time::Instant};

use council::{Clock, Council};
use player::server::acme;

use super::print;
use crate::config::Config;

/// A part's finding: fine, or what is wrong and what to do.
type Finding = Result<String, String>;

/// The GStreamer elements that the worker uses, with the Debian package that has them.
const ELEMENTS: [(&str, &str); 7] = [
    ("appsrc", "gstreamer1.0-plugins-base"),
    ("flvdemux", "gstreamer1.0-plugins-good"),
    ("tsdemux", "gstreamer1.0-plugins-bad"),
    ("h264parse", "gstreamer1.0-plugins-bad"),
    ("aacparse", "gstreamer1.0-plugins-good"),
    ("avdec_h264", "gstreamer1.0-libav"),
    ("jpegenc", "gstreamer1.0-plugins-good"),
];

/// Less room than this is too little to begin with: ten hours of a meeting.
const LEAST_ROOM: u64 = 10 << 30;

pub(crate) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let mut sound = true;
    let mut say = |what: &str, finding: Finding| {
        let (word, text) = match finding {
            Ok(text) => ("fine ", text),
            Err(text) => {
                sound = false;
                ("WRONG", text)
            }
        };
        print(&format!("{word}  {what}: {text}\n"));
    };
    say("media", elements());
    say("disk", disk(&config));
    say("clock", clock());
    say("HTTP port", port(config.server.listen));
    if let Some(address) = config.tls_address()? {
        say("HTTPS port", port(address));
        say("certificate", certificate(&config)?);
    }
    match config.rtmp_address()? {
        Some(address) => say("RTMP port", port(address)),
        None => say("RTMP port", Ok("off by the settings".into())),
    }
    match config.srt_address()? {
        Some(address) => say("SRT port", udp_port(address)),
        None => say("SRT port", Ok("off by the settings".into())),
    }
    say("database", database(&config).await);
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn elements() -> Finding {
    let missing = ingest::missing_elements(&ELEMENTS.map(|(element, _)| element)).map_err(|error| error.to_string())?;
    let packages = ELEMENTS.iter().filter(|(element, _)| missing.iter().any(|name| name == element));
    let mut packages: Vec<&str> = packages.map(|(_, package)| *package).collect();
    packages.sort_unstable();
    packages.dedup();
    if missing.is_empty() {
        return Ok(format!("all {} GStreamer elements are there", ELEMENTS.len()));
    }
    Err(format!("missing {}; do: apt-get install {}", missing.join(", "), packages.join(" ")))
}

fn disk(config: &Config) -> Finding {
    let folder = config.recordings();
    let words = |error: std::io::Error| {
        format!("{}: {error}; make the folder and give it to the user who runs bema", folder.display())
    };
    std::fs::create_dir_all(&folder).map_err(words)?;
    let stat = rustix::fs::statvfs(&folder).map_err(|error| words(error.into()))?;
    let room = stat.f_bavail.saturating_mul(stat.f_frsize);
    let (write, sync) = speed(&folder).map_err(words)?;
    let found = format!("{} GB free, {write:.0} MB/s, a part reaches the disk in {sync:.1} ms", room / 1_000_000_000);
    if room < LEAST_ROOM {
        return Err(format!(
            "{found}; less than ten hours of a meeting: free room, or name another folder in data.folder"
        ));
    }
    if sync > 100.0 {
        return Err(format!("{found}; too slow for parts five times a second: use another disk"));
    }
    Ok(found)
}

/// Megabytes a second of writing, and the median milliseconds of a part's sync.
fn speed(folder: &std::path::Path) -> std::io::Result<(f64, f64)> {
    let path = folder.join(".doctor");
    let mut file = std::fs::File::create(&path)?;
    let block = vec![0x5a_u8; 1 << 20];
    let began = Instant::now();
    for _ in 0..32 {
        file.write_all(&block)?;
    }
    file.sync_all()?;
    let write = 32.0 * 1.048_576 / began.elapsed().as_secs_f64();
    let mut times = Vec::new();
    for _ in 0..21 {
        file.write_all(&block[..50_000])?;
        let began = Instant::now();
        file.sync_data()?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    drop(file);
    std::fs::remove_file(path)?;
    times.sort_by(f64::total_cmp);
    Ok((write, times[times.len() / 2]))
}

fn clock() -> Finding {
    let now = Clock::system().now();
    if now < "2026-01-01T00:00:00Z".parse().map_err(|error: jiff::Error| error.to_string())? {
        return Err(format!("it says {now}, which is past; set it, and install chrony or systemd-timesyncd"));
    }
    let synchronised = std::path::Path::new("/run/systemd/timesync/synchronized").exists()
        || std::path::Path::new("/run/chrony/chronyd.pid").exists()
        || std::path::Path::new("/var/run/ntpd.pid").exists();
    let kept = if synchronised {
        "kept in time"
    } else {
        "nothing is seen to keep it in time; install chrony if nothing does"
    };
    Ok(format!("{now}; {kept}"))
}

fn certificate(config: &Config) -> anyhow::Result<Finding> {
    if let Some(settings) = config.acme()? {
        return Ok(acme::look(&settings, &Clock::system()));
    }
    let (chain, key) = (&config.tls.certificate, &config.tls.key);
    if let Err(error) = player::server::Certificate::read(chain, key) {
        return Ok(Err(format!("{error}; look at tls.certificate and tls.key")));
    }
    let leaf = acme::Leaf::read(&std::fs::read(chain)?)?;
    let past = leaf.not_after_ms < Clock::system().now_ms();
    Ok(if past { Err(format!("{leaf}, which is past; renew it")) } else { Ok(leaf.to_string()) })
}

fn port(address: std::net::SocketAddr) -> Finding {
    found_port(address, "TCP", std::net::TcpListener::bind(address))
}

fn udp_port(address: std::net::SocketAddr) -> Finding {
    found_port(address, "UDP", std::net::UdpSocket::bind(address))
}

fn found_port<T>(address: std::net::SocketAddr, kind: &str, taken: std::io::Result<T>) -> Finding {
    match taken {
        Ok(_) => Ok(format!("{address} ({kind}) is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            Err(format!("{address} ({kind}) is taken; is bema running? else name another in the settings"))
        }
        Err(error) => Err(format!("{address} ({kind}): {error}; ports below 1024 need CAP_NET_BIND_SERVICE")),
    }
}

async fn database(config: &Config) -> Finding {
    std::fs::create_dir_all(&config.data.folder).map_err(|error| error.to_string())?;
    let url = config.database_url();
    let kind = url.split(':').next().unwrap_or_default().to_owned();
    let council = Council::open(&url, Clock::system()).await;
    let council = council.map_err(|error| format!("{kind}: {error}; look at data.database and BEMA_DATABASE_URL"))?;
    let answer = council.ping().await.map_err(|error| format!("{kind}: {error}"));
    council.close().await;
    answer.map(|()| format!("{kind} answers, the migrations are applied"))
}
