//! Pictures into parts and segments.

use bytes::Bytes;
use cmaf::Sample;
use vod_store::media::{MAX_PART_BYTES, PART_TARGET_MS, SEGMENT_TARGET_MS};

use super::{
    Cut,
    anchor::Anchor,
    rate::{Grid, TICKS},
};

/// What a part should last, in ticks: 200 ms.
const PART: i64 = TICKS / 5;
/// What a part may last at most.
const PART_MOST: i64 = PART_TARGET_MS as i64 * 90;
/// What every part but the last of a segment should reach.
const PART_LEAST: i64 = PART_MOST * 85 / 100;
/// A keyframe opens a segment only where the open one has this much.
const SEGMENT_LEAST: i64 = TICKS - TICKS / 50;
/// A part is ended before its pictures fill what a part may have.
const PART_BYTES: usize = MAX_PART_BYTES - (1 << 20);

/// A coded picture as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoFrame {
    /// Decoding time, 90 kHz, on the source's clock.
    pub dts: i64,
    /// Presentation time, 90 kHz.
    pub pts: i64,
    /// Decoding can start here.
    pub key: bool,
    /// NAL units with lengths.
    pub data: Bytes,
    /// When it arrived, milliseconds UTC.
    pub arrived_ms: i64,
}

#[derive(Debug)]
struct Placed {
    at: i64,
    offset: i64,
    key: bool,
    data: Bytes,
}

/// The picture track of a set.
#[derive(Debug)]
pub(super) struct VideoTrack {
    grid: Grid,
    zero: i64,
    pending: Vec<Placed>,
    pending_bytes: usize,
    /// Where the last part ended.
    end: i64,
    /// Where the last picture was placed.
    last: Option<i64>,
    segment: Option<i64>,
    keyframe: i64,
    longest_group: i64,
    /// Pictures since the keyframe, itself included, and in the two groups before.
    group: usize,
    groups: [usize; 2],
    sequence: u32,
    captured_ms: i64,
}

impl VideoTrack {
    pub(super) fn new(rate: Option<f64>, zero: i64) -> Self {
        Self {
            grid: Grid::announced(rate),
            zero,
            pending: Vec::new(),
            pending_bytes: 0,
            end: 0,
            last: None,
            segment: None,
            keyframe: 0,
            longest_group: 0,
            group: 0,
            groups: [0; 2],
            sequence: 0,
            captured_ms: i64::MIN,
        }
    }

    /// Takes a picture; answers the parts that it ends.
    pub(super) fn push(&mut self, frame: VideoFrame, anchor: &mut Anchor) -> Vec<Cut> {
        let mut cuts = Vec::new();
        let mut at = self.place(frame.dts);
        if let Some(last) = self.last {
            at = at.max(last + 1);
            if at - last > PART_MOST {
                // A gap: the picture before it keeps its usual time, and the hole stays a hole.
                let usual = self.usual();
                cuts.extend(self.end_at(last + usual, anchor));
            } else if frame.key || !self.fits(at, last) || self.pending_bytes + frame.data.len() > PART_BYTES {
                cuts.extend(self.end_at(at, anchor));
            }
        }
        if self.pending.is_empty() && (at - self.end).abs() <= self.usual() / 2 && self.last.is_some() {
            at = self.end;
        }
        at = at.max(self.end);
        if frame.key {
            self.begin_group(at);
        }
        self.group += 1;
        let offset = self.grid.offset(frame.pts - frame.dts);
        self.last = Some(at);
        self.pending_bytes += frame.data.len();
        self.pending.push(Placed { at, offset, key: frame.key, data: frame.data });
        if let Some(end) = self.full() {
            cuts.extend(self.flush(end, anchor));
        }
        cuts
    }

    fn place(&mut self, dts: i64) -> i64 {
        self.grid.place(dts) - self.zero
    }

    /// What a picture lasts, as far as one knows.
    fn usual(&self) -> i64 {
        let measured = match self.pending.as_slice() {
            [.., a, b] => b.at - a.at,
            _ => TICKS / 25,
        };
        self.grid.period().unwrap_or(measured).clamp(1, PART_MOST)
    }

    /// Whether the open part can take a picture at `at`, without knowing how long that will last.
    fn fits(&self, at: i64, last: i64) -> bool {
        let Some(first) = self.pending.first() else { return true };
        if self.grid.period().is_some() {
            return at - first.at + self.usual() <= PART_MOST;
        }
        let step = (at - last).max(1);
        at - first.at < PART_LEAST.min(PART_MOST - step)
    }

    /// Where the open part ends, if its last picture is here already.
    fn full(&self) -> Option<i64> {
        let (first, last) = (self.pending.first()?, self.pending.last()?);
        let period = self.grid.period()?;
        let next = (self.grid.next()? - self.zero).max(last.at + 1);
        let pictures = ((2 * PART + period) / (2 * period)).min(PART_MOST / period).max(1);
        let whole = self.pending.len() as i64 >= pictures && next - first.at >= PART_LEAST.min(pictures * period - 2);
        let group = self.groups[0] > 0 && self.groups[0] == self.groups[1] && self.group == self.groups[0];
        (whole || group).then_some(next.min(first.at + PART_MOST))
    }

    fn begin_group(&mut self, at: i64) {
        if self.group > 0 {
            self.longest_group = self.longest_group.max(at - self.keyframe);
            self.groups = [self.groups[1], self.group];
        }
        self.group = 0;
        self.keyframe = at;
    }

    /// Ends the open part at `end`; where the last picture's length would make it too long, that gets its own part.
    fn end_at(&mut self, end: i64, anchor: &mut Anchor) -> Vec<Cut> {
        let mut cuts = Vec::new();
        if self.pending.len() > 1
            && self.pending.first().is_some_and(|first| end - first.at > PART_MOST)
            && let Some(last) = self.pending.pop()
        {
            cuts.extend(self.flush(last.at, anchor));
            self.pending.push(last);
        }
        cuts.extend(self.flush(end, anchor));
        cuts
    }

    /// Ends the open part at `end`.
    pub(super) fn flush(&mut self, end: i64, anchor: &mut Anchor) -> Option<Cut> {
        let start = self.pending.first()?.at;
        let independent = self.pending.first()?.key;
        self.pending_bytes = 0;
        let ends: Vec<i64> = self.pending.iter().skip(1).map(|next| next.at).chain([end]).collect();
        let samples: Vec<Sample> = self
            .pending
            .drain(..)
            .zip(&ends)
            .map(|(picture, &end)| Sample {
                duration: narrow(end - picture.at),
                composition_offset: i32::try_from(picture.offset).unwrap_or_default(),
                sync: picture.key,
                data: picture.data,
            })
            .collect();
        self.end = end;
        let opens_segment = independent && self.opens(start);
        if opens_segment {
            self.segment = Some(start);
            anchor.slew();
        }
        let shown = start + i64::from(samples.first().map_or(0, |sample| sample.composition_offset));
        self.captured_ms = self.captured_ms.max(anchor.wall_ms(self.zero + shown));
        self.sequence = self.sequence.wrapping_add(1);
        let start = u64::try_from(start).expect("nothing stands before zero");
        let duration = samples.iter().map(|sample| sample.duration).sum();
        let (sequence, captured_at_ms) = (self.sequence, self.captured_ms);
        Some(Cut { sequence, start, duration, independent, opens_segment, captured_at_ms, samples })
    }

    fn opens(&self, start: i64) -> bool {
        let Some(segment) = self.segment else { return true };
        let so_far = start - segment;
        so_far >= SEGMENT_LEAST || so_far + self.longest_group > i64::from(SEGMENT_TARGET_MS) * 90
    }

    /// Ends the track: the last picture lasts as long as those before it.
    pub(super) fn finish(&mut self, anchor: &mut Anchor) -> Vec<Cut> {
        match self.pending.last() {
            Some(last) => self.end_at(last.at + self.usual(), anchor),
            None => Vec::new(),
        }
    }
}

fn narrow(ticks: i64) -> u32 {
    u32::try_from(ticks).expect("pictures of a part stand in order, and no part is longer than some seconds")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A source of `rate` whose stamps are rounded to milliseconds, with keyframes every `group` pictures.
    fn run(rate: (i64, i64), announced: bool, group: i64, pictures: i64) -> Vec<(i64, Vec<Cut>)> {
        let announced = announced.then(|| rate.0 as f64 / rate.1 as f64);
        let (mut track, mut anchor) = (VideoTrack::new(announced, 0), Anchor::default());
        (0..pictures)
            .map(|index| {
                let ms = (index * 1000 * rate.1 * 2 + rate.0) / (2 * rate.0);
                let frame = VideoFrame {
                    dts: ms * 90,
                    pts: ms * 90,
                    key: index % group == 0,
                    data: Bytes::from_static(b"p"),
                    arrived_ms: ms,
                };
                (index, track.push(frame, &mut anchor))
            })
            .collect()
    }

    const RATES: [(i64, i64); 10] =
        [(24_000, 1001), (24, 1), (25, 1), (30_000, 1001), (30, 1), (50, 1), (60, 1), (15, 1), (20, 1), (10, 1)];

    #[test]
    fn parts_keep_the_bounds_at_every_usual_rate_and_go_out_with_their_last_picture() {
        for rate in RATES {
            for announced in [true, false] {
                let group = 2 * rate.0 / rate.1 + i64::from(rate.1 != 1);
                let outcome = run(rate, announced, group, group * 8);
                let (mut end, mut last): (u64, Option<Cut>) = (0, None);
                let mut sent = 0;
                for (index, cuts) in outcome {
                    for cut in cuts {
                        assert_eq!(cut.start, end, "{rate:?} at {index}: parts follow without a gap");
                        end += u64::from(cut.duration);
                        assert!(i64::from(cut.duration) <= PART_MOST, "{rate:?}: {}", cut.duration);
                        if let Some(last) = last.filter(|_| !cut.independent) {
                            assert!(i64::from(last.duration) >= PART_LEAST, "{rate:?} at {index}: {}", last.duration);
                        }
                        sent += cut.samples.len() as i64;
                        if index > 4 * group {
                            assert_eq!(sent, index + 1, "{rate:?}: the part goes out when its last picture is there");
                        }
                        last = Some(cut);
                    }
                }
            }
        }
    }

    #[test]
    fn keyframes_open_parts_and_segments_have_a_second() {
        for (group, expected) in [(50, 2), (25, 1), (12, 1), (100, 4)] {
            let cuts: Vec<Cut> = run((25, 1), true, group, 500).into_iter().flat_map(|(_, cuts)| cuts).collect();
            let opens: Vec<u64> = cuts.iter().filter(|cut| cut.opens_segment).map(|cut| cut.start).collect();
            assert!(opens.windows(2).all(|pair| pair[1] - pair[0] >= expected * 90_000 - 4000), "{group}: {opens:?}");
            assert!(
                cuts.iter().all(|cut| cut.samples.iter().skip(1).all(|sample| !sample.sync)),
                "a keyframe opens a part"
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_the_stamps_time_goes_on_and_stays_with_them(
            steps in prop::collection::vec((0..900_i64, any::<bool>(), -200..400_i64), 1..300),
        ) {
            let (mut track, mut anchor) = (VideoTrack::new(Some(30.0), 0), Anchor::default());
            let (mut ms, mut end, mut count) = (0, 0, 0);
            let mut cuts = Vec::new();
            for (index, (step, key, composition)) in steps.iter().enumerate() {
                ms += if index % 50 < 40 { 33 + step % 2 } else { *step };
                let frame = VideoFrame {
                    dts: ms * 90, pts: (ms + composition) * 90, key: index == 0 || (*key && index % 7 == 0),
                    data: Bytes::from_static(b"p"), arrived_ms: ms,
                };
                cuts.extend(track.push(frame, &mut anchor));
                let placed = track.last.unwrap();
                prop_assert!((placed - ms * 90).abs() <= 60 * 90, "{} for {}", placed, ms * 90);
            }
            cuts.extend(track.finish(&mut anchor));
            for cut in &cuts {
                prop_assert!(cut.start >= end, "parts do not overlap");
                end = cut.start + u64::from(cut.duration);
                prop_assert_eq!(cut.duration, cut.samples.iter().map(|sample| sample.duration).sum::<u32>());
                prop_assert!(i64::from(cut.duration) <= PART_MOST + 1);
                count += cut.samples.len();
            }
            prop_assert_eq!(count, steps.len());
        }
    }
}
