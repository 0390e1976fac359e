//! Sockets that follow one room, and some that write: what a floor costs for each message that reaches somebody.
//!
//!     sockets HOST:PORT --as bema --channel meeting/ID --cookie bema=… --followers 5000 --writers 25 --rate 100 --seconds 20
//!     sockets HOST:PORT --as plain|nats …
//!
//! Followers read raw bytes and count the mark that each message carries once, so that they cost little themselves; some of
//! them also read when each message was sent. `plain` is a server that gives every text to all (the peer `ws`), `nats` a
//! NATS server over WebSocket. `--stalled N` opens N more sockets that follow and never read.

#![expect(clippy::print_stdout, reason = "its figures are its output")]

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Stands twice in each message, and nowhere else.
const MARK: u8 = b'^';
/// Of so many followers one reads the times.
const SAMPLED: usize = 50;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Peer {
    Bema,
    Plain,
    Nats,
}

struct Shared {
    peer: Peer,
    address: String,
    channel: String,
    cookie: String,
    began: Instant,
    counting: AtomicBool,
    marks: AtomicU64,
    closed: AtomicU64,
    late_us: Mutex<Vec<u64>>,
}

fn main() {
    let mut words = std::env::args().skip(1);
    let Some(address) = words.next() else {
        eprintln!(
            "sockets HOST:PORT [--as bema|plain|nats] [--channel C] [--cookie C] [--followers N] [--writers N] [--rate N] [--seconds N] [--stalled N]"
        );
        std::process::exit(2);
    };
    let mut given: HashMap<String, String> = HashMap::new();
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        given.insert(name, value);
    }
    let number = |name: &str, default: u64| given.get(name).map_or(default, |value| value.parse().expect("a number"));
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    let peer = match text("--as").as_str() {
        "plain" => Peer::Plain,
        "nats" => Peer::Nats,
        _ => Peer::Bema,
    };
    let shared = Arc::new(Shared {
        peer,
        address,
        channel: text("--channel"),
        cookie: text("--cookie"),
        began: Instant::now(),
        counting: AtomicBool::new(false),
        marks: AtomicU64::new(0),
        closed: AtomicU64::new(0),
        late_us: Mutex::default(),
    });
    let (followers, writers) = (number("--followers", 5000), number("--writers", 25));
    let (rate, seconds, stalled) = (number("--rate", 100), number("--seconds", 20), number("--stalled", 0));
    let pid = given.get("--pid").and_then(|pid| pid.parse::<u64>().ok());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let before = pid.map(resident_kib);
        let connecting = Instant::now();
        let mut readers = tokio::task::JoinSet::new();
        for n in 0..followers + stalled {
            let socket = open(&shared, n).await;
            let shared = shared.clone();
            let (reads, sampled) = (n < followers, (n as usize).is_multiple_of(SAMPLED));
            readers.spawn(async move {
                if reads {
                    follow(socket, &shared, sampled).await;
                } else {
                    let _unread = socket;
                    std::future::pending::<()>().await;
                }
            });
        }
        println!("connected_s {:.2}", connecting.elapsed().as_secs_f64());
        tokio::time::sleep(Duration::from_secs(2)).await;
        let idle = pid.map(resident_kib);
        let mut writing = tokio::task::JoinSet::new();
        for n in 0..writers {
            writing.spawn(write(shared.clone(), n, writers, rate));
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        let cpu = pid.map(cpu_ticks);
        shared.counting.store(true, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        shared.counting.store(false, Ordering::Relaxed);
        let used = pid.map(cpu_ticks).zip(cpu).map(|(after, before)| after - before);
        writing.abort_all();
        let deliveries = shared.marks.load(Ordering::Relaxed) / 2;
        println!("deliveries {deliveries}");
        println!("closed {}", shared.closed.load(Ordering::Relaxed));
        let mut late = shared.late_us.lock().expect("no panic").clone();
        late.sort_unstable();
        let at =
            |share: usize| late.get(late.len().saturating_sub(1) * share / 1000).copied().unwrap_or(0) as f64 / 1000.0;
        println!("late_ms_p50 {:.1}\nlate_ms_p99 {:.1}\nlate_ms_max {:.1}", at(500), at(990), at(1000));
        if let (Some(used), Some(pid)) = (used, pid) {
            let cpu_s = used as f64 / 100.0;
            println!(
                "cpu_s {cpu_s:.2}\ncores {:.3}\ndeliveries_per_cpu_s {:.0}",
                cpu_s / seconds as f64,
                deliveries as f64 / cpu_s.max(0.01)
            );
            println!("resident_kib {}", resident_kib(pid));
        }
        if let (Some(before), Some(idle)) = (before, idle) {
            println!("kib_each {:.1}", (idle.saturating_sub(before)) as f64 / (followers + stalled).max(1) as f64);
        }
    });
}

/// A WebSocket that follows the channel, its first answers read.
async fn open(shared: &Shared, n: u64) -> TcpStream {
    for attempt in 0..50 {
        match try_open(shared, n).await {
            Ok(socket) => return socket,
            Err(error) if attempt == 49 => panic!("a socket could not be opened: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    unreachable!("the last try answers or panics")
}

async fn try_open(shared: &Shared, n: u64) -> std::io::Result<TcpStream> {
    // From many networks, as citizens are.
    let local: std::net::SocketAddr =
        format!("127.{}.{}.{}:0", 1 + n / 20_000, (n / 200) % 250, 1 + n % 200).parse().expect("an address");
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.bind(local)?;
    let mut socket = socket.connect(shared.address.parse().expect("HOST:PORT with a numeric host")).await?;
    socket.set_nodelay(true)?;
    let (path, protocol) = match shared.peer {
        Peer::Bema => ("/floor", "Sec-WebSocket-Protocol: bema.v1\r\n"),
        Peer::Plain | Peer::Nats => ("/", ""),
    };
    let cookie = if shared.cookie.is_empty() { String::new() } else { format!("Cookie: {}\r\n", shared.cookie) };
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{protocol}{cookie}\r\n",
        shared.address
    );
    socket.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
        if socket.read_buf(&mut answer).await? == 0 {
            return Err(std::io::Error::other("closed at the handshake"));
        }
    }
    if !answer.starts_with(b"HTTP/1.1 101") {
        return Err(std::io::Error::other(String::from_utf8_lossy(&answer).into_owned()));
    }
    match shared.peer {
        Peer::Bema => {
            let ask = serde_json::json!({ "do": "subscribe", "channel": shared.channel }).to_string();
            socket.write_all(&frame(ask.as_bytes())).await?;
        }
        Peer::Nats => {
            let ask = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\nSUB room 1\r\n";
            socket.write_all(&frame(ask.as_bytes())).await?;
        }
        Peer::Plain => {}
    }
    Ok(socket)
}

/// A text frame of a client (RFC 6455 §5.2): masked, here with zeroes.
fn frame(payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x81];
    match payload.len() {
        length @ 0..126 => frame.push(0x80 | u8::try_from(length).expect("under 126")),
        length => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&u16::try_from(length).expect("short lines").to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(payload);
    frame
}

async fn follow(mut socket: TcpStream, shared: &Shared, sampled: bool) {
    let mut buffer = vec![0; 16 << 10];
    loop {
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => {
                shared.closed.fetch_add(1, Ordering::Relaxed);
                return;
            }
            Ok(read) if shared.counting.load(Ordering::Relaxed) => {
                let bytes = &buffer[..read];
                let marks = bytes.iter().filter(|byte| **byte == MARK).count();
                shared.marks.fetch_add(marks as u64, Ordering::Relaxed);
                if sampled {
                    note_times(bytes, shared);
                }
            }
            Ok(_) => {}
        }
    }
}

/// What stands between two marks is when the message was sent.
fn note_times(bytes: &[u8], shared: &Shared) {
    let now = shared.began.elapsed().as_micros() as u64;
    let mut late = shared.late_us.lock().expect("no panic");
    for between in bytes.split(|byte| *byte == MARK).skip(1).step_by(2) {
        if let Some(sent) = std::str::from_utf8(between).ok().and_then(|text| text.parse::<u64>().ok()) {
            late.push(now.saturating_sub(sent));
        }
    }
}

async fn write(shared: Arc<Shared>, n: u64, writers: u64, rate: u64) {
    let socket = open(&shared, 1_000_000 + n).await;
    let (mut read, mut write) = socket.into_split();
    let drain = tokio::spawn(async move {
        let mut buffer = vec![0; 16 << 10];
        while read.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    });
    let each = Duration::from_micros(1_000_000 * writers / rate.max(1));
    let mut every = tokio::time::interval_at((Instant::now() + each.mul_f64(n as f64 / writers as f64)).into(), each);
    loop {
        every.tick().await;
        let sent = shared.began.elapsed().as_micros();
        // Of 200 bytes, as a citizen's sentence is.
        let words =
            format!("^{sent}^ Πότε θα αρχίσει το έργο της ύδρευσης στην Παλιά Πόλη και πόσο θα διαρκέσει; {sent:x}");
        let line = match shared.peer {
            Peer::Bema => {
                let id = uuid::Uuid::now_v7();
                serde_json::json!({ "do": "say", "channel": shared.channel, "id": id, "name": "", "text": words })
                    .to_string()
            }
            Peer::Plain => words,
            Peer::Nats => format!("PUB room {}\r\n{words}\r\n", words.len()),
        };
        if write.write_all(&frame(line.as_bytes())).await.is_err() {
            break;
        }
    }
    drain.abort();
}

fn cpu_ticks(pid: u64) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after = stat.rsplit_once(") ").map_or("", |(_, after)| after);
    let fields: Vec<u64> = after.split(' ').skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    fields.iter().sum()
}

fn resident_kib(pid: u64) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|kib| kib.parse().ok()).unwrap_or(0)
}
