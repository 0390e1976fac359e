//! Decoding times for pictures that come in decoding order with presentation times only, as RTP carries them.

use std::{cmp::Reverse, collections::BinaryHeap};

/// H.264 reorders by no more than this (ISO/IEC 14496-10, annex A).
const MOST: usize = 16;

/// Gives each picture the smallest presentation time that is still to come, which is a decoding time that grows and
/// is never after the presentation. How many pictures are held back for that is learnt: none, until one comes early.
#[derive(Debug, Default)]
pub(super) struct Decoding {
    waiting: BinaryHeap<Reverse<i64>>,
    last: Option<i64>,
    latest: Option<i64>,
    depth: usize,
}

impl Decoding {
    /// The decoding time of the next picture, presented at `pts`; milliseconds, both.
    pub(super) fn time(&mut self, pts: i64) -> i64 {
        // A picture that is presented before its predecessor: one more must be held back.
        let late = self.last.is_some_and(|last| pts <= last);
        if late && self.latest.is_some_and(|latest| latest - pts < 2_000) && self.depth < MOST {
            self.depth += 1;
        } else if late {
            // The camera's clock was set back.
            *self = Self::default();
        }
        self.latest = self.latest.max(Some(pts));
        self.waiting.push(Reverse(pts));
        let smallest = if self.waiting.len() > self.depth { self.waiting.pop() } else { None };
        let floor = self.last.map(|last| last + 1);
        let dts = smallest.map(|Reverse(time)| time).max(floor).unwrap_or(pts);
        self.last = Some(dts);
        dts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(presented: &[i64]) -> Vec<i64> {
        let mut decoding = Decoding::default();
        presented.iter().map(|&pts| decoding.time(pts)).collect()
    }

    #[test]
    fn pictures_in_order_are_decoded_when_they_are_presented() {
        assert_eq!(times(&[0, 40, 80, 120]), [0, 40, 80, 120]);
    }

    #[test]
    fn reordered_pictures_get_times_that_grow_and_soon_precede_them() {
        // I P B B, P B B, …: a depth of one, learnt at the second picture.
        let mut presented = vec![0];
        for group in 0..10 {
            let at = group * 120;
            presented.extend([at + 120, at + 40, at + 80]);
        }
        let decoded = times(&presented);
        assert!(decoded.windows(2).all(|pair| pair[0] < pair[1]), "{decoded:?}");
        let late = presented.iter().zip(&decoded).skip(4).filter(|(pts, dts)| dts > pts).count();
        assert_eq!(late, 0, "{decoded:?}");
    }

    #[test]
    fn a_clock_that_is_set_back_begins_anew() {
        assert_eq!(times(&[100_000, 100_040, 0, 40]), [100_000, 100_040, 0, 40]);
    }
}
