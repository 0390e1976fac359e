//! Letters on their way out: kept until a mail server has taken them, tried again when it has not.
//!
//! It knows no mail server and no words: who composes a letter and who hands it over are elsewhere.

mod db;

use serde_json::json;

use crate::{
    Council, Error, LetterId, MunicipalityId, Result,
    audit::{self, Line},
    db::Write,
    permission::Administrator,
};

/// How long whoever took a letter has for handing it over, before others may: longer than any mail server is waited for.
pub const LEASE_MS: i64 = 5 * 60_000;
/// The wait after the first try that failed; each one after is twice as long.
const FIRST_WAIT_MS: i64 = 60_000;
/// The longest wait between two tries.
const LONGEST_WAIT_MS: i64 = 2 * 3_600_000;
/// The most characters of a mail server's answer that are kept.
const ANSWER_MAX: usize = 300;
/// The most letters that the administrator's page lists.
const LISTED: u32 = 100;

/// A letter as it is composed.
#[derive(Clone)]
pub struct Letter {
    /// The address of one receiver.
    pub receiver: String,
    /// One line.
    pub subject: String,
    /// Plain text. It may hold a secret, so `Debug` hides it.
    pub text: String,
    /// For how long it is of use, milliseconds; it is not tried any longer.
    pub good_for_ms: i64,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter")
            .field("receiver", &self.receiver)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// A letter that is to be handed over now.
#[derive(Clone, Debug)]
pub struct Due {
    /// Its id, the same at every try: a receiver who gets it twice can tell.
    pub id: LetterId,
    /// The letter.
    pub letter: Letter,
    /// Which try this is, from 1.
    pub tries: u32,
}

/// Why a letter could not be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The address is none that can be written to. For good.
    Address,
    /// The mail server refuses it for good (5xx).
    Refused,
    /// The mail server asks to come again (4xx).
    Deferred,
    /// The mail server refuses our user and password, or our certificate of it.
    Login,
    /// The mail server cannot be reached.
    Unreachable,
    /// The mail server took too long.
    Slow,
    /// The folder for letters cannot be written.
    Folder,
}

impl Problem {
    /// Every problem.
    pub const ALL: [Self; 7] =
        [Self::Address, Self::Refused, Self::Deferred, Self::Login, Self::Unreachable, Self::Slow, Self::Folder];

    /// The name in SQL.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Refused => "refused",
            Self::Deferred => "deferred",
            Self::Login => "login",
            Self::Unreachable => "unreachable",
            Self::Slow => "slow",
            Self::Folder => "folder",
        }
    }

    /// Whether another try cannot mend it.
    #[must_use]
    pub fn is_for_good(self) -> bool {
        matches!(self, Self::Address | Self::Refused)
    }
}

/// A letter that waits or was given up, as the administrator sees it: without its text.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its id.
    pub id: LetterId,
    /// Whom it is for.
    pub receiver: String,
    /// Its subject.
    pub subject: String,
    /// Since when it waits, milliseconds UTC.
    pub created_at_ms: i64,
    /// When it is tried next; none: it was given up.
    pub due_at_ms: Option<i64>,
    /// Why the last try failed, with what the mail server said; none before the first try.
    pub problem: Option<(Problem, String)>,
}

/// How long to wait after so many tries.
fn wait_ms(tries: u32) -> i64 {
    FIRST_WAIT_MS.saturating_mul(1_i64 << tries.saturating_sub(1).min(20)).min(LONGEST_WAIT_MS)
}

impl Council {
    /// Takes the letter that is due longest, so that nobody else does within [`LEASE_MS`]; none: nothing is due.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_letter(&self) -> Result<Option<Due>> {
        let now_ms = self.clock.now_ms();
        // Nearly always there is none, and then nobody who writes is kept waiting.
        let Some(id) = db::due(&mut *self.read().await?, now_ms).await? else { return Ok(None) };
        let mut write = self.write().await?;
        let taken = db::take(&mut write, id, now_ms, now_ms + LEASE_MS).await?;
        write.commit().await?;
        Ok(taken)
    }

    /// A letter was handed over.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn letter_sent(&self, letter: LetterId) -> Result<()> {
        let mut write = self.write().await?;
        db::delete(&mut write, letter).await?;
        write.commit().await
    }

    /// A letter was not handed over. It is tried again later, unless that cannot help or it is of no use then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn letter_failed(&self, due: &Due, problem: Problem, answer: &str) -> Result<()> {
        let answer: String = answer.chars().filter(|c| !c.is_control()).take(ANSWER_MAX).collect();
        let again_at_ms = self.clock.now_ms() + wait_ms(due.tries);
        let mut write = self.write().await?;
        db::note(&mut write, due.id, (problem, &answer), again_at_ms).await?;
        if problem.is_for_good() {
            db::give_up(&mut write, due.id, self.clock.now_ms()).await?;
        }
        db::give_up_late(&mut write, self.clock.now_ms()).await?;
        write.commit().await
    }

    /// The letters of a municipality that wait or were given up, the newest first, at most a hundred.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn letters(&self, administrator: &Administrator) -> Result<Vec<Waiting>> {
        db::waiting(&mut *self.read().await?, administrator.municipality(), LISTED).await
    }

    /// Tries every letter of a municipality that waits at once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hurry_letters(&self, by: &Administrator) -> Result<()> {
        let mut write = self.write().await?;
        db::hurry(&mut write, by.municipality(), self.clock.now_ms()).await?;
        self.log_letter(&mut write, by, "letter.again", "all").await?;
        write.commit().await
    }

    /// Takes a letter away that waits or was given up.
    ///
    /// # Errors
    /// [`Error::NotFound`] when none such is here; else when the database fails.
    pub async fn forget_letter(&self, by: &Administrator, letter: LetterId) -> Result<()> {
        let mut write = self.write().await?;
        self.log_letter(&mut write, by, "letter.forget", &letter.to_string()).await?;
        if !db::forget(&mut write, by.municipality(), letter).await? {
            return Err(Error::NotFound("letter"));
        }
        write.commit().await
    }

    async fn log_letter(&self, write: &mut Write, by: &Administrator, act: &str, subject: &str) -> Result<()> {
        let line = Line { account: Some(by.account()), act, subject, detail: json!({}) };
        audit::append(write, &self.clock, by.municipality(), line).await
    }

    /// Puts a letter among those that wait, in the caller's transaction.
    pub(crate) async fn post(&self, write: &mut Write, of: MunicipalityId, letter: &Letter) -> Result<()> {
        db::insert(write, of, letter, self.clock.now_ms()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_within_two_hours() {
        let minutes: Vec<i64> = (1..=9).map(|tries| wait_ms(tries) / 60_000).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 120, 120]);
        assert_eq!(wait_ms(u32::MAX), LONGEST_WAIT_MS);
        assert_eq!(wait_ms(0), FIRST_WAIT_MS);
    }
}
