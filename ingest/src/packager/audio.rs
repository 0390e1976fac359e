//! Sound frames into parts.

use bytes::Bytes;
use cmaf::Sample;
use vod_store::media::{SOUND_SEGMENT_MS, frames_per_part};

use super::{Cut, anchor::Anchor, rate::TICKS};

/// The count of samples follows the source's stamps once they are this far apart.
const RESYNC_MS: i64 = 40;

/// An AAC frame as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioFrame {
    /// Presentation time, 90 kHz, on the source's clock.
    pub pts: i64,
    /// One raw frame.
    pub data: Bytes,
    /// When it arrived, milliseconds UTC.
    pub arrived_ms: i64,
}

/// The sound track of a set.
#[derive(Debug)]
pub(super) struct AudioTrack {
    /// Samples a second, and ticks a second.
    rate: i64,
    /// Samples in a frame.
    frame: i64,
    zero: i64,
    /// Where the next frame stands, in samples from zero.
    position: Option<i64>,
    pending: Vec<Bytes>,
    start: i64,
    segment: Option<i64>,
    sequence: u32,
    captured_ms: i64,
}

impl AudioTrack {
    pub(super) fn new(rate: u32, frame: u32, zero: i64) -> Self {
        let (rate, frame) = (i64::from(rate), i64::from(frame));
        let (position, segment, pending) = (None, None, Vec::new());
        Self { rate, frame, zero, position, pending, start: 0, segment, sequence: 0, captured_ms: i64::MIN }
    }

    fn ms(&self, samples: i64) -> i64 {
        samples * 1000 / self.rate
    }

    /// Takes a frame; answers the part that it completes, and before it one that a gap in the stamps ended.
    pub(super) fn push(&mut self, frame: AudioFrame, anchor: &mut Anchor) -> Vec<Cut> {
        let stamped = (frame.pts - self.zero) * self.rate / TICKS;
        let mut cuts = Vec::new();
        let position = *self.position.get_or_insert(stamped.max(0));
        // What stands before zero, or where sound already is, has no place.
        if stamped < -self.frame / 2 || self.ms(stamped - position) < -RESYNC_MS {
            return cuts;
        }
        if self.ms(stamped - position) > RESYNC_MS {
            cuts.extend(self.flush(anchor));
            self.position = Some(stamped);
        }
        if self.pending.is_empty() {
            self.start = self.position.unwrap_or_default();
        }
        self.pending.push(frame.data);
        self.position = self.position.map(|position| position + self.frame);
        if self.pending.len() >= frames_per_part(self.rate, self.frame) {
            cuts.extend(self.flush(anchor));
        }
        cuts
    }

    /// Where the next frame will stand, 90 kHz on the source's clock.
    pub(super) fn next_pts(&self) -> Option<i64> {
        self.position.map(|position| self.zero + position * TICKS / self.rate)
    }

    /// Whether the next part will open a segment.
    pub(super) fn opens_next(&self) -> bool {
        let position = self.position.unwrap_or_default();
        self.pending.is_empty() && self.segment.is_none_or(|segment| self.ms(position - segment) >= SOUND_SEGMENT_MS)
    }

    /// Ends the part that is open.
    pub(super) fn flush(&mut self, anchor: &mut Anchor) -> Option<Cut> {
        if self.pending.is_empty() {
            return None;
        }
        let duration = u32::try_from(self.frame).expect("a frame has 960 to 2048 samples");
        let samples: Vec<Sample> = std::mem::take(&mut self.pending)
            .into_iter()
            .map(|data| Sample { duration, composition_offset: 0, sync: true, data })
            .collect();
        let opens_segment = self.segment.is_none_or(|segment| self.ms(self.start - segment) >= SOUND_SEGMENT_MS);
        if opens_segment {
            self.segment = Some(self.start);
        }
        let wall = anchor.wall_ms(self.zero + self.start * TICKS / self.rate);
        self.captured_ms = self.captured_ms.max(wall);
        self.sequence = self.sequence.wrapping_add(1);
        let start = u64::try_from(self.start).expect("nothing before zero is taken");
        Some(Cut {
            sequence: self.sequence,
            start,
            duration: duration * u32::try_from(samples.len()).expect("a few frames fill a part"),
            independent: true,
            opens_segment,
            captured_at_ms: self.captured_ms,
            samples,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(pts_ms: i64) -> AudioFrame {
        AudioFrame { pts: pts_ms * 90, data: Bytes::from_static(b"aac"), arrived_ms: pts_ms }
    }

    #[test]
    fn parts_are_whole_frames_within_the_bounds_at_the_usual_rates() {
        for rate in [48_000, 44_100, 32_000, 24_000, 16_000] {
            let (mut track, mut anchor) = (AudioTrack::new(rate, 1024, 0), Anchor::default());
            let mut end = 0;
            for index in 0..2000_i64 {
                for cut in track.push(frame(index * 1_024_000 / i64::from(rate)), &mut anchor) {
                    assert_eq!(cut.start, end, "parts of {rate} follow without a gap");
                    assert_eq!(cut.duration % 1024, 0);
                    let ms = f64::from(cut.duration) * 1000.0 / f64::from(rate);
                    assert!((187.0..=220.0).contains(&ms), "{rate}: {ms} ms");
                    end = cut.start + u64::from(cut.duration);
                }
            }
        }
    }

    #[test]
    fn a_gap_moves_the_count_and_an_overlap_drops_frames() {
        let (mut track, mut anchor) = (AudioTrack::new(48_000, 1024, 0), Anchor::default());
        let ms = |index: i64| index * 64 / 3;
        let mut cuts = Vec::new();
        for index in 0..18 {
            cuts.extend(track.push(frame(ms(index)), &mut anchor));
        }
        for index in 18..36 {
            cuts.extend(track.push(frame(ms(index) + 500), &mut anchor));
        }
        for index in 0..9 {
            cuts.extend(track.push(frame(ms(index)), &mut anchor));
        }
        let starts: Vec<u64> = cuts.iter().map(|cut| cut.start).collect();
        assert_eq!(
            starts,
            [0, 9216, 42_432, 51_648],
            "half a second is missing after the second part, and nothing doubled"
        );
    }

    proptest! {
        #[test]
        fn time_never_goes_back_and_stays_with_the_stamps(steps in prop::collection::vec(-300..600_i64, 1..400)) {
            let (mut track, mut anchor) = (AudioTrack::new(44_100, 1024, 9000), Anchor::default());
            let (mut stamp, mut end) = (0, 0);
            for step in steps {
                stamp = (stamp + if step.abs() < 250 { 23 } else { step }).max(0);
                for cut in track.push(frame(stamp), &mut anchor) {
                    prop_assert!(cut.start >= end);
                    end = cut.start + u64::from(cut.duration);
                }
                let next = track.next_pts().unwrap();
                prop_assert!(next >= stamp * 90 - 40 * 90 - 9000 || stamp < 100);
            }
        }
    }
}
