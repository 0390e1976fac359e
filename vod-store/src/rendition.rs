//! One rendition of a recording: its segments, its playlist at every version, and those who wait for the next part.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use tokio::sync::watch;

use crate::{
    hls::{Lists, Playlist, View, Written},
    media::{SEGMENT_TARGET_MS, TrackKind, language_of},
    recording::{Media, PlaylistError, PlaylistRequest},
    take::{PartAt, Take},
    timeline::{Line, Position, Segment, ticks_to_ns},
};

/// How long a blocking request may wait: three target durations (RFC 8216bis §6.2.5.2).
const LONGEST_WAIT: Duration = Duration::from_millis(3 * SEGMENT_TARGET_MS as u64);
/// How far ahead of the last segment a request may ask.
const FURTHEST_AHEAD: u64 = 2;
/// The newest parts are also kept in memory: about fourteen seconds, longer than the playlist lists parts.
const RECENT: usize = 70;

/// A track of a take as one rendition shows it in one cut.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) take: Arc<Take>,
    pub(crate) track: usize,
}

impl Shown {
    /// Whether the track is the rendition's own, and does not stand in for it.
    fn is_of(&self, rendition: &str) -> bool {
        self.take.tracks[self.track].about.name.as_str() == rendition
    }

    fn part(&self, index: u32) -> Option<PartAt> {
        let parts = self.take.tracks[self.track].parts.read().unwrap_or_else(PoisonError::into_inner);
        parts.get(index as usize).copied()
    }
}

#[derive(Debug)]
struct State {
    line: Line,
    /// By cut; none where the cut's take has nothing for this rendition.
    cuts: Vec<Option<Shown>>,
    recent: VecDeque<(u64, u64, Bytes)>,
    ended: bool,
    peak_bit_rate: u64,
}

/// The renditions of one recording, as they report on each other.
pub(crate) type Siblings = Arc<RwLock<Vec<Weak<Rendition>>>>;

/// One rendition of a recording: a media playlist and what it names.
#[derive(Debug)]
pub struct Rendition {
    name: String,
    state: RwLock<State>,
    written: Mutex<Written>,
    position: watch::Sender<Position>,
    siblings: Siblings,
    /// Counts every part that any rendition of the recording published, so that reports on siblings are never stale.
    version: Arc<AtomicU64>,
}

impl Rendition {
    pub(crate) fn new(name: String, siblings: Siblings, version: Arc<AtomicU64>) -> Self {
        let line = Line::default();
        let state = State { line, cuts: Vec::new(), recent: VecDeque::new(), ended: false, peak_bit_rate: 0 };
        Self {
            name,
            state: RwLock::new(state),
            written: Mutex::new(Written::new(Lists::Media)),
            position: watch::Sender::new(Position::default()),
            siblings,
            version,
        }
    }

    /// Its name: `video`, `audio`, …
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// From here on the parts are this take's.
    pub(crate) fn cut(&self, shown: Option<Shown>) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let cut = u32::try_from(state.cuts.len()).expect("fewer cuts than milliseconds");
        state.line.cut(cut);
        state.cuts.push(shown);
        let position = state.line.position(state.ended);
        drop(state);
        self.version.fetch_add(1, Ordering::Relaxed);
        self.position.send_replace(position);
    }

    /// Makes the part at `index` of the current cut's track public. `data` is kept in memory for a while.
    pub(crate) fn publish(&self, index: u32, data: Option<Bytes>) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let Some(Some(shown)) = state.cuts.last().cloned() else { return };
        let Some(part) = shown.part(index) else { return };
        let about = &shown.take.tracks[shown.track].about;
        let (timescale, pictures) = (about.timescale, matches!(about.kind, TrackKind::Video { .. }));
        // A smaller rendition comes later than the pictures whose keyframe the cut is at: of what is older nothing is shown.
        if pictures && !part.independent && state.line.begins_cut() {
            return;
        }
        let own = shown.is_of(&self.name);
        if state.line.push(index, &part, timescale)
            && own
            && let [.., complete, _] = state.line.segments.as_slice()
            && complete.duration_ns >= 500_000_000
        {
            let bits = u128::from(complete.length) * 8 * 1_000_000_000 / u128::from(complete.duration_ns);
            state.peak_bit_rate = state.peak_bit_rate.max(u64::try_from(bits).unwrap_or(u64::MAX));
        }
        let position = state.line.position(false);
        if let Some(data) = data {
            if state.recent.len() == RECENT {
                state.recent.pop_front();
            }
            state.recent.push_back((position.segments - 1, position.parts - 1, data));
        }
        drop(state);
        self.version.fetch_add(1, Ordering::Relaxed);
        self.position.send_replace(position);
    }

    /// Nothing more comes: the playlist becomes VOD.
    pub(crate) fn end(&self) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.line.end();
        state.ended = true;
        state.recent = VecDeque::new();
        let position = state.line.position(true);
        drop(state);
        self.version.fetch_add(1, Ordering::Relaxed);
        self.position.send_replace(position);
    }

    pub(crate) fn position(&self) -> Position {
        *self.position.borrow()
    }

    /// Its segments so far.
    pub(crate) fn segments(&self) -> Vec<Segment> {
        self.read().line.segments.clone()
    }

    /// Its segments with what each shows.
    pub(crate) fn shown_segments(&self) -> Vec<(Segment, Shown)> {
        let state = self.read();
        let shown = |segment: &Segment| Some((*segment, state.cuts.get(segment.cut as usize)?.clone()?));
        state.line.segments.iter().filter_map(shown).collect()
    }

    /// A complete segment, the segments of its cut, and whether that cut may get more of them.
    pub(crate) fn cut_of(&self, number: u64) -> Option<(Segment, Vec<Segment>, bool)> {
        let (position, state) = (self.position(), self.read());
        let segments = &state.line.segments;
        let segment = *segments.get(usize::try_from(number).ok()?)?;
        if !position.closed && number + 1 >= position.segments {
            return None;
        }
        let from = segments.partition_point(|other| other.cut < segment.cut);
        let until = segments.partition_point(|other| other.cut <= segment.cut);
        let grows = !state.ended && segment.cut as usize + 1 == state.cuts.len();
        Some((segment, segments[from..until].to_vec(), grows))
    }

    /// Where the segments of a cut begin: on the wall clock (milliseconds UTC) and in the media's own time (milliseconds).
    pub(crate) fn starts(&self, cut: u32) -> Vec<(i64, i64)> {
        let state = self.read();
        let own = state.line.segments.iter().filter(|segment| segment.cut == cut);
        let timescale = state.timescale(cut);
        let start = |segment: &Segment| {
            let ns = ticks_to_ns(state.part(cut, segment.first).start, timescale);
            (segment.at_ms, i64::try_from(ns / 1_000_000).unwrap_or(i64::MAX))
        };
        own.map(start).collect()
    }

    pub(crate) fn duration_ns(&self) -> u64 {
        self.read().line.duration_ns()
    }

    /// What the latest cut that showed a source's track says of it: kind, codec; and the peak bit rate.
    /// None where others' pictures stand in for it: who chooses among the renditions is not to choose it.
    pub(crate) fn describe(&self) -> Option<(TrackKind, String, u64)> {
        let state = self.read();
        let mut shown = state.cuts.iter().flatten();
        let best = if language_of(&self.name).is_some() {
            // A language stays on offer while the floor stands in for it: its interpreter may come back.
            shown.rfind(|shown| shown.is_of(&self.name))?
        } else {
            shown.clone().rfind(|shown| shown.take.source.is_some()).or_else(|| shown.last())?
        };
        let about = &best.take.tracks[best.track].about;
        if matches!(about.kind, TrackKind::Video { .. }) && !best.is_of(&self.name) {
            return None;
        }
        Some((about.kind.clone(), about.codec.clone(), state.peak_bit_rate))
    }

    /// The bit rate of the whole, bits a second, without what stands in for it.
    pub(crate) fn average_bit_rate(&self) -> u64 {
        let state = self.read();
        let own: Vec<bool> =
            state.cuts.iter().map(|cut| cut.as_ref().is_some_and(|shown| shown.is_of(&self.name))).collect();
        let segments = state.line.segments.iter().filter(|segment| own[segment.cut as usize]);
        let (bytes, duration) = segments.fold((0_u64, 0_u128), |(bytes, duration), segment| {
            (bytes + segment.length, duration + u128::from(segment.duration_ns))
        });
        if duration == 0 {
            return 0;
        }
        u64::try_from(u128::from(bytes) * 8 * 1_000_000_000 / duration).unwrap_or(u64::MAX)
    }

    /// The media playlist, now or when what is asked for has come.
    ///
    /// # Errors
    /// See [`PlaylistError`].
    pub async fn playlist(&self, request: PlaylistRequest) -> Result<Arc<Playlist>, PlaylistError> {
        self.answers(request).await?;
        Ok(self.write(Lists::Media, &self.name, &self.written, request.skip))
    }

    /// Waits until what is asked for has come.
    pub(crate) async fn answers(&self, request: PlaylistRequest) -> Result<(), PlaylistError> {
        let PlaylistRequest { msn, part, .. } = request;
        let Some(msn) = msn else { return if part.is_none() { Ok(()) } else { Err(PlaylistError::Bad) } };
        let position = self.position();
        let last = position.segments.saturating_sub(1);
        if msn > last + FURTHEST_AHEAD && !position.ended {
            return Err(PlaylistError::Bad);
        }
        if !position.answers(msn, part) {
            self.wait(|position| position.answers(msn, part)).await.ok_or(PlaylistError::Late)?;
        }
        Ok(())
    }

    async fn wait(&self, until: impl FnMut(&Position) -> bool) -> Option<()> {
        let mut position = self.position.subscribe();
        tokio::time::timeout(LONGEST_WAIT, position.wait_for(until)).await.ok()?.ok()?;
        Some(())
    }

    /// The playlist of this very version: its own, or that of words (of this name) beside its segments.
    pub(crate) fn write(&self, lists: Lists, name: &str, written: &Mutex<Written>, skip: bool) -> Arc<Playlist> {
        let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
        let version = self.version.load(Ordering::Relaxed);
        let others = self.others(name);
        let state = self.read();
        let view = View {
            lists,
            name,
            line: &state.line,
            part: &|cut, index| state.part(cut, index),
            timescale: &|cut| state.timescale(cut),
            lacks: &|cut, first, count| state.lacks(cut, first, count),
            ended: state.ended,
            others: &others,
        };
        written.playlist(version, &view, skip)
    }

    fn others(&self, than: &str) -> Vec<(String, Position)> {
        let siblings = self.siblings.read().unwrap_or_else(PoisonError::into_inner);
        let others = siblings.iter().filter_map(Weak::upgrade).filter(|other| other.name != than);
        others.map(|other| (other.name.clone(), other.position())).collect()
    }

    /// Segment `number`, whole; of a live recording only once it is complete.
    pub async fn segment(&self, number: u64) -> Option<Media> {
        let position = self.position();
        let complete = number + 1 < position.segments || (number + 1 == position.segments && position.closed);
        if !complete {
            return None;
        }
        let state = self.read();
        let segment = state.line.segments.get(usize::try_from(number).ok()?)?;
        let shown = state.cuts.get(segment.cut as usize)?.as_ref()?;
        let track = &shown.take.tracks[shown.track];
        if track.lacks(segment.first, segment.parts) {
            return None;
        }
        match track.partly_in_memory(segment.first, segment.parts) {
            None => {}
            Some(Ok(bytes)) => return Some(Media::Memory(bytes)),
            Some(Err(error)) => {
                tracing::error!(take = %shown.take.id, number, %error, "a segment that is partly in memory");
                return None;
            }
        }
        Some(Media::File { file: track.file.clone(), offset: segment.offset, length: segment.length })
    }

    /// Part `part` of segment `number`. The one that comes next is waited for.
    pub async fn part(&self, number: u64, part: u64) -> Option<Media> {
        if self.position().comes_next(number, part) {
            let decided =
                |position: &Position| position.answers(number, Some(part)) || !position.comes_next(number, part);
            self.wait(decided).await?;
        }
        let state = self.read();
        if let Some((_, _, data)) = state.recent.iter().rev().find(|(n, p, _)| (*n, *p) == (number, part)) {
            return Some(Media::Memory(data.clone()));
        }
        let segment = state.line.segments.get(usize::try_from(number).ok()?)?;
        if part >= u64::from(segment.parts) {
            return None;
        }
        let shown = state.cuts.get(segment.cut as usize)?.as_ref()?;
        let index = segment.first + u32::try_from(part).ok()?;
        let track = &shown.take.tracks[shown.track];
        if track.lacks(index, 1) {
            return None;
        }
        if let Some(bytes) = track.in_memory(index) {
            return Some(Media::Memory(bytes));
        }
        let at = shown.part(index)?;
        Some(Media::File { file: track.file.clone(), offset: at.offset, length: u64::from(at.length) })
    }

    /// Init segment `number`: that of the cut of this number.
    #[must_use]
    pub fn init(&self, number: u64) -> Option<Bytes> {
        let state = self.read();
        let shown = state.cuts.get(usize::try_from(number).ok()?)?.as_ref()?;
        Some(shown.take.tracks[shown.track].about.init.clone())
    }
}

impl State {
    /// A part that a segment names; it is in its take's index, since it was public.
    fn part(&self, cut: u32, index: u32) -> PartAt {
        let shown = self.cuts[cut as usize].as_ref().expect("a segment's cut shows a track");
        shown.part(index).expect("a public part is in its take's index")
    }

    /// Whether one of these parts was lost by its disk.
    fn lacks(&self, cut: u32, first: u32, count: u32) -> bool {
        let shown = self.cuts.get(cut as usize).and_then(Option::as_ref);
        shown.is_some_and(|shown| shown.take.tracks[shown.track].lacks(first, count))
    }

    fn timescale(&self, cut: u32) -> u32 {
        self.cuts[cut as usize].as_ref().map_or(1, |shown| shown.take.tracks[shown.track].about.timescale)
    }
}
