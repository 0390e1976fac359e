//! A source for tests that sends made-up parts over a real feed.

use bytes::Bytes;
use vod_store::{
    SourceId, Store,
    intake::{Connection, Feed, Thumbnail},
    media::{Part, Track, TrackKind, TrackName},
    store::About,
};

/// What the disk keeps about the tests' meeting.
pub(crate) fn about() -> About {
    About {
        municipality: "rethymno".into(),
        body: "council".into(),
        body_name: "Δημοτικό Συμβούλιο".into(),
        title: "14η τακτική συνεδρίαση".into(),
        place: "Αίθουσα συνεδριάσεων".into(),
        starts_at_ms: 1_763_000_000_000,
        agenda: vec!["Έγκριση πρακτικών".into()],
    }
}

/// A source that sends half-second segments of two parts, picture and sound, as fast as it is asked.
pub(crate) struct Camera {
    feed: Feed,
    tracks: Vec<Track>,
    sent: u64,
    small: Option<u64>,
    language: Option<TrackName>,
}

const PART_TICKS: u32 = 18_000;

impl Camera {
    /// Connects and says what it will send.
    pub(crate) async fn connect(store: &Store, source: SourceId) -> Self {
        let connection = Connection { protocol: "rtmp", remote: "test".into(), encoder: "test".into(), since_ms: 0 };
        let feed = store.intake().connect(source, connection).unwrap();
        let track = |name: &str, kind, codec: &str| Track {
            name: name.parse().unwrap(),
            kind,
            codec: codec.into(),
            timescale: 90_000,
            init: Bytes::copy_from_slice(name.as_bytes()),
        };
        let video = TrackKind::Video { width: 1280, height: 720, frame_rate: Some(25.0) };
        let audio = TrackKind::Audio { sample_rate: 48_000, channels: 2, language: "el".parse().ok() };
        let tracks = vec![track("video", video, "avc1.64001f"), track("audio", audio, "mp4a.40.2")];
        feed.tracks(tracks.clone()).await.unwrap();
        Self { feed, tracks, sent: 0, small: None, language: None }
    }

    /// From now on it sends smaller pictures too, `late` parts after its own; or none any more. Its time begins from zero.
    pub(crate) async fn with_smaller(&mut self, late: Option<u64>) {
        self.tracks.truncate(2);
        if late.is_some() {
            let kind = TrackKind::Video { width: 640, height: 360, frame_rate: Some(25.0) };
            let (name, init) = ("video-360p".parse().unwrap(), Bytes::from_static(b"video-360p"));
            let codec = "avc1.4d401e".into();
            self.tracks.push(Track { name, kind, codec, timescale: 90_000, init });
        }
        self.small = late;
        self.begin_anew().await;
    }

    /// From now on it sends sound in this language too; or none any more. Its time begins from zero.
    #[allow(dead_code, reason = "bema's own tests of languages have a real encoder")]
    pub(crate) async fn with_language(&mut self, code: Option<&str>) {
        self.tracks.truncate(2);
        self.language = None;
        if let Some(language) = code.map(|code| code.parse().unwrap()) {
            let name = TrackName::of_language(language);
            let kind = TrackKind::Audio { sample_rate: 48_000, channels: 2, language: Some(language) };
            let init = Bytes::copy_from_slice(name.as_str().as_bytes());
            self.tracks.push(Track { name: name.clone(), kind, codec: "mp4a.40.2".into(), timescale: 90_000, init });
            self.language = Some(name);
        }
        self.begin_anew().await;
    }

    /// Says its tracks again, as a source does whose format has changed; its time begins from zero.
    pub(crate) async fn begin_anew(&mut self) {
        self.feed.tracks(self.tracks.clone()).await.unwrap();
        self.sent = 0;
    }

    /// Sends a small picture.
    #[allow(dead_code, reason = "the store's own tests send theirs otherwise")]
    pub(crate) async fn thumbnail(&self, picture: Thumbnail) {
        self.feed.thumbnail(picture).await;
    }

    /// Sends the next `count` parts of the pictures, whose sound comes later or never.
    #[allow(dead_code, reason = "only the store's own tests look at where stretches meet")]
    pub(crate) async fn send_pictures(&mut self, count: u64) {
        for _ in 0..count {
            self.part("video", self.sent).await;
            self.sent += 1;
        }
    }

    async fn part(&self, track: &str, number: u64) {
        let opens = number.is_multiple_of(5);
        let part = Part {
            track: track.parse().unwrap(),
            start: number * u64::from(PART_TICKS),
            duration: PART_TICKS,
            independent: opens || track.starts_with("audio"),
            opens_segment: opens,
            captured_at_ms: 1_763_000_000_000 + i64::try_from(number).unwrap() * 200,
            data: payload(track, number),
        };
        self.feed.part(part).await.unwrap();
    }

    /// Sends the next `count` parts of each track.
    pub(crate) async fn send(&mut self, count: u64) {
        for _ in 0..count {
            let small = self.small.and_then(|late| self.sent.checked_sub(late)).map(|number| ("video-360p", number));
            let language = self.language.as_ref().map(|name| (name.as_str(), self.sent));
            let both = [("audio", self.sent), ("video", self.sent)];
            for (track, number) in language.into_iter().chain(both).chain(small) {
                self.part(track, number).await;
            }
            self.sent += 1;
        }
    }
}

/// The bytes of a part: they say which it is.
pub(crate) fn payload(track: &str, number: u64) -> Bytes {
    format!("[{track} {number}]").into()
}
