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
    hls::{Packer, Playlist, Text, View},
    media::{SEGMENT_TARGET_MS, TrackKind, language_of},
    recording::{Media, PlaylistError, PlaylistRequest},
    take::{PartAt, Take},
    timeline::{Line, Position, Segment},
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

#[derive(Debug)]
struct Written {
    text: Text,
    packer: Packer,
    version: u64,
    full: Option<Arc<Playlist>>,
    delta: Option<Arc<Playlist>>,
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
        let written =
            Written { text: Text::new(false), packer: Packer::new(), version: u64::MAX, full: None, delta: None };
        Self {
            name,
            state: RwLock::new(state),
            written: Mutex::new(written),
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
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.text = Text::new(true);
        written.packer = Packer::new();
        drop(written);
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
        match request {
            PlaylistRequest { msn: None, part: Some(_), .. } => return Err(PlaylistError::Bad),
            PlaylistRequest { msn: Some(msn), part, .. } => {
                let position = self.position();
                let last = position.segments.saturating_sub(1);
                if msn > last + FURTHEST_AHEAD && !position.ended {
                    return Err(PlaylistError::Bad);
                }
                if !position.answers(msn, part) {
                    self.wait(|position| position.answers(msn, part)).await.ok_or(PlaylistError::Late)?;
                }
            }
            PlaylistRequest { msn: None, part: None, .. } => {}
        }
        Ok(self.write(request.skip))
    }

    async fn wait(&self, until: impl FnMut(&Position) -> bool) -> Option<()> {
        let mut position = self.position.subscribe();
        tokio::time::timeout(LONGEST_WAIT, position.wait_for(until)).await.ok()?.ok()?;
        Some(())
    }

    /// The playlist of this very version, written once for all who ask.
    fn write(&self, skip: bool) -> Arc<Playlist> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let written = &mut *written;
        let version = self.version.load(Ordering::Relaxed);
        if written.version != version {
            written.version = version;
            (written.full, written.delta) = (None, None);
        }
        let cached = if skip { &written.delta } else { &written.full };
        if let Some(playlist) = cached {
            return playlist.clone();
        }
        let others = self.others();
        let state = self.read();
        let view = View {
            name: &self.name,
            line: &state.line,
            part: &|cut, index| state.part(cut, index),
            timescale: &|cut| state.timescale(cut),
            lacks: &|cut, first, count| state.lacks(cut, first, count),
            ended: state.ended,
            others: &others,
        };
        written.text.settle(&view);
        written.packer.settled(written.text.settled());
        let etag = |kind: char| format!("{kind}{version:x}-{:x}", view.line.segments.len());
        if skip && let Some(text) = written.text.delta(&view) {
            let playlist = Arc::new(Playlist::new(text, etag('d'), None));
            written.delta = Some(playlist.clone());
            return playlist;
        }
        let playlist = written.full.get_or_insert_with(|| {
            let packed = Some(written.packer.packed());
            Arc::new(Playlist::new(written.text.full(&view), etag('f'), packed))
        });
        let playlist = playlist.clone();
        if skip {
            // Too young a meeting to skip anything of.
            written.delta = Some(playlist.clone());
        }
        playlist
    }

    fn others(&self) -> Vec<(String, Position)> {
        let siblings = self.siblings.read().unwrap_or_else(PoisonError::into_inner);
        let others = siblings.iter().filter_map(Weak::upgrade).filter(|other| other.name != self.name);
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
