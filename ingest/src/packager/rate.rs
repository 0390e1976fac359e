//! The grid that a source's pictures stand on, found from stamps that were rounded to milliseconds.
//!
//! A part should go out when its last picture has arrived, not one picture later; so the next picture's time must be
//! known before it comes. Encoders keep to a rate; RTMP's stamps hide it behind rounding. While the stamps agree with
//! a rate, the grid says where the next picture will stand; when they do not, it says nothing.

use std::collections::VecDeque;

/// Ticks a second of all times here.
pub(super) const TICKS: i64 = 90_000;
/// Stamps this close to the grid are on it: 2 ms, the rounding of a stamp and of its neighbour.
const ON_GRID: i64 = 180;
/// A stamp this far off bends the grid; beyond it, the source keeps no rate.
const BENDS: i64 = 540;
/// So many pictures in step make a rate believed.
const CONFIRMED: u8 = 4;
/// So many stamps without a rate before one is guessed.
const LEARN: usize = 13;
/// So many stamps tell 29.97 pictures a second from 30.
const SURE: usize = 100;
/// So many stamps are remembered for a better guess.
const REMEMBERED: usize = 250;

/// The usual rates, as pictures in so many seconds.
const USUAL: [(i64, i64); 13] = [
    (24_000, 1001),
    (24, 1),
    (25, 1),
    (30_000, 1001),
    (30, 1),
    (50, 1),
    (60_000, 1001),
    (60, 1),
    (15_000, 1001),
    (15, 1),
    (20, 1),
    (10, 1),
    (5, 1),
];

/// The time between two pictures, `ticks / pictures`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Period {
    ticks: i64,
    pictures: i64,
}

impl Period {
    fn at(self, index: i64) -> i64 {
        divide_round(index * self.ticks, self.pictures)
    }

    fn index(self, ticks: i64) -> i64 {
        divide_round(ticks * self.pictures, self.ticks)
    }
}

fn divide_round(a: i64, b: i64) -> i64 {
    (2 * a + b).div_euclid(2 * b)
}

/// Finds the grid and places stamps on it.
#[derive(Debug, Default)]
pub(super) struct Grid {
    period: Option<Period>,
    origin: i64,
    index: i64,
    in_step: u8,
    history: VecDeque<i64>,
}

impl Grid {
    /// A grid that begins with the rate that the source announces, believed once the stamps agree.
    pub(super) fn announced(rate: Option<f64>) -> Self {
        let period = rate.filter(|rate| (1.0..=240.0).contains(rate)).map(|rate| {
            let near = |&&(num, den): &&(i64, i64)| (rate * den as f64 / num as f64 - 1.0).abs() < 0.000_2;
            match USUAL.iter().find(near) {
                Some(&(num, den)) => Period { ticks: TICKS * den, pictures: num },
                None => Period { ticks: (TICKS as f64 * 1000.0 / rate).round() as i64, pictures: 1000 },
            }
        });
        Self { period, ..Self::default() }
    }

    /// Where the picture with this stamp stands.
    pub(super) fn place(&mut self, stamp: i64) -> i64 {
        if self.history.is_empty() {
            self.origin = stamp;
        }
        if self.history.len() == REMEMBERED {
            self.history.pop_front();
        }
        self.history.push_back(stamp);
        if self.period.is_none() && self.history.len() >= LEARN && !self.guess() {
            self.history.pop_front();
        }
        self.period.map_or(stamp, |period| self.fit(period, stamp))
    }

    fn fit(&mut self, period: Period, stamp: i64) -> i64 {
        if self.index > 1 << 20 {
            // Keeps the products small over a meeting of any length; a whole number of pictures moves nothing.
            let whole = self.index / period.pictures * period.pictures;
            self.origin += period.at(whole);
            self.index -= whole;
        }
        let index = period.index(stamp - self.origin);
        let error = stamp - self.origin - period.at(index);
        if error.abs() > BENDS.min(period.at(1) / 3) || (self.history.len() > 1 && index <= self.index) {
            self.forget(stamp);
            return stamp;
        }
        if error.abs() > ON_GRID && self.in_step >= CONFIRMED && self.history.len() >= SURE && self.guess() {
            self.index += 1;
            return self.period.map_or(stamp, |period| self.origin + period.at(self.index));
        }
        if error.abs() > ON_GRID {
            self.origin += error - error.signum() * ON_GRID;
        }
        if index == self.index + 1 {
            self.in_step = (self.in_step + 1).min(2 * CONFIRMED);
        } else if self.history.len() > 1 {
            match self.in_step.checked_sub(CONFIRMED) {
                Some(left) => self.in_step = left,
                None => {
                    self.forget(stamp);
                    return stamp;
                }
            }
        }
        self.index = index;
        self.origin + period.at(index)
    }

    fn forget(&mut self, stamp: i64) {
        *self = Self { origin: stamp, history: VecDeque::from([stamp]), ..Self::default() };
    }

    /// Takes the usual rate, or else the mean, that the remembered stamps agree with; false where there is none.
    fn guess(&mut self) -> bool {
        let (Some(&first), Some(&last)) = (self.history.front(), self.history.back()) else { return false };
        let pictures = self.history.len() as i64 - 1;
        let mean = (last - first) as f64 / pictures as f64;
        let off = |&&(num, den): &&(i64, i64)| ((TICKS * den) as f64 / num as f64 - mean).abs();
        let usual = USUAL.iter().min_by(|a, b| off(a).total_cmp(&off(b)));
        let usual = usual.map(|&(num, den)| Period { ticks: TICKS * den, pictures: num });
        let measured = Period { ticks: last - first, pictures };
        for period in usual.into_iter().chain((measured.ticks > 0).then_some(measured)) {
            let errors = self.history.iter().zip(0..).map(|(stamp, index)| stamp - first - period.at(index));
            let (least, most) = errors.fold((0, 0), |(least, most), error: i64| (error.min(least), error.max(most)));
            if most - least <= ON_GRID {
                self.period = Some(period);
                self.origin = first + (least + most) / 2;
                self.index = pictures - 1;
                self.in_step = CONFIRMED;
                return true;
            }
        }
        false
    }

    /// Where the next picture will stand, while the source keeps to its rate.
    pub(super) fn next(&self) -> Option<i64> {
        let period = self.period.filter(|_| self.in_step >= CONFIRMED)?;
        Some(self.origin + period.at(self.index + 1))
    }

    /// Ticks from one picture to the next, rounded, while the source keeps to its rate.
    pub(super) fn period(&self) -> Option<i64> {
        self.period.filter(|_| self.in_step >= CONFIRMED).map(|period| period.at(1).max(1))
    }

    /// A composition offset on the grid where it is near a whole number of pictures; else as it is.
    pub(super) fn offset(&self, ticks: i64) -> i64 {
        let Some(period) = self.period.filter(|_| self.in_step >= CONFIRMED) else { return ticks };
        let pictures = period.index(ticks);
        if (ticks - period.at(pictures)).abs() > ON_GRID {
            return ticks;
        }
        period.at(self.index + pictures) - period.at(self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milliseconds(rate: (i64, i64), index: i64) -> i64 {
        divide_round(index * 1000 * rate.1, rate.0) * 90
    }

    #[test]
    fn every_usual_rate_is_found_behind_the_rounding_announced_or_not() {
        for rate in USUAL {
            for announced in [None, Some(rate.0 as f64 / rate.1 as f64)] {
                let mut grid = Grid::announced(announced);
                for index in 0..2000 {
                    let placed = grid.place(milliseconds(rate, index));
                    let truth = divide_round(index * TICKS * rate.1, rate.0);
                    assert!((placed - truth).abs() <= 2 * ON_GRID, "{rate:?} {index}: {placed} for {truth}");
                    if index > 13 {
                        let next = grid.next().expect("a steady source is known after thirteen pictures");
                        let period = TICKS * rate.1 / rate.0;
                        let near = if index > 300 { 1 } else { 10 };
                        assert!((next - placed - period).abs() <= near, "{rate:?} {index}: {}", next - placed);
                    }
                }
            }
        }
    }

    #[test]
    fn an_announced_rate_that_is_not_kept_is_not_believed() {
        let mut grid = Grid::announced(Some(60.0));
        for index in 0..40 {
            grid.place(milliseconds((30, 1), index));
            assert!(grid.period().is_none_or(|period| period == 3000), "{index}");
        }
        assert_eq!(grid.period(), Some(3000));
    }

    #[test]
    fn a_source_that_keeps_no_rate_is_not_predicted() {
        let mut grid = Grid::announced(Some(30.0));
        let mut stamp = 0;
        for index in 0..300_i64 {
            grid.place(stamp);
            if index > 4 {
                assert_eq!(grid.next(), None, "{index}");
            }
            stamp += 90 * [20, 51, 33, 12, 70][index as usize % 5];
        }
    }

    #[test]
    fn lost_pictures_leave_a_gap_and_the_rate_stands() {
        let mut grid = Grid::announced(Some(25.0));
        for index in (0..100).filter(|index| index % 20 != 19) {
            assert_eq!(grid.place(index * 3600), index * 3600);
        }
        assert_eq!(grid.period(), Some(3600));
    }

    #[test]
    fn a_clock_that_runs_differently_is_followed() {
        let mut grid = Grid::announced(Some(25.0));
        for index in 0..200_000_i64 {
            let stamp = index * 3600 + index / 100;
            assert!((grid.place(stamp) - stamp).abs() <= ON_GRID + 1, "{index}");
        }
    }
}
