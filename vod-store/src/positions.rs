//! Between a position in a recording (the sum of what was shown before) and the meeting's wall clock. Pure.
//!
//! A gap or a pause is on the wall clock and may not be in the media: so the two run apart, and each take brings its own dates.

use crate::timeline::Segment;

/// Two runs whose dates differ from what the positions say by no more are one.
const SAME_MS: i64 = 40;

/// A run of media whose dates go on as its positions do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    position_ms: i64,
    at_ms: i64,
    duration_ms: i64,
}

/// Where each run of a recording begins, in the media and on the wall clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Positions(Vec<Run>);

impl Positions {
    pub(crate) fn of(segments: &[Segment]) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for segment in segments {
            let ms = |ns: u64| i64::try_from(ns / 1_000_000).unwrap_or(i64::MAX);
            let (position_ms, duration_ms) = (ms(segment.position_ns), ms(segment.duration_ns));
            match runs.last_mut() {
                Some(run) if (segment.at_ms - run.at_ms - (position_ms - run.position_ms)).abs() <= SAME_MS => {
                    run.duration_ms = position_ms + duration_ms - run.position_ms;
                }
                _ => runs.push(Run { position_ms, at_ms: segment.at_ms, duration_ms }),
            }
        }
        Self(runs)
    }

    /// How long the media is, milliseconds.
    #[must_use]
    pub fn length_ms(&self) -> i64 {
        self.0.last().map_or(0, |run| run.position_ms + run.duration_ms)
    }

    /// The wall clock at a position, milliseconds UTC; before the first and after the last run it is carried on.
    #[must_use]
    pub fn wall_at(&self, position_ms: i64) -> Option<i64> {
        let after = self.0.partition_point(|run| run.position_ms <= position_ms);
        let run = self.0.get(after.saturating_sub(1))?;
        Some(run.at_ms + (position_ms - run.position_ms))
    }

    /// The position at an instant; in a gap the start of what follows it, before the beginning the beginning.
    #[must_use]
    pub fn position_at(&self, at_ms: i64) -> Option<i64> {
        let after = self.0.partition_point(|run| run.at_ms <= at_ms);
        let Some(run) = after.checked_sub(1).and_then(|index| self.0.get(index)) else {
            return self.0.first().map(|run| run.position_ms);
        };
        let within = at_ms - run.at_ms;
        let next = self.0.get(after).map_or(run.position_ms + run.duration_ms, |next| next.position_ms);
        Some(if within < run.duration_ms { run.position_ms + within } else { next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn segment(position_ms: u64, duration_ms: u64, at_ms: i64) -> Segment {
        let (cut, first, parts, offset, length) = (0, 0, 1, 0, 0);
        let (duration_ns, position_ns) = (duration_ms * 1_000_000, position_ms * 1_000_000);
        Segment { cut, first, parts, offset, length, duration_ns, at_ms, position_ns }
    }

    #[test]
    fn a_gap_is_on_the_clock_and_not_in_the_media() {
        let positions =
            Positions::of(&[segment(0, 4000, 100_000), segment(4000, 2000, 104_010), segment(6000, 4000, 166_000)]);
        assert_eq!(positions.0.len(), 2);
        assert_eq!(positions.length_ms(), 10_000);
        for (position, wall) in [(0, 100_000), (5000, 105_000), (6000, 166_000), (9000, 169_000), (12_000, 172_000)] {
            assert_eq!(positions.wall_at(position), Some(wall));
        }
        for (wall, position) in
            [(0, 0), (105_000, 5000), (106_500, 6000), (160_000, 6000), (167_000, 7000), (200_000, 10_000)]
        {
            assert_eq!(positions.position_at(wall), Some(position), "{wall}");
        }
        assert_eq!(Positions::default().wall_at(0), None);
        assert_eq!(Positions::default().position_at(0), None);
    }

    proptest! {
        #[test]
        fn a_position_comes_back_from_its_instant(runs in prop::collection::vec((1_u64..9000, 0_i64..90_000), 1..30), share in 0.0..1.0_f64) {
            let (mut position, mut wall, mut segments) = (0, 1_000_000, Vec::new());
            for (duration, gap) in runs {
                segments.push(segment(position, duration, wall));
                position += duration;
                wall += i64::try_from(duration).unwrap() + gap;
            }
            let positions = Positions::of(&segments);
            #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "small numbers")]
            let at = (share * (position - 1) as f64) as i64;
            let back = positions.position_at(positions.wall_at(at).unwrap()).unwrap();
            // Runs that are joined may be off by what joins them.
            prop_assert!((back - at).abs() <= 2 * SAME_MS, "{at} {back}");
        }
    }
}
