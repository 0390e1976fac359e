//! RTSP cameras, from which the media is pulled (RFC 2326, over TCP).
//!
//! Rust code reads the protocol and puts RTP's packets together to access units; these go, as FLV tags, to a worker
//! process as an RTMP encoder's do. Nothing here looks into the media but for the parameter sets, which RTSP carries.
//! A camera's address may hold a password: it appears in no log.

mod order;

use std::time::Duration;

use bytes::{BufMut as _, BytesMut};
use futures_util::StreamExt as _;
use retina::{
    client::{
        Credentials, Demuxed, InitialTimestampPolicy, PlayOptions, Session, SessionOptions, SetupOptions, Transport,
    },
    codec::{CodecItem, FrameFormat, ParametersRef, VideoFrame},
};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;
use url::Url;
use vod_store::{
    Clock, Intake, SourceId,
    intake::{Cause, Connection, Feed, Refusal, Refused},
};

use crate::{
    Error, Result, WorkerCommand,
    flv::{Kind, Tag},
    supervisor::{self, Ended},
};
use order::Decoding;

/// The pause before the first further attempt; every failure doubles it.
pub const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long a camera may take from the connection to its first packet being on the way.
pub const SETUP_TIMEOUT: Duration = Duration::from_secs(10);
/// A camera that sends nothing for so long is left, and called again.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(5);
/// A connection that lasted so long was a good one: the pauses begin anew.
const LASTED: Duration = Duration::from_secs(10);

/// Where a camera is, and what it is told.
struct Camera {
    url: Url,
    credentials: Option<Credentials>,
    /// The address for people: host and port.
    remote: String,
}

/// What every attempt needs.
struct Puller {
    source: SourceId,
    intake: Intake,
    workers: WorkerCommand,
    clock: Clock,
    shutdown: CancellationToken,
}

/// Pulls from the camera at `url` until `shutdown`, however often it goes away.
pub async fn pull(
    source: SourceId,
    url: String,
    intake: Intake,
    workers: WorkerCommand,
    clock: Clock,
    shutdown: CancellationToken,
) {
    let camera = match Camera::read(&url) {
        Ok(camera) => camera,
        Err(error) => return tracing::error!(%source, %error, "a camera cannot be called"),
    };
    let puller = Puller { source, intake, workers, clock, shutdown };
    let mut pause = FIRST_PAUSE;
    while !puller.shutdown.is_cancelled() {
        let began = Instant::now();
        match puller.session(&camera).await {
            Ok(()) => tracing::info!(%source, remote = camera.remote, "a camera has ended"),
            Err(error) => tracing::info!(%source, remote = camera.remote, %error, "a camera failed"),
        }
        if began.elapsed() >= LASTED {
            pause = FIRST_PAUSE;
        }
        tokio::select! {
            () = puller.shutdown.cancelled() => return,
            () = tokio::time::sleep(pause.mul_f64(share(source))) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// A source's own share of each pause: cameras that went away together do not all come back in the same instant.
fn share(source: SourceId) -> f64 {
    let digit = source.to_string().chars().next_back().and_then(|digit| digit.to_digit(16));
    0.5 + f64::from(digit.unwrap_or_default()) / 32.0
}

impl Camera {
    /// Takes the name and the password out of the address.
    fn read(url: &str) -> Result<Self> {
        let mut url: Url = url.parse().map_err(|_| Error::Rtsp("the address is none".into()))?;
        if url.scheme() != "rtsp" {
            return Err(Error::Rtsp("only addresses with rtsp:// can be called".into()));
        }
        let username = unescape(url.username());
        let password = url.password().map(unescape).unwrap_or_default();
        let credentials = (!username.is_empty()).then_some(Credentials { username, password });
        let none = "the address names no host";
        url.set_username("").map_err(|()| Error::Rtsp(none.into()))?;
        url.set_password(None).map_err(|()| Error::Rtsp(none.into()))?;
        let host = url.host_str().ok_or_else(|| Error::Rtsp(none.into()))?;
        let remote = format!("{host}:{}", url.port().unwrap_or(554));
        Ok(Self { url, credentials, remote })
    }
}

/// Undoes the escapes of an address (RFC 3986 §2.1).
fn unescape(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.filter(|_| first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A session that plays, and which of its streams are taken.
struct Playing {
    items: Demuxed,
    video: usize,
    audio: Option<usize>,
}

impl Puller {
    /// One connection to the camera, until it ends.
    async fn session(&self, camera: &Camera) -> Result<()> {
        let begun = tokio::select! {
            begun = timeout(SETUP_TIMEOUT, self.begin(camera)) => begun,
            () = self.shutdown.cancelled() => return Ok(()),
        };
        let mut playing = begun.map_err(|_| self.refused(camera, Refusal::Unreachable))??;
        let (since_ms, remote) = (self.clock.now_ms(), camera.remote.clone());
        let encoder = playing.items.tool().map(|tool| tool.to_string()).unwrap_or_default();
        let encoder = encoder.chars().filter(|letter| !letter.is_control()).take(100).collect();
        let connection = Connection { protocol: "rtsp", remote, encoder, since_ms };
        let feed = self.intake.connect(self.source, connection).map_err(|reason| self.refused(camera, reason))?;
        tracing::info!(source = %self.source, remote = camera.remote, "a camera plays");
        match self.carry(&feed, &mut playing).await? {
            Ended::Whole | Ended::Gone => Ok(()),
            Ended::Refused(reason) => Err(self.refused(camera, reason)),
        }
    }

    /// Shows on the go-live screen why nothing comes.
    fn refused(&self, camera: &Camera, reason: Refusal) -> Error {
        let error = Error::Rtsp(format!("it is refused: {reason:?}"));
        let (at_ms, remote) = (self.clock.now_ms(), camera.remote.clone());
        self.intake.refused(self.source, Refused { at_ms, remote, reason });
        error
    }

    /// Why a call did not come to play: for the log as the library says it, for the go-live screen in its own words.
    fn failed(&self, camera: &Camera, error: &retina::Error) -> Error {
        let reason = match error.status_code() {
            Some(401 | 403) => Refusal::Denied,
            Some(status) => Refusal::Unreadable { cause: Cause::Camera, what: format!("RTSP {status}") },
            None => Refusal::Unreachable,
        };
        self.refused(camera, reason);
        Error::Rtsp(error.to_string())
    }

    async fn begin(&self, camera: &Camera) -> Result<Playing> {
        let options = SessionOptions::default().creds(camera.credentials.clone()).user_agent("Bema".into());
        let failed = |error| self.failed(camera, &error);
        let mut session = Session::describe(camera.url.clone(), options).await.map_err(failed)?;
        let find = |media: &str, wanted: &str| {
            let streams = session.streams().iter();
            let mut streams = streams.enumerate().filter(|(_, stream)| stream.media() == media);
            streams.find(|(_, stream)| stream.encoding_name() == wanted).map(|(at, _)| at)
        };
        let (video, audio) = (find("video", "h264"), find("audio", "mpeg4-generic"));
        let Some(video) = video else {
            let got = session.streams().iter().find(|stream| stream.media() == "video");
            let got = got.map_or_else(|| "no picture".into(), |stream| stream.encoding_name().to_ascii_uppercase());
            return Err(self.refused(camera, Refusal::Codec { got, set: "H.264".into() }));
        };
        for stream in [Some(video), audio].into_iter().flatten() {
            let transport = Transport::Tcp(retina::client::TcpTransportOptions::default());
            let options = SetupOptions::default().transport(transport).frame_format(FrameFormat::MP4);
            session.setup(stream, options).await.map_err(failed)?;
        }
        let options = PlayOptions::default().initial_timestamp(InitialTimestampPolicy::Permissive);
        let items = session.play(options).await.map_err(failed)?.demuxed().map_err(failed)?;
        Ok(Playing { items, video, audio })
    }

    /// Carries the media to workers until either side ends.
    async fn carry(&self, feed: &Feed, playing: &mut Playing) -> Result<Ended> {
        let (tags, queue) = mpsc::channel(supervisor::QUEUE);
        let work = supervisor::run(&self.workers, feed, queue);
        tokio::pin!(work);
        let read = tokio::select! {
            read = self.forward(playing, tags) => read,
            ended = &mut work => return Ok(ended),
        };
        // What was read before the end, or before the fault, still goes to the record.
        let ended = work.await;
        read?;
        Ok(ended)
    }

    async fn forward(&self, playing: &mut Playing, tags: mpsc::Sender<Tag>) -> Result<()> {
        let mut tagger = Tagger::default();
        let mut heard = Instant::now();
        loop {
            let silent = IDLE_TIMEOUT.saturating_sub(heard.elapsed());
            let next = tokio::select! {
                next = timeout(silent, playing.items.next()) => next,
                () = self.shutdown.cancelled() => return Ok(()),
            };
            let Some(item) = next.map_err(|_| Error::Rtsp("no media for too long".into()))? else { return Ok(()) };
            match item.map_err(|error| Error::Rtsp(error.to_string()))? {
                CodecItem::VideoFrame(frame) => {
                    if let Some(ParametersRef::Video(parameters)) = playing.items.streams()[playing.video].parameters()
                    {
                        tagger.video_configuration(&frame, parameters.extra_data());
                    }
                    tagger.video(frame);
                }
                CodecItem::AudioFrame(frame) => {
                    let parameters = playing.audio.and_then(|audio| playing.items.streams()[audio].parameters());
                    if let Some(ParametersRef::Audio(parameters)) = parameters {
                        tagger.audio(&frame, parameters.extra_data());
                    }
                }
                _ => continue,
            }
            heard = Instant::now();
            for tag in tagger.ready.drain(..) {
                if tags.send(tag).await.is_err() {
                    return Ok(());
                }
            }
        }
    }
}

/// Makes FLV tags of what a camera sends.
#[derive(Default)]
struct Tagger {
    ready: Vec<Tag>,
    record: Vec<u8>,
    sound: bool,
    decoding: Decoding,
}

/// The time since the session's beginning, in milliseconds.
fn elapsed_ms(timestamp: retina::Timestamp) -> i64 {
    let rate = i64::from(timestamp.clock_rate().get());
    (timestamp.elapsed() * 1000 + rate / 2).div_euclid(rate)
}

impl Tagger {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a tag's clock wraps at 2³²")]
    fn put(&mut self, kind: Kind, at_ms: i64, head: &[u8], body: &[u8]) {
        let mut data = BytesMut::with_capacity(head.len() + body.len());
        data.put_slice(head);
        data.put_slice(body);
        self.ready.push(Tag { kind, timestamp: at_ms as u32, data: data.freeze() });
    }

    fn video_configuration(&mut self, frame: &VideoFrame, record: &[u8]) {
        if self.record != record {
            self.record = record.to_vec();
            self.put(Kind::Video, elapsed_ms(frame.timestamp()), &[0x17, 0, 0, 0, 0], record);
        }
    }

    fn video(&mut self, frame: VideoFrame) {
        let pts = elapsed_ms(frame.timestamp());
        let dts = self.decoding.time(pts);
        let [_, a, b, c] = i32::try_from(pts - dts).unwrap_or_default().to_be_bytes();
        let first = if frame.is_random_access_point() { 0x17 } else { 0x27 };
        self.put(Kind::Video, dts, &[first, 1, a, b, c], frame.data());
    }

    fn audio(&mut self, frame: &retina::codec::AudioFrame, config: &[u8]) {
        let at = elapsed_ms(frame.timestamp());
        if !self.sound {
            self.sound = true;
            self.put(Kind::Audio, at, &[0xaf, 0], config);
        }
        self.put(Kind::Audio, at, &[0xaf, 1], frame.data());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_taken_out_of_the_address() {
        let camera = Camera::read("rtsp://clerk:p%40ss%2f@10.0.0.7/stream1?x=1").unwrap();
        assert_eq!(camera.url.as_str(), "rtsp://10.0.0.7/stream1?x=1");
        assert_eq!(camera.remote, "10.0.0.7:554");
        let credentials = camera.credentials.unwrap();
        assert_eq!((&*credentials.username, &*credentials.password), ("clerk", "p@ss/"));
        assert!(Camera::read("rtsp://10.0.0.7:8554/a").unwrap().credentials.is_none());
        assert!(Camera::read("http://10.0.0.7/").is_err());
    }
}
