//! What is on air: which take the public is shown, from which part on.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use bytes::Bytes;

use super::{AtWork, Desk, OnAir};
use crate::{
    SourceId,
    media::TrackKind,
    program::{Cut, Entry},
    recording::{Shows, State, track_for},
    take::{PartAt, SLOW, Take, TakeId},
};

/// No more sound than this is put before a stretch's pictures: a source whose sound has ceased has silence in its place.
const LONGEST_LACK_NS: u64 = 1_000_000_000;

impl Desk {
    /// A part of a take is in its index: it is shown if the take is on air, or puts it there.
    pub(super) async fn show(&mut self, id: TakeId, track: usize, index: u32, data: Bytes) {
        if self.on_air.as_ref().is_some_and(|on_air| on_air.take.id == id) {
            self.publish(track, index, data);
        } else {
            self.consider(id, track, index).await;
        }
    }

    pub(super) fn publish(&mut self, track: usize, index: u32, data: Bytes) {
        let Some(on_air) = &mut self.on_air else { return };
        if index < on_air.public[track] || (self.halted.is_some() && on_air.shows.is_source()) {
            return;
        }
        on_air.public[track] = index + 1;
        self.given.recording.publish(&on_air.take, track, index, data);
    }

    /// A take that is not on air has a new part on disk: is it to be shown from here?
    pub(super) async fn consider(&mut self, id: TakeId, track: usize, index: u32) {
        let Some(AtWork { source, take: Some(take), .. }) = self.takes.get(&id) else { return };
        let (source, take) = (*source, take.clone());
        let shows = match source {
            Some(source) if self.halted.is_none() && self.preferred(source) => Shows::Source { source },
            None => match &self.slate {
                Some(slate) if slate.id == id => slate.shows.clone(),
                _ => return,
            },
            Some(_) => return,
        };
        let leads = take.track(&"video".parse().expect("a good name")).unwrap_or(0);
        if track != leads {
            return;
        }
        let opens = {
            let parts = take.tracks[track].parts.read().unwrap_or_else(PoisonError::into_inner);
            parts.get(index as usize).is_some_and(|part| part.opens_segment && part.independent)
        };
        let live = self.given.slate.is_some();
        let from = match source.filter(|_| live) {
            None => opens.then_some(index),
            // What comes of a run that is over, or that goes on in another take, is kept and not put on air.
            Some(source) => {
                let run = self.runs.get_mut(&source).filter(|run| run.take() == Some(id));
                run.and_then(|run| run.can_be_shown(index, opens))
            }
        };
        if let Some(from) = from {
            self.rush_on_air();
            self.cut(take, shows, leads, from).await;
        }
    }

    /// Where the disk of the take on air hangs, the last that it was given is shown before another takes its place.
    fn rush_on_air(&mut self) {
        let at_work = self.on_air.as_ref().and_then(|on_air| self.takes.get(&on_air.take.id));
        let Some(work) = at_work.filter(|work| work.backlog.age() >= SLOW) else { return };
        for (track, index, data) in work.backlog.rush(Duration::ZERO) {
            self.publish(track, index, data);
        }
    }

    /// Whether a source is to be shown rather than what is on air.
    pub(super) fn preferred(&self, source: SourceId) -> bool {
        match self.shown_source() {
            // A new take of the source that is shown follows the old one.
            Some(shown) if shown != source && self.runs.get(&shown).is_some_and(|run| !run.silent()) => {
                self.rank(source) < self.rank(shown)
            }
            _ => true,
        }
    }

    /// Puts a take on air from its part `index` of the leading track on.
    pub(super) async fn cut(&mut self, take: Arc<Take>, shows: Shows, leads: usize, index: u32) {
        let from = first_parts(&take, leads, index, &|track| self.sound_to_cover(&take, track));
        let until = self.on_air.as_ref().map(|on_air| on_air.public.clone()).unwrap_or_default();
        let at_ms = self.given.clock.now_ms();
        let entry = Entry::Cut { take: take.id, shows: shows.clone(), at_ms, from: from.clone(), until: until.clone() };
        if let Err(error) = self.note(entry) {
            return self.disk_refused(self.folder, &error);
        }
        let recording = &self.given.recording;
        recording.close_cut(until);
        let cut = Cut { take: take.clone(), shows: shows.clone(), from, until: None };
        let public = recording.cut(cut);
        let slate = !shows.is_source();
        recording.set_state(match &shows {
            Shows::Source { .. } => State::Running,
            // The state says since when, and has said so since the press.
            Shows::Pause | Shows::InCamera => recording.state().borrow().clone(),
            Shows::Gap if recording.cuts().len() == 1 => State::Waiting,
            Shows::Gap => State::Away { since_ms: at_ms },
        });
        tracing::info!(meeting = %recording.meeting(), take = %take.id, shows = ?shows, "on air");
        self.on_air = Some(OnAir { take, shows, public });
        if !slate {
            self.slate = None;
        }
    }
}

impl OnAir {
    /// When, in the take's own time, the public parts of a track end, nanoseconds.
    fn ends_ns(&self, track: usize) -> u64 {
        let track_at = &self.take.tracks[track];
        let parts = track_at.parts.read().unwrap_or_else(PoisonError::into_inner);
        let last = self.public[track].checked_sub(1).and_then(|index| parts.get(index as usize));
        let ends = |part: &PartAt| part.start + u64::from(part.duration);
        last.map_or(0, |part| crate::timeline::ticks_to_ns(ends(part), track_at.about.timescale))
    }

    /// By how much a track of sound ends before the pictures do, nanoseconds.
    fn lacks_ns(&self, track: usize) -> u64 {
        let sound = matches!(self.take.tracks[track].about.kind, TrackKind::Audio { .. });
        let pictures = self.take.track(&"video".parse().expect("a good name")).filter(|_| sound);
        pictures.map_or(0, |pictures| self.ends_ns(pictures).saturating_sub(self.ends_ns(track))).min(LONGEST_LACK_NS)
    }
}

impl Desk {
    /// By how much, nanoseconds, the sound of track `track` of the `next` take must begin before its pictures, since what
    /// is on air ends with pictures whose sound is not there: players stop at a hole.
    fn sound_to_cover(&self, next: &Take, track: usize) -> u64 {
        self.lacks_ns(next.tracks[track].about.name.as_str())
    }

    /// The same of a slate. The floor decides: an interpreter's sound, which comes later, must not cost the floor its end.
    pub(super) fn floor_lacks(&self) -> Duration {
        Duration::from_nanos(self.lacks_ns("audio"))
    }

    /// By how much what a rendition shows of the take on air lacks sound at its end, nanoseconds.
    fn lacks_ns(&self, rendition: &str) -> u64 {
        let Some(on_air) = &self.on_air else { return 0 };
        track_for(&on_air.take, rendition).map_or(0, |track| on_air.lacks_ns(track))
    }
}

/// By tracks: the first part that belongs to a cut from part `index` of the leading track on: of the others the first that
/// ends after that one begins, or so many nanoseconds sooner.
fn first_parts(take: &Take, leads: usize, index: u32, sooner: &dyn Fn(usize) -> u64) -> Vec<u32> {
    let time = |ticks: u64, timescale: u32| crate::timeline::ticks_to_ns(ticks, timescale);
    let leading = &take.tracks[leads];
    let start = leading.parts.read().unwrap_or_else(PoisonError::into_inner)[index as usize].start;
    let start = time(start, leading.about.timescale);
    let first = |(track, other): (usize, &crate::take::TakeTrack)| {
        if track == leads {
            return index;
        }
        let parts = other.parts.read().unwrap_or_else(PoisonError::into_inner);
        let ends = |part: &PartAt| time(part.start + u64::from(part.duration), other.about.timescale);
        let begins = start.saturating_sub(sooner(track));
        u32::try_from(parts.partition_point(|part| ends(part) <= begins)).unwrap_or(u32::MAX)
    };
    take.tracks.iter().enumerate().map(first).collect()
}
