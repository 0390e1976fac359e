//! An interpreter's encoder for tests: real AAC in the parts, since the record takes them apart.

use bytes::Bytes;
use cmaf::{Coding, Sample};
use vod_store::{
    SourceId, Store,
    intake::{Connection, Feed},
    media::{Part, Track, TrackKind},
};

const RATE: u32 = 48_000;
/// Frames of 21.3 ms in a part of 213.
const FRAMES: u32 = 10;

/// Sends sound whose frames say which they are.
pub(crate) struct Booth {
    feed: Feed,
    frames: u32,
}

/// How a frame begins that is not silence.
pub(crate) const WORD: &[u8] = b"word ";

impl Booth {
    /// Connects; its pictures are described, since encoders mostly send some, and never sent.
    pub(crate) async fn connect(store: &Store, source: SourceId) -> Self {
        let connection = Connection { protocol: "srt", remote: "test".into(), encoder: "test".into(), since_ms: 0 };
        let feed = store.intake().connect(source, connection).unwrap();
        feed.tracks(vec![Self::track(2)]).await.unwrap();
        Self { feed, frames: 0 }
    }

    fn track(channels: u16) -> Track {
        let config = cmaf::aac_config(2, RATE, channels).unwrap();
        let coding = Coding::Aac { config, sample_rate: RATE, channels, language: *b"und" };
        let described = cmaf::Track { timescale: RATE, coding };
        Track {
            name: "audio".parse().unwrap(),
            kind: TrackKind::Audio { sample_rate: RATE, channels, language: None },
            codec: described.codec(),
            timescale: RATE,
            init: cmaf::write_init(&described).unwrap(),
        }
    }

    /// Its sound has another format from now on; its time begins anew.
    pub(crate) async fn in_mono(&mut self) {
        self.feed.tracks(vec![Self::track(1)]).await.unwrap();
        self.frames = 0;
    }

    /// Speaks a part, whose first frame was taken then.
    pub(crate) async fn speak(&mut self, captured_at_ms: i64) {
        let frame = |number: u32| Sample {
            duration: 1024,
            composition_offset: 0,
            sync: true,
            data: Bytes::from([WORD, format!("{number:06}").as_bytes()].concat()),
        };
        let samples: Vec<Sample> = (self.frames..self.frames + FRAMES).map(frame).collect();
        let start = u64::from(self.frames) * 1024;
        self.frames += FRAMES;
        let part = Part {
            track: "audio".parse().unwrap(),
            start,
            duration: FRAMES * 1024,
            independent: true,
            opens_segment: true,
            captured_at_ms,
            data: cmaf::write_chunk(1, start, &samples),
        };
        self.feed.part(part).await.unwrap();
    }
}
