//! Viewers that wait for the next part, as players of low-latency HLS do: `wrk` cannot block.
//!
//!     viewers HOST:PORT /media/ID/video.m3u8 --viewers 2000 --seconds 20
//!
//! Each viewer keeps one connection and asks for the version of the playlist that has the next part; when it comes it asks
//! for the one after. An answer's lateness is told from the first answer that any viewer got for the same part,
//! so it holds what the server needs to wake and answer them all (and the machine's own scheduling).

#![expect(clippy::print_stdout, reason = "its figures are its output")]

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A part by its segment and number, and when the first viewer had it.
type Firsts = Arc<Mutex<HashMap<(u64, u64), Instant>>>;

#[derive(Default)]
struct Tally {
    late_us: Vec<u64>,
    failures: u64,
    bytes: u64,
}

fn main() {
    let mut words = std::env::args().skip(1);
    let (Some(address), Some(path)) = (words.next(), words.next()) else {
        eprintln!("viewers HOST:PORT PATH [--viewers N] [--seconds N] [--pid SERVER]");
        std::process::exit(2);
    };
    let mut options: HashMap<String, u64> = HashMap::new();
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        options.insert(name, value.parse().expect("a number"));
    }
    let option = |name: &str, default| options.get(name).copied().unwrap_or(default);
    let (viewers, seconds) = (option("--viewers", 2000), option("--seconds", 20));
    let resident = |pid: u64| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0").trim().to_owned();
        line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0)
    };
    let before = options.get("--pid").map(|pid| resident(*pid));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (tally, during) = runtime.block_on(async {
        let firsts = Firsts::default();
        let tally = Arc::new(Mutex::new(Tally::default()));
        // The first seconds, in which everybody connects, are not counted.
        let counted = Instant::now() + Duration::from_secs(3);
        let until = counted + Duration::from_secs(seconds);
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..viewers {
            let (address, path) = (address.clone(), path.clone());
            let (firsts, tally) = (firsts.clone(), tally.clone());
            tasks.spawn(async move {
                if view(&address, &path, &firsts, &tally, counted, until).await.is_none() {
                    tally.lock().expect("no viewer panics").failures += 1;
                }
            });
        }
        tokio::time::sleep_until((until - Duration::from_secs(1)).into()).await;
        let during = options.get("--pid").map(|pid| resident(*pid));
        tasks.join_all().await;
        (Arc::into_inner(tally).expect("all viewers have gone").into_inner().expect("no viewer panics"), during)
    });
    let mut late = tally.late_us;
    late.sort_unstable();
    let at = |share: f64| late.get(((late.len() as f64 - 1.0) * share) as usize).copied().unwrap_or(0) as f64 / 1000.0;
    let each = before.zip(during).map(|(before, during)| during.saturating_sub(before) as f64 / viewers as f64);
    println!(
        "{{\"viewers\":{viewers},\"answers\":{},\"failures\":{},\"late_ms_p50\":{:.1},\"late_ms_p99\":{:.1},\"late_ms_max\":{:.1},\"bytes_an_answer\":{},\"kib_a_viewer\":{}}}",
        late.len(),
        tally.failures,
        at(0.5),
        at(0.99),
        at(1.0),
        tally.bytes.checked_div(late.len() as u64).unwrap_or(0),
        each.map_or("null".to_owned(), |kib| format!("{kib:.1}")),
    );
}

async fn view(
    address: &str,
    path: &str,
    firsts: &Firsts,
    tally: &Mutex<Tally>,
    counted: Instant,
    until: Instant,
) -> Option<()> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.set_nodelay(true).ok()?;
    let mut buffer = Vec::with_capacity(8192);
    let host = address.to_owned();
    let (mut segment, mut part) = newest(&ask(&mut stream, &mut buffer, &host, path).await?)?;
    while Instant::now() < until {
        // The next part of this segment; where the segment is complete the server answers with the next one's first.
        part += 1;
        let wanted = format!("{path}?_HLS_msn={segment}&_HLS_part={part}&_HLS_skip=YES");
        let text = ask(&mut stream, &mut buffer, &host, &wanted).await?;
        let now = Instant::now();
        let newest = newest(&text)?;
        let first = *firsts.lock().expect("no viewer panics").entry(newest).or_insert(now);
        if now >= counted {
            let mut tally = tally.lock().expect("no viewer panics");
            tally.late_us.push(u64::try_from((now - first).as_micros()).unwrap_or(u64::MAX));
            tally.bytes += text.len() as u64;
        }
        (segment, part) = newest;
    }
    Some(())
}

/// One request on a connection that stays; the answer's body.
async fn ask(stream: &mut TcpStream, buffer: &mut Vec<u8>, host: &str, path: &str) -> Option<String> {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).await.ok()?;
    buffer.clear();
    let (head, length) = loop {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = std::str::from_utf8(&buffer[..end]).ok()?.to_ascii_lowercase();
            if !head.starts_with("http/1.1 200") {
                return None;
            }
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length:"))?.trim().parse::<usize>().ok()?;
            break (end + 4, length);
        }
    };
    while buffer.len() < head + length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    String::from_utf8(buffer[head..head + length].to_vec()).ok()
}

/// Segment and number of the newest part that a playlist lists (`…/12.3.m4s` in its last `EXT-X-PART`).
fn newest(text: &str) -> Option<(u64, u64)> {
    let line = text.lines().rfind(|line| line.starts_with("#EXT-X-PART:"))?;
    let name = line.split("URI=\"").nth(1)?.split('"').next()?.rsplit('/').next()?;
    let mut numbers = name.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}
