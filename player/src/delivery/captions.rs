//! Captions as HLS carries them: segments of WebVTT beside those of the pictures.
//!
//! Here the council's words meet the store's media: a transcript is read and cut into captions once for each of its
//! versions, a segment is written once for each version that somebody asks for, however many they are.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use bytes::Bytes;
use council::{
    MeetingId, MunicipalityId, digest,
    transcript::{
        caption::{self, Caption},
        write,
    },
};
use quick_cache::{Weighter, sync::Cache};
use tokio::time::Instant;
use vod_store::{
    Recording,
    recording::{self, Media},
};

use super::{FINISHED, body, finish, media::whole, public::Shown};
use crate::{
    App,
    error::{Error, Result},
};

/// Words may be corrected, and of a live meeting more are coming: whoever keeps a segment asks again soon.
const LIVE: &str = "public, max-age=1";
/// How long the version that holds is not asked for again.
const HOLDS: Duration = Duration::from_secs(1);
/// The versions of more meetings are not remembered.
const MEETINGS: usize = 1024;
/// Transcripts that are kept, in all: some forty of eight hours.
const WORDS_BYTES: u64 = 64 << 20;
/// Segments that are kept, in all.
const SEGMENTS_BYTES: u64 = 16 << 20;
/// What a caption or a segment takes beside its text.
const AROUND_BYTES: usize = 160;

/// A version of a meeting's words.
type Version = (MeetingId, i64);
/// A segment in a version of the words, of a recording that has ended or has not.
type Segment = (Version, u64, bool);

/// A meeting's words as captions.
struct Words {
    captions: Vec<Caption>,
    /// From when until when each is said.
    instants: Vec<(i64, i64)>,
}

#[derive(Clone)]
struct Bulk;

impl Weighter<Version, Arc<Words>> for Bulk {
    fn weight(&self, _: &Version, words: &Arc<Words>) -> u64 {
        let bytes = |caption: &Caption| caption.cue.text.len() + caption.cue.speaker.len() + AROUND_BYTES;
        1 + words.captions.iter().map(bytes).sum::<usize>() as u64
    }
}

impl Weighter<Segment, Bytes> for Bulk {
    fn weight(&self, _: &Segment, text: &Bytes) -> u64 {
        (text.len() + AROUND_BYTES) as u64
    }
}

/// The version of a meeting's words that holds, and until when it is believed; one asks, the others wait for that.
type Holding = Arc<tokio::sync::Mutex<Option<(i64, Instant)>>>;

/// What is remembered; cheap to clone. Who may see it is asked before it is looked for.
#[derive(Clone)]
pub(crate) struct Captions {
    holding: Arc<Mutex<HashMap<MeetingId, Holding>>>,
    words: Arc<Cache<Version, Arc<Words>, Bulk>>,
    segments: Arc<Cache<Segment, Bytes, Bulk>>,
}

impl Default for Captions {
    fn default() -> Self {
        Self {
            holding: Arc::default(),
            words: Arc::new(Cache::with_weighter(64, WORDS_BYTES, Bulk)),
            segments: Arc::new(Cache::with_weighter(4096, SEGMENTS_BYTES, Bulk)),
        }
    }
}

impl Captions {
    /// Whether a meeting has words. None are offered while the database is away and nothing is known.
    pub(super) async fn any(&self, app: &App, meeting: MeetingId) -> bool {
        self.version(app, meeting).await.is_ok_and(|version| version > 0)
    }

    /// The version that holds; while the database is away the last one.
    async fn version(&self, app: &App, meeting: MeetingId) -> Result<i64> {
        let holding = {
            let mut holding = self.holding.lock().unwrap_or_else(PoisonError::into_inner);
            if holding.len() >= MEETINGS && !holding.contains_key(&meeting) {
                holding.clear();
            }
            holding.entry(meeting).or_default().clone()
        };
        let mut holding = holding.lock().await;
        if let Some((version, until)) = *holding
            && Instant::now() < until
        {
            return Ok(version);
        }
        let version = match (app.council.transcript_revision(meeting).await, *holding) {
            (Ok(version), _) | (Err(council::Error::Database(_)), Some((version, _))) => version,
            (Err(error), _) => return Err(error.into()),
        };
        *holding = Some((version, Instant::now() + HOLDS));
        Ok(version)
    }

    async fn words(&self, app: &App, here: MunicipalityId, version: Version) -> Result<Arc<Words>> {
        let read = async {
            let transcript = app.council.transcript(here, version.0).await?;
            let captions = caption::captions(&transcript.utterances);
            let instants = captions.iter().map(|caption| (caption.cue.from_ms, caption.cue.until_ms)).collect();
            Ok::<_, Error>(Arc::new(Words { captions, instants }))
        };
        self.words.get_or_insert_async(&version, read).await
    }

    async fn segment(&self, app: &App, here: MunicipalityId, recording: &Recording, number: u64) -> Result<Bytes> {
        let meeting = recording.meeting();
        let version = (meeting, self.version(app, meeting).await?);
        let write = async {
            let words = self.words(app, here, version).await?;
            text(recording, number, &words).ok_or(Error::NotFound)
        };
        self.segments.get_or_insert_async(&(version, number, has_ended(recording)), write).await
    }
}

fn has_ended(recording: &Recording) -> bool {
    matches!(*recording.state().borrow(), recording::State::Ended)
}

/// A segment as WebVTT (RFC 8216bis §3.5). Its times are positions in the recording, and its map says what the media's
/// clock shows there: players that know only one of the two are right.
fn text(recording: &Recording, number: u64, words: &Words) -> Option<Bytes> {
    let placed = recording.captions()?.place(number, &words.instants)?;
    let mut text = "WEBVTT\n".to_owned();
    let local = write::position(placed.local_ms, '.');
    let _ = writeln!(text, "X-TIMESTAMP-MAP=MPEGTS:{},LOCAL:{local}", placed.mpegts);
    for place in placed.places {
        let Caption { of: (utterance, piece), cue } = &words.captions[place.index];
        let (from, until) = (write::position(place.from_ms, '.'), write::position(place.until_ms, '.'));
        let _ = write!(text, "\n{utterance}-{piece}\n{from} --> {until}\n{}\n", write::vtt_words(cue));
    }
    Some(text.into())
}

/// `/media/MEETING/captions/NUMBER.vtt`
pub(super) async fn segment(
    State(app): State<App>,
    Shown(recording, here): Shown,
    Path((_, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let number = file.strip_suffix(".vtt").and_then(whole).ok_or(Error::NotFound)?;
        let text = app.captions.segment(&app, here, &recording, number).await?;
        let tag = digest::hex(&digest::sha256(&text)[..8]);
        let cache = if has_ended(&recording) { FINISHED } else { LIVE };
        body::send(Media::Memory(text), "text/vtt; charset=utf-8", cache, &tag, &headers).await
    };
    finish(answer.await)
}
