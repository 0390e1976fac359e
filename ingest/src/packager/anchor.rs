//! What the wall clock said when a picture was taken, as well as it can be known from outside.
//!
//! Nothing arrives before it was taken, so the smallest difference of arrival and stamp that was seen is the best
//! bound of the source's clock. It is followed slowly, so that programme date time never jumps.

/// How long the smallest difference counts before it is forgotten.
const WINDOW_MS: i64 = 10_000;
/// How far it moves ahead with a segment, in 90 kHz ticks: 2 ms. Lateness of the network is not the source's clock.
const AHEAD: i64 = 180;
/// How far it moves back with a segment: 50 ms. That something came sooner than thought is certain: an encoder that
/// sends what it had held back while it connected shows its true clock only after some seconds.
const BACK: i64 = 4_500;

/// Relates a source's stamps to the wall clock.
#[derive(Clone, Debug, Default)]
pub(super) struct Anchor {
    /// Wall clock minus stamp, 90 kHz ticks.
    offset: Option<i64>,
    /// Whether a date has been told: until then the anchor goes where it must at once.
    told: bool,
    window_ms: i64,
    current: Option<i64>,
    before: Option<i64>,
}

impl Anchor {
    /// Something stamped `pts` (90 kHz) arrived.
    pub(super) fn observe(&mut self, pts: i64, arrived_ms: i64) {
        let difference = arrived_ms * 90 - pts;
        if self.offset.is_none() {
            self.window_ms = arrived_ms;
        }
        if arrived_ms - self.window_ms >= WINDOW_MS {
            self.before = self.current.take();
            self.window_ms = arrived_ms;
        }
        self.current = Some(self.current.map_or(difference, |least| least.min(difference)));
        if !self.told {
            self.offset = self.target();
        }
    }

    fn target(&self) -> Option<i64> {
        self.current.into_iter().chain(self.before).min()
    }

    /// A segment begins: the anchor moves a little.
    pub(super) fn slew(&mut self) {
        self.told = true;
        if let (Some(offset), Some(target)) = (self.offset.as_mut(), self.current.into_iter().chain(self.before).min())
        {
            *offset += (target - *offset).clamp(-BACK, AHEAD);
        }
    }

    /// Wall clock of a stamp, milliseconds UTC.
    pub(super) fn wall_ms(&self, pts: i64) -> i64 {
        (pts + self.offset.unwrap_or_default()).div_euclid(90)
    }

    /// How far the source's clock has run ahead of ours since the anchor settled, milliseconds.
    pub(super) fn lead_ms(&self) -> i64 {
        match (self.offset, self.target()) {
            (Some(offset), Some(target)) => (offset - target) / 90,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_delay_counts_and_lateness_does_not() {
        let mut anchor = Anchor::default();
        for index in 0..50 {
            let late = if index % 7 == 3 { 0 } else { 20 + index % 5 };
            anchor.observe(index * 3600, 1_000_000 + index * 40 + late);
        }
        assert_eq!(anchor.wall_ms(50 * 3600), 1_000_000 + 2000);
    }

    #[test]
    fn a_burst_at_the_start_moves_dates_back_by_little_and_never_before_the_one_before() {
        let mut anchor = Anchor::default();
        let mut dates = Vec::new();
        for index in 0..1000 {
            // The first second's pictures come all at once, then each when it is taken.
            let arrived_ms = 1_000_000 + (index * 40 - 1000).max(0);
            anchor.observe(index * 3600, arrived_ms);
            if index % 25 == 0 {
                anchor.slew();
                dates.push(anchor.wall_ms(index * 3600));
            }
        }
        assert!(dates.windows(2).all(|pair| (pair[1] - pair[0] - 1000).abs() <= 50), "{dates:?}");
        assert_eq!(dates.last(), Some(&(1_000_000 + 39 * 1000 - 1000)));
    }

    #[test]
    fn a_step_of_the_network_moves_it_two_milliseconds_a_segment() {
        let mut anchor = Anchor::default();
        for index in 0..2000 {
            let late = if index < 500 { 0 } else { 300 };
            anchor.observe(index * 3600, index * 40 + late);
            if index % 50 == 0 {
                let before = anchor.wall_ms(0);
                anchor.slew();
                assert!((anchor.wall_ms(0) - before).abs() <= 2);
            }
        }
        assert!(anchor.wall_ms(0) > 0);
    }
}
