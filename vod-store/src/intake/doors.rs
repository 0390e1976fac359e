//! Closed doors: whether what a source sends is let any further. Pure.
//!
//! While a meeting is in camera nothing of its sources leaves the intake: no recording is offered it, no preview shows it.
//! When the doors open, pictures of the closed part are still on their way, so what comes is judged by when it was taken.

use std::{collections::BTreeSet, time::Duration};

use tokio::time::Instant;

use crate::MeetingId;

/// So long a picture may be on its way from the lens to here: the encoder's own delay, and the line's.
const ON_THE_WAY: Duration = Duration::from_secs(3);
/// After so long everything is let in again: a source whose stamps have fallen behind must not be kept out for ever.
pub(crate) const LONGEST: Duration = Duration::from_secs(60);

/// When a run of a source began, by the wall clock and by the one that nobody sets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Began {
    pub(super) at_ms: i64,
    pub(super) at: Instant,
}

/// The doors of the place where a source stands.
#[derive(Debug, Default)]
pub(super) struct Doors {
    /// The meetings that are in camera there.
    closed_by: BTreeSet<MeetingId>,
    /// When the last of them came out of it.
    opened: Option<Instant>,
}

impl Doors {
    pub(super) fn close(&mut self, meeting: MeetingId) {
        self.closed_by.insert(meeting);
    }

    /// The meeting is no longer in camera.
    pub(super) fn open(&mut self, meeting: MeetingId, now: Instant) {
        if self.closed_by.remove(&meeting) && self.closed_by.is_empty() {
            self.opened = Some(now);
        }
    }

    pub(super) fn closed(&self) -> bool {
        !self.closed_by.is_empty()
    }

    /// Whether a picture or a part that comes `now`, in a run that `began` then, may pass. Its capture is told by the wall
    /// clock as the run's first date had it: a clock that is set meanwhile changes nothing.
    pub(super) fn admit(&self, captured_at_ms: i64, began: Option<Began>, now: Instant) -> bool {
        if self.closed() {
            return false;
        }
        let Some(opened) = self.opened.filter(|opened| now.duration_since(*opened) < LONGEST) else { return true };
        let Some(began) = began else { return false };
        // A run that has just begun may first send what its encoder had held back: its dates are not settled yet.
        if now.duration_since(opened) < ON_THE_WAY || now.duration_since(began.at) < ON_THE_WAY {
            return false;
        }
        let ms = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4);
        let opened_ms = began.at_ms + ms(opened.saturating_duration_since(began.at))
            - ms(began.at.saturating_duration_since(opened));
        captured_at_ms >= opened_ms + ms(ON_THE_WAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: Duration = Duration::from_secs(1);
    const BEGAN_MS: i64 = 1_800_000_000_000;

    #[test]
    fn nothing_passes_closed_doors_and_then_only_what_was_taken_well_after_they_opened() {
        let start = Instant::now();
        let began = Some(Began { at_ms: BEGAN_MS, at: start });
        let (mut doors, meeting) = (Doors::default(), MeetingId::new());
        // What comes `at` seconds into the run, having been on its way for `late` milliseconds.
        let comes = |doors: &Doors, at: u32, late: i64| {
            doors.admit(BEGAN_MS + i64::from(at) * 1000 - late, began, start + at * S)
        };
        assert!(comes(&doors, 1, 0), "they were never closed");
        doors.close(meeting);
        assert!(!comes(&doors, 2, 0) && !comes(&doors, 2, 60_000));
        doors.open(meeting, start + 100 * S);
        for (at, late, passes) in [
            (101, 0, false),
            (102, 0, false),
            (103, 0, true),
            (103, 1, false),
            (104, 1_000, true),
            (110, 7_000, true),
            (110, 7_001, false),
            (159, 56_001, false),
            (160, 90_000, true),
        ] {
            assert_eq!(comes(&doors, at, late), passes, "{late} ms on its way, {at} s into the run");
        }
    }

    #[test]
    fn a_clock_that_is_set_meanwhile_and_a_run_that_begins_afterwards_change_nothing() {
        let start = Instant::now();
        let (mut doors, meeting) = (Doors::default(), MeetingId::new());
        doors.close(meeting);
        doors.open(meeting, start + 100 * S);
        let passes = |began_s: u32, began_ms: i64, at: u32, late: i64| {
            let captured = began_ms + (i64::from(at) - i64::from(began_s)) * 1000 - late;
            doors.admit(captured, Some(Began { at_ms: began_ms, at: start + began_s * S }), start + at * S)
        };
        for set in [-3_600_000, 0, 3_600_000] {
            assert!(!passes(102, BEGAN_MS + set, 104, 0), "it may be what the encoder had held back");
            assert!(passes(102, BEGAN_MS + set, 105, 0) && !passes(102, BEGAN_MS + set, 105, 2_001), "{set}");
        }
        assert!(!doors.admit(i64::MAX, None, start + 110 * S), "of a run that nobody knows");
    }

    #[test]
    fn of_two_meetings_in_one_chamber_the_last_opens_its_doors() {
        let (now, mut doors) = (Instant::now(), Doors::default());
        let (one, other) = (MeetingId::new(), MeetingId::new());
        doors.open(one, now);
        assert!(doors.admit(0, None, now), "what was never closed is not opened");
        doors.close(one);
        doors.close(other);
        doors.open(one, now);
        assert!(doors.closed());
        doors.open(other, now);
        assert!(!doors.closed() && !doors.admit(i64::MAX, None, now));
    }
}
