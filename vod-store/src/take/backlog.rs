//! What a take's writer was given and the disk does not have yet; from here a slow disk's parts are made public.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;

use super::{PartAt, Take};
use crate::{media::Part, program::LostPart};

/// A part that waits for longer than this for the disk is made public from memory, and the alarm is raised.
pub(crate) const SLOW: Duration = Duration::from_millis(500);

/// What a take's writer was given and the disk does not have yet.
#[derive(Clone, Debug)]
pub(crate) struct Backlog(Arc<Mutex<Waiting>>);

#[derive(Debug)]
pub(super) struct Waiting {
    /// None until its files are there.
    pub(super) take: Option<Arc<Take>>,
    pub(super) parts: VecDeque<Pending>,
    /// By tracks: where the next part will lie.
    ends: Vec<u64>,
    /// The take is over: nothing of it becomes public any more.
    over: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) track: usize,
    pub(super) at: PartAt,
    pub(super) part: Part,
    given: Instant,
    /// Its index in the track, if it was made public from memory.
    public: Option<u32>,
}

impl Backlog {
    /// Of a take whose tracks' files begin with so many bytes.
    pub(super) fn new(ends: Vec<u64>) -> Self {
        Self(Arc::new(Mutex::new(Waiting { take: None, parts: VecDeque::new(), ends, over: false })))
    }

    /// Adds a part. One that comes when the take is over already waits for [`Backlog::give_up`].
    pub(super) fn push(&self, track: usize, part: Part) {
        let mut waiting = self.lock();
        let at = PartAt {
            offset: waiting.ends[track],
            start: part.start,
            captured_at_ms: part.captured_at_ms,
            length: u32::try_from(part.data.len()).unwrap_or(u32::MAX),
            duration: part.duration,
            independent: part.independent,
            opens_segment: part.opens_segment,
        };
        waiting.ends[track] += u64::from(at.length);
        waiting.parts.push_back(Pending { track, at, part, given: Instant::now(), public: None });
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the oldest part has been waiting for the disk.
    pub(crate) fn age(&self) -> Duration {
        self.lock().parts.front().map_or(Duration::ZERO, |oldest| oldest.given.elapsed())
    }

    /// Whether it holds parts, and the public has them all: the disk hangs.
    pub(crate) fn all_public(&self) -> bool {
        let waiting = self.lock();
        waiting.parts.back().is_some_and(|last| last.public.is_some())
    }

    /// Takes into the index, from memory, what has been waiting for so long: track, index, bytes.
    pub(crate) fn rush(&self, waited: Duration) -> Vec<(usize, u32, Bytes)> {
        let mut waiting = self.lock();
        let Some(take) = waiting.take.clone().filter(|_| !waiting.over) else { return Vec::new() };
        let slow = waiting.parts.iter_mut().take_while(|pending| pending.given.elapsed() >= waited);
        slow.filter(|pending| pending.public.is_none())
            .map(|pending| {
                let data = pending.part.data.clone();
                let index = take.tracks[pending.track].add(pending.at, Some(data.clone()));
                pending.public = Some(index);
                (pending.track, index, data)
            })
            .collect()
    }

    /// The disk refused: nothing more of the take will be public.
    pub(super) fn end(&self) {
        self.lock().over = true;
    }

    /// The take's disk is given up: nothing more of it will be public. Answers what of it is not yet, and what is lost.
    pub(crate) fn give_up(&self) -> (Vec<Part>, Vec<LostPart>) {
        let mut waiting = self.lock();
        waiting.over = true;
        let (mut unwritten, mut lost) = (Vec::new(), Vec::new());
        for Pending { track, at, part, public, .. } in waiting.parts.drain(..) {
            match public {
                Some(i) => lost.push(LostPart { t: u8::try_from(track).unwrap_or(u8::MAX), i, at }),
                None => unwritten.push(part),
            }
        }
        (unwritten, lost)
    }

    /// The first `count` are on the disk. Answers those that become public now, and which were before.
    #[expect(clippy::type_complexity, reason = "two lists of a line's fields")]
    pub(super) fn landed(&self, count: usize) -> (Vec<(usize, u32, Bytes)>, Vec<(usize, u32)>) {
        let mut waiting = self.lock();
        let (mut now, mut before) = (Vec::new(), Vec::new());
        let Some(take) = waiting.take.clone().filter(|_| !waiting.over) else { return (now, before) };
        for Pending { track, at, part, public, .. } in waiting.parts.drain(..count) {
            let own = &take.tracks[track];
            if let Some(index) = public {
                own.memory.write().unwrap_or_else(PoisonError::into_inner).remove(&index);
                before.push((track, index));
            } else {
                now.push((track, own.add(at, None), part.data));
            }
        }
        (now, before)
    }
}
