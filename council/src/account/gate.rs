//! What stands before the accounts, in memory: limits on tries, the few hashings at a time, the set-up token.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use subtle::ConstantTimeEq as _;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{Error, Result, digest};

/// How long tries are counted, from the first.
const WINDOW_MS: i64 = 15 * 60_000;
/// Tries on one account in that time.
const TRIES_PER_ACCOUNT: u32 = 10;
/// Tries from one address prefix in that time.
const TRIES_PER_PREFIX: u32 = 100;
/// Letters to one address in that time, of those that anybody may ask for.
const LETTERS_PER_ADDRESS: u32 = 3;
/// How many accounts, and how many prefixes, are remembered.
const REMEMBERED: usize = 10_000;
/// Passwords hashed at once: each takes a core and 19 MiB.
const HASHED_AT_ONCE: usize = 2;
/// How long a log-in waits for its turn to be hashed.
const HASHING_TIMEOUT: Duration = Duration::from_secs(10);

/// The gate of one installation. `Debug` shows none of it.
pub(crate) struct Gate {
    tries: Mutex<Tries>,
    hashing: Semaphore,
    set_up: Mutex<Option<[u8; 32]>>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { tries: Mutex::default(), hashing: Semaphore::new(HASHED_AT_ONCE), set_up: Mutex::default() }
    }
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gate(hidden)")
    }
}

impl Gate {
    /// Counts a try, before it is made, so that tries at the same time count too.
    pub(crate) fn admit(&self, account: &str, prefix: &str, now_ms: i64) -> Result<()> {
        let mut tries = locked(&self.tries);
        tries.prefixes.count(key(prefix), TRIES_PER_PREFIX, now_ms)?;
        tries.accounts.count(key(account), TRIES_PER_ACCOUNT, now_ms)
    }

    /// The same for what sends a letter, which is somebody else's nuisance.
    pub(super) fn admit_seldom(&self, what: &str, prefix: &str, now_ms: i64) -> Result<()> {
        let mut tries = locked(&self.tries);
        tries.prefixes.count(key(prefix), TRIES_PER_PREFIX, now_ms)?;
        tries.accounts.count(key(what), LETTERS_PER_ADDRESS, now_ms)
    }

    /// Forgets an account's tries: the person is known now.
    pub(crate) fn forgive(&self, account: &str) {
        locked(&self.tries).accounts.0.remove(&key(account));
    }

    /// The turn to hash a password.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>> {
        let wait_ms = u64::try_from(HASHING_TIMEOUT.as_millis()).unwrap_or(u64::MAX);
        tokio::time::timeout(HASHING_TIMEOUT, self.hashing.acquire())
            .await
            .map_err(|_| Error::TooMany { retry_after_ms: wait_ms })?
            .map_err(|_| Error::Hashing)
    }

    /// Remembers the hash of a new set-up token; the one before is no longer good.
    pub(super) fn set_token(&self, token: Option<&str>) {
        *locked(&self.set_up) = token.map(|token| digest::sha256(token.as_bytes()));
    }

    /// Takes the set-up token, if `presented` is it.
    pub(super) fn take_token(&self, presented: &str) -> Result<SetUp<'_>> {
        let hash = digest::sha256(presented.trim().as_bytes());
        let mut kept = locked(&self.set_up);
        if kept.is_some_and(|kept| bool::from(kept.ct_eq(&hash))) {
            *kept = None;
            Ok(SetUp { gate: self, hash: Some(hash) })
        } else {
            Err(Error::Credentials)
        }
    }
}

/// A set-up under way. Where it does not come to its end, the token is good again.
pub(super) struct SetUp<'a> {
    gate: &'a Gate,
    hash: Option<[u8; 32]>,
}

impl SetUp<'_> {
    /// The token is spent.
    pub(super) fn done(mut self) {
        self.hash = None;
    }
}

impl Drop for SetUp<'_> {
    fn drop(&mut self) {
        if let Some(hash) = self.hash {
            locked(&self.gate.set_up).get_or_insert(hash);
        }
    }
}

#[derive(Default)]
struct Tries {
    accounts: Counts,
    prefixes: Counts,
}

#[derive(Clone, Copy)]
struct Count {
    since_ms: i64,
    tries: u32,
}

/// Tries by the hash of what they are counted for.
#[derive(Default)]
struct Counts(HashMap<[u8; 32], Count>);

impl Counts {
    fn count(&mut self, key: [u8; 32], limit: u32, now_ms: i64) -> Result<()> {
        if self.0.len() >= REMEMBERED && !self.0.contains_key(&key) {
            self.make_room(now_ms);
        }
        let count = self.0.entry(key).or_insert(Count { since_ms: now_ms, tries: 0 });
        if is_over(*count, now_ms) {
            *count = Count { since_ms: now_ms, tries: 0 };
        }
        if count.tries >= limit {
            let wait_ms = WINDOW_MS - (now_ms - count.since_ms);
            return Err(Error::TooMany { retry_after_ms: u64::try_from(wait_ms).unwrap_or(1) });
        }
        count.tries += 1;
        Ok(())
    }

    /// Forgets what is over; where nothing is, the one with the fewest tries, so that a flood of others frees nobody
    /// who is at the limit.
    fn make_room(&mut self, now_ms: i64) {
        self.0.retain(|_, count| !is_over(*count, now_ms));
        if self.0.len() >= REMEMBERED
            && let Some(least) =
                self.0.iter().min_by_key(|(_, count)| (count.tries, count.since_ms)).map(|(key, _)| *key)
        {
            self.0.remove(&least);
        }
    }
}

fn is_over(count: Count, now_ms: i64) -> bool {
    // A clock that went back ends the window, too.
    !(0..WINDOW_MS).contains(&(now_ms - count.since_ms))
}

fn key(text: &str) -> [u8; 32] {
    digest::sha256(text.as_bytes())
}

/// The lock, also after a panic elsewhere: the values are whole after every statement.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_counted_for_the_account_and_for_the_prefix() {
        let gate = Gate::default();
        for _ in 0..TRIES_PER_ACCOUNT {
            gate.admit("a", "10.0.0.0/24", 1000).unwrap();
        }
        let refused = gate.admit("a", "10.0.1.0/24", 61_000).unwrap_err();
        assert!(matches!(refused, Error::TooMany { retry_after_ms: 840_000 }), "{refused}");
        gate.admit("b", "10.0.0.0/24", 1000).unwrap();
        gate.admit("a", "10.0.1.0/24", 1000 + WINDOW_MS).unwrap();

        let gate = Gate::default();
        for n in 0..TRIES_PER_PREFIX {
            gate.admit(&format!("{n}"), "p", 0).unwrap();
        }
        assert!(gate.admit("new", "p", 0).is_err());
        gate.forgive("5");
        assert!(gate.admit("5", "p", 0).is_err(), "one known person does not free a prefix");
        assert!(gate.admit("5", "q", 0).is_ok());
    }

    #[test]
    fn a_flood_is_bounded_and_frees_nobody() {
        let mut counts = Counts::default();
        let held = key("held");
        for _ in 0..TRIES_PER_ACCOUNT {
            counts.count(held, TRIES_PER_ACCOUNT, 0).unwrap();
        }
        for n in 0..REMEMBERED + 50 {
            counts.count(key(&n.to_string()), TRIES_PER_ACCOUNT, 1).unwrap();
        }
        assert_eq!(counts.0.len(), REMEMBERED);
        assert!(counts.count(held, TRIES_PER_ACCOUNT, 2).is_err());
    }

    #[test]
    fn the_set_up_token_is_good_once() {
        let gate = Gate::default();
        assert!(gate.take_token("").is_err());
        gate.set_token(Some("first"));
        gate.set_token(Some("second"));
        assert!(gate.take_token("first").is_err());
        let under_way = gate.take_token(" second\n").unwrap();
        assert!(gate.take_token("second").is_err());
        drop(under_way);
        gate.take_token("second").unwrap().done();
        assert!(gate.take_token("second").is_err());
    }
}
