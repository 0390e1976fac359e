//! Words beside the pictures: which of them each segment of a recording shows, and when on the media's own clock.
//!
//! What was said is not known here: who asks brings the instants of the words, and gets their places.
//! A segment of captions stands beside each segment of the leading rendition, with the same number.

use std::sync::{Arc, Mutex};

use crate::{
    hls::{self, Lists, Playlist, Written},
    recording::{PlaylistError, PlaylistRequest, Recording, Rendition, Shows},
};

/// The name of the rendition of captions.
pub const NAME: &str = hls::CAPTIONS;
/// Ticks of the MPEG clock in a millisecond (`X-TIMESTAMP-MAP`).
const MPEG_TICKS: i64 = 90;
/// The MPEG clock has 33 bits.
const MPEG_WRAP: i64 = 1 << 33;

/// Captions beside the segments of a recording.
pub struct Captions<'a> {
    pub(crate) recording: &'a Recording,
    pub(crate) leading: Arc<Rendition>,
    /// Its stamps are those at which it is heard, whereas pictures may be stamped with when they are decoded.
    pub(crate) floor: Option<Arc<Rendition>>,
    pub(crate) written: &'a Mutex<Written>,
}

/// Words in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which of the words that were asked for.
    pub index: usize,
    /// When they are shown and when no more: positions in the recording, milliseconds.
    pub from_ms: i64,
    /// The same of their end.
    pub until_ms: i64,
}

/// What a segment of captions holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// A position in the recording, milliseconds…
    pub local_ms: i64,
    /// …and what the media's clock shows there, 90 kHz (RFC 8216bis §3.5, `X-TIMESTAMP-MAP`).
    pub mpegts: i64,
    /// In the order of the words.
    pub places: Vec<Place>,
}

impl Captions<'_> {
    /// The media playlist of the captions. A part that is asked for is its segment: words come in whole segments.
    ///
    /// # Errors
    /// See [`PlaylistError`].
    pub async fn playlist(&self, request: PlaylistRequest) -> Result<Arc<Playlist>, PlaylistError> {
        if request.msn.is_none() && request.part.is_some() {
            return Err(PlaylistError::Bad);
        }
        self.leading.answers(PlaylistRequest { part: None, ..request }).await?;
        Ok(self.leading.write(Lists::Words, NAME, self.written, request.skip))
    }

    /// The words of segment `number` out of `words` (from when until when, milliseconds UTC).
    /// Words that go on over several segments are in each of them, at the same times; words are cut off where a
    /// discontinuity is, and go on behind it where the meeting's clock does.
    /// Nothing is shown where the meeting was in camera. None of a segment that is not there or not complete.
    #[must_use]
    pub fn place(&self, number: u64, words: &[(i64, i64)]) -> Option<Placed> {
        let (segment, own, grows) = self.leading.cut_of(number)?;
        let (first, last) = (own.first()?, own.last()?);
        let pictures = self.leading.starts(segment.cut);
        let begins_ms = pictures.first()?.1;
        let heard = self.floor.as_ref().map(|floor| floor.starts(segment.cut)).filter(|heard| !heard.is_empty());
        let line = Cut {
            position_ms: ms(first.position_ns),
            begins_ms,
            starts: heard.unwrap_or(pictures),
            from_ms: first.at_ms,
            // What goes on may be said to its end.
            until_ms: if grows { i64::MAX } else { last.at_ms + ms(last.duration_ns) },
        };
        let silent = self.recording.shows(segment.cut).is_none_or(|shows| shows == Shows::InCamera);
        let (from_ms, until_ms) = (ms(segment.position_ns), ms(segment.position_ns + segment.duration_ns));
        let place = |(index, words): (usize, &(i64, i64))| {
            let (from, until) = line.place(*words)?;
            (from < until_ms && until > from_ms).then_some(Place { index, from_ms: from, until_ms: until })
        };
        let places = if silent { Vec::new() } else { words.iter().enumerate().filter_map(place).collect() };
        let mpegts = (begins_ms * MPEG_TICKS).rem_euclid(MPEG_WRAP);
        Some(Placed { local_ms: line.position_ms, mpegts, places })
    }
}

/// A cut: a run of media between two discontinuities.
struct Cut {
    /// Where it begins in the recording.
    position_ms: i64,
    /// Where it begins on the media's clock.
    begins_ms: i64,
    /// Instants, and the media's clock at them.
    starts: Vec<(i64, i64)>,
    /// From when until when it was, so far.
    from_ms: i64,
    until_ms: i64,
}

impl Cut {
    /// The positions of words in it; none where it has none of them.
    fn place(&self, (from_ms, until_ms): (i64, i64)) -> Option<(i64, i64)> {
        let (from_ms, until_ms) = (from_ms.max(self.from_ms), until_ms.min(self.until_ms));
        if from_ms >= until_ms {
            return None;
        }
        let from = self.position(from_ms)?;
        Some((from, from + until_ms - from_ms))
    }

    fn position(&self, at_ms: i64) -> Option<i64> {
        let after = self.starts.partition_point(|(instant, _)| *instant <= at_ms);
        let (instant, clock) = self.starts.get(after.saturating_sub(1))?;
        Some(self.position_ms + clock - self.begins_ms + (at_ms - instant))
    }
}

fn ms(ns: u64) -> i64 {
    i64::try_from((ns + 500_000) / 1_000_000).unwrap_or(i64::MAX)
}
