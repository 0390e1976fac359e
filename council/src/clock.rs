//! Time enters the program here.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

/// Where "now" comes from: the machine, or a test's hand.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    by_hand: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still until [`Clock::advance`] moves it.
    #[must_use]
    pub fn manual(start: jiff::Timestamp) -> Self {
        Self { by_hand: Some(Arc::new(AtomicI64::new(start.as_millisecond()))) }
    }

    /// Milliseconds since the Unix epoch, UTC.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        match &self.by_hand {
            Some(ms) => ms.load(Ordering::Relaxed),
            None => jiff::Timestamp::now().as_millisecond(),
        }
    }

    /// The instant now.
    #[must_use]
    pub fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.now_ms()).expect("the years of a clock fit a timestamp")
    }

    /// Moves a manual clock on; a system clock is left alone.
    pub fn advance(&self, by: std::time::Duration) {
        if let Some(ms) = &self.by_hand {
            ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::Relaxed);
        }
    }
}
