//! Who has knocked with a wrong key too often, and must wait.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// So many connections of one address that presented no known key within [`FAILURE_WINDOW`], and it must wait.
pub const MAX_FAILURES: u32 = 20;
/// How long failures count.
pub const FAILURE_WINDOW: Duration = Duration::from_secs(60);
/// Addresses whose failures are counted at a time.
const MAX_ADDRESSES: usize = 10_000;

/// Counts failures by address.
#[derive(Debug, Default)]
pub(crate) struct Failures(Mutex<HashMap<IpAddr, (Instant, u32)>>);

impl Failures {
    /// Notes that a connection of this address presented no known key.
    pub(crate) fn failed(&self, address: IpAddr) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MAX_ADDRESSES {
            failures.retain(|_, (since, _)| since.elapsed() < FAILURE_WINDOW);
        }
        if failures.len() >= MAX_ADDRESSES {
            return;
        }
        let entry = failures.entry(address).or_insert_with(|| (Instant::now(), 0));
        if entry.0.elapsed() >= FAILURE_WINDOW {
            *entry = (Instant::now(), 0);
        }
        entry.1 += 1;
    }

    /// Whether the address is not listened to for now.
    pub(crate) fn must_wait(&self, address: IpAddr) -> bool {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(&address).is_some_and(|(since, count)| *count >= MAX_FAILURES && since.elapsed() < FAILURE_WINDOW)
    }
}
