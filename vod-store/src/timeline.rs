//! How the parts of the takes on the programme become the segments of one rendition. Pure.
//!
//! The programme is a list of cuts; each shows one take from some part on.
//! A cut always begins a segment and a discontinuity, in every rendition, so that their discontinuity sequences agree.
//! Numbers only grow: what once was segment 17 is segment 17 for ever, live and in the recording.

use crate::{media::SEGMENT_TARGET_MS, take::PartAt};

/// A segment: a run of parts of one take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Index of the cut that it belongs to.
    pub(crate) cut: u32,
    /// Index of its first part in the take's track.
    pub(crate) first: u32,
    /// How many parts.
    pub(crate) parts: u32,
    /// Where it lies in the track's file.
    pub(crate) offset: u64,
    /// How many bytes.
    pub(crate) length: u64,
    /// Nanoseconds.
    pub(crate) duration_ns: u64,
    /// Wall clock of its first sample, milliseconds UTC.
    pub(crate) at_ms: i64,
    /// Sum of the durations of the segments before it, nanoseconds.
    pub(crate) position_ns: u64,
}

/// How far a rendition has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    /// Segments, the open one included.
    pub(crate) segments: u64,
    /// Parts in the last of them.
    pub(crate) parts: u64,
    /// Whether the last is complete.
    pub(crate) closed: bool,
    /// Whether nothing more will come.
    pub(crate) ended: bool,
}

impl Position {
    /// Whether a playlist at this position answers a request for segment `msn`, or for its part `part`.
    /// A part beyond a segment's last is the next segment's first (RFC 8216bis §6.2.5.2).
    pub(crate) fn answers(&self, msn: u64, part: Option<u64>) -> bool {
        if self.ended || msn + 1 < self.segments {
            return true;
        }
        msn + 1 == self.segments && part.map_or(self.closed, |part| part < self.parts)
    }

    /// Whether part `part` of segment `msn` is the one that may come next.
    pub(crate) fn comes_next(&self, msn: u64, part: u64) -> bool {
        if self.ended {
            return false;
        }
        let goes_on = !self.closed && msn + 1 == self.segments && part == self.parts;
        goes_on || (msn == self.segments && part == 0)
    }

    /// The last segment's number and its last part's, for a rendition report.
    pub(crate) fn last(&self) -> Option<(u64, u64)> {
        Some((self.segments.checked_sub(1)?, self.parts.saturating_sub(1)))
    }
}

/// The segments of one rendition.
#[derive(Debug, Default)]
pub(crate) struct Line {
    pub(crate) segments: Vec<Segment>,
    closed: bool,
    cut: u32,
}

/// A longer segment would round to more than the target duration.
const LONGEST_NS: u64 = SEGMENT_TARGET_MS as u64 * 1_000_000 + 499_000_000;

impl Line {
    /// The next parts belong to cut `cut`.
    pub(crate) fn cut(&mut self, cut: u32) {
        self.closed = true;
        self.cut = cut;
    }

    /// Whether no part of the cut has come yet.
    pub(crate) fn begins_cut(&self) -> bool {
        self.closed
    }

    /// Nothing more comes.
    pub(crate) fn end(&mut self) {
        self.closed = true;
    }

    /// Adds the part at `index` of the cut's track. Answers whether it opened a segment.
    pub(crate) fn push(&mut self, index: u32, part: &PartAt, timescale: u32) -> bool {
        let duration_ns = ticks_to_ns(u64::from(part.duration), timescale);
        if let Some(last) = self.segments.last_mut()
            && !self.closed
            && !part.opens_segment
            && last.duration_ns + duration_ns <= LONGEST_NS
        {
            last.parts += 1;
            last.length += u64::from(part.length);
            last.duration_ns += duration_ns;
            return false;
        }
        self.closed = false;
        let position_ns = self.segments.last().map_or(0, |last| last.position_ns + last.duration_ns);
        self.segments.push(Segment {
            cut: self.cut,
            first: index,
            parts: 1,
            offset: part.offset,
            length: u64::from(part.length),
            duration_ns,
            at_ms: part.captured_at_ms,
            position_ns,
        });
        true
    }

    pub(crate) fn position(&self, ended: bool) -> Position {
        Position {
            segments: self.segments.len() as u64,
            parts: self.segments.last().map_or(0, |last| u64::from(last.parts)),
            closed: self.closed,
            ended,
        }
    }

    /// Sum of all segments, nanoseconds.
    pub(crate) fn duration_ns(&self) -> u64 {
        self.segments.last().map_or(0, |last| last.position_ns + last.duration_ns)
    }

    /// Whether the part after the last will open a segment, as far as one can tell:
    /// the open segment is as long as the one before it, of the same cut, was.
    pub(crate) fn opens_next(&self) -> bool {
        match self.segments.as_slice() {
            [.., before, last] if before.cut == last.cut => {
                self.closed || last.duration_ns + 10_000_000 >= before.duration_ns
            }
            _ => self.closed,
        }
    }
}

/// Ticks of a track as nanoseconds, rounded.
pub(crate) fn ticks_to_ns(ticks: u64, timescale: u32) -> u64 {
    let scale = u128::from(timescale.max(1));
    let ns = (u128::from(ticks) * 1_000_000_000 + scale / 2) / scale;
    u64::try_from(ns).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(offset: u64, opens_segment: bool) -> PartAt {
        let (start, captured_at_ms, length, duration) = (0, 0, 100, 18_000);
        PartAt { offset, start, captured_at_ms, length, duration, independent: opens_segment, opens_segment }
    }

    #[test]
    fn a_request_is_answered_by_the_part_that_it_names_and_not_before() {
        let open = Position { segments: 4, parts: 3, closed: false, ended: false };
        for (msn, part, answered) in [
            (3, Some(2), true),
            (3, Some(3), false),
            (3, None, false),
            (2, None, true),
            (2, Some(99), true),
            (4, Some(0), false),
        ] {
            assert_eq!(open.answers(msn, part), answered, "{msn} {part:?}");
        }
        let closed = Position { closed: true, ..open };
        assert!(closed.answers(3, None) && !closed.answers(3, Some(3)));
        assert!(closed.comes_next(4, 0) && !closed.comes_next(3, 3));
        assert!(open.comes_next(3, 3) && open.comes_next(4, 0) && !open.comes_next(4, 1));
    }

    proptest! {
        #[test]
        fn segments_hold_every_part_once_and_never_outgrow_the_target(opens in prop::collection::vec(any::<bool>(), 1..200), cuts in prop::collection::vec(any::<u8>(), 200)) {
            let mut line = Line::default();
            let mut cut = 0;
            for (index, opens) in opens.iter().enumerate() {
                if cuts[index] < 10 || index == 0 {
                    line.cut(cut);
                    cut += 1;
                }
                line.push(u32::try_from(index).unwrap(), &part(index as u64 * 100, *opens), 90_000);
            }
            let parts: u64 = line.segments.iter().map(|segment| u64::from(segment.parts)).sum();
            prop_assert_eq!(parts, opens.len() as u64);
            for pair in line.segments.windows(2) {
                prop_assert_eq!(pair[0].first + pair[0].parts, pair[1].first);
                prop_assert_eq!(pair[0].offset + pair[0].length, pair[1].offset);
                prop_assert_eq!(pair[0].position_ns + pair[0].duration_ns, pair[1].position_ns);
            }
            prop_assert!(line.segments.iter().all(|segment| segment.duration_ns <= LONGEST_NS));
        }
    }
}
