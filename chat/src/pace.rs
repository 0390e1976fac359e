//! How often who may write: token buckets, and the moderators' slow mode. Pure: the time is given.

use std::collections::HashMap;

use crate::AuthorId;

/// Messages that an author may send at once.
const BURST: i64 = 3;
/// How soon an author's next one is free, milliseconds.
const EACH_MS: i64 = 2000;
/// Messages from one network at once: a town hall may be behind one address.
const NETWORK_BURST: i64 = 40;
/// How soon a network's next one is free, milliseconds.
const NETWORK_EACH_MS: i64 = 100;
/// Who is remembered at most; beyond it those who are full again are forgotten.
const REMEMBERED: usize = 20_000;

/// A bucket that fills by a millisecond each millisecond; a message takes as many as it takes until the next one is free.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    credit_ms: i64,
    at_ms: i64,
}

impl Bucket {
    /// What is in it now, milliseconds.
    fn filled(self, now_ms: i64, burst: i64, each_ms: i64) -> i64 {
        self.credit_ms.saturating_add(now_ms.saturating_sub(self.at_ms).max(0)).min(burst * each_ms)
    }
}

/// Who wrote when, in one meeting.
#[derive(Debug, Default)]
pub struct Pace {
    authors: HashMap<AuthorId, (Bucket, i64)>,
    networks: HashMap<String, Bucket>,
}

impl Pace {
    /// Takes a message of `author` at `now_ms`; answers how long to wait where it comes too soon, milliseconds.
    ///
    /// # Errors
    /// The wait, when it is too soon; then nothing is taken.
    pub fn take(&mut self, author: AuthorId, network: &str, slow_ms: u32, now_ms: i64) -> Result<(), u64> {
        let full = Bucket { credit_ms: BURST * EACH_MS, at_ms: now_ms };
        let (bucket, last_ms) = self.authors.get(&author).copied().unwrap_or((full, i64::MIN));
        let credit_ms = bucket.filled(now_ms, BURST, EACH_MS);
        let wide = Bucket { credit_ms: NETWORK_BURST * NETWORK_EACH_MS, at_ms: now_ms };
        let of_network = self.networks.get(network).copied().unwrap_or(wide);
        let of_network_ms = of_network.filled(now_ms, NETWORK_BURST, NETWORK_EACH_MS);
        let since_ms = now_ms.saturating_sub(last_ms).max(0);
        let slow = i64::from(slow_ms).saturating_sub(since_ms);
        let wait_ms = (EACH_MS - credit_ms).max(NETWORK_EACH_MS - of_network_ms).max(slow);
        if let Ok(wait_ms @ 1..) = u64::try_from(wait_ms) {
            return Err(wait_ms);
        }
        self.forget(now_ms);
        self.authors.insert(author, (Bucket { credit_ms: credit_ms - EACH_MS, at_ms: now_ms }, now_ms));
        let left = Bucket { credit_ms: of_network_ms - NETWORK_EACH_MS, at_ms: now_ms };
        self.networks.insert(network.to_owned(), left);
        Ok(())
    }

    /// Forgets whoever waits for nothing any more.
    fn forget(&mut self, now_ms: i64) {
        if self.authors.len() >= REMEMBERED {
            self.authors.retain(|_, (bucket, last_ms)| {
                bucket.filled(now_ms, BURST, EACH_MS) < BURST * EACH_MS
                    || now_ms - *last_ms < i64::from(crate::mode::SLOW_MAX_MS)
            });
        }
        if self.networks.len() >= REMEMBERED {
            self.networks.retain(|_, bucket| {
                bucket.filled(now_ms, NETWORK_BURST, NETWORK_EACH_MS) < NETWORK_BURST * NETWORK_EACH_MS
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_at_once_then_one_every_two_seconds() {
        let (mut pace, author) = (Pace::default(), AuthorId::new());
        for _ in 0..3 {
            assert_eq!(pace.take(author, "n", 0, 1000), Ok(()));
        }
        assert_eq!(pace.take(author, "n", 0, 1000), Err(2000));
        assert_eq!(pace.take(author, "n", 0, 2500), Err(500), "a refusal takes nothing");
        assert_eq!(pace.take(author, "n", 0, 3000), Ok(()));
        assert_eq!(pace.take(AuthorId::new(), "n", 0, 3000), Ok(()), "another author");
        assert_eq!(pace.take(author, "n", 0, 0), Err(2000), "a clock that goes back frees nobody and locks nobody out");
    }

    #[test]
    fn slow_mode_counts_from_the_last_message() {
        let (mut pace, author) = (Pace::default(), AuthorId::new());
        assert_eq!(pace.take(author, "n", 30_000, 0), Ok(()));
        assert_eq!(pace.take(author, "n", 30_000, 10_000), Err(20_000));
        assert_eq!(pace.take(author, "n", 0, 10_000), Ok(()), "switched off");
        assert_eq!(pace.take(author, "n", 30_000, 40_000), Ok(()));
    }

    #[test]
    fn a_town_hall_behind_one_address_may_write_and_a_flood_may_not() {
        let mut pace = Pace::default();
        let taken = (0..100).filter(|_| pace.take(AuthorId::new(), "hall", 0, 0).is_ok()).count();
        assert_eq!(taken, 40);
        assert_eq!(pace.take(AuthorId::new(), "other", 0, 0), Ok(()));
        assert_eq!(pace.take(AuthorId::new(), "hall", 0, 100), Ok(()));
    }

    proptest::proptest! {
        #[test]
        fn who_waits_as_told_may_write(times in proptest::collection::vec(0_i64..5000, 1..40), slow in 0_u32..10_000) {
            let (mut pace, author) = (Pace::default(), AuthorId::new());
            let mut now = 0;
            for step in times {
                now += step;
                if let Err(wait) = pace.take(author, "n", slow, now) {
                    now += i64::try_from(wait).unwrap();
                    proptest::prop_assert_eq!(pace.take(author, "n", slow, now), Ok(()));
                }
            }
        }
    }
}
