//! The audit log: append-only, each row bound by hash to the one before.
//!
//! Each municipality has its own chain; acts that belong to no municipality are in the chain [`INSTALLATION`].

mod db;

use serde::Serialize;

use crate::{AccountId, Council, MeetingId, MunicipalityId, Result, digest};

pub use db::append;
pub(crate) use db::begin_chain;

/// Whose log holds what belongs to no municipality: log-ins with an unknown address, accounts without a role.
pub const INSTALLATION: MunicipalityId = MunicipalityId::NIL;

/// The most entries that one reading of the log answers.
pub const LOG_PAGE: u32 = 500;

/// One act of staff.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Position in the municipality's log, from 1.
    pub number: i64,
    /// When, milliseconds UTC.
    pub at_ms: i64,
    /// Who; none for the machine itself.
    pub account: Option<AccountId>,
    /// What, as a dotted name: `meeting.start`.
    pub act: String,
    /// On what: an id.
    pub subject: String,
    /// What else matters, JSON.
    pub detail: String,
}

/// An act on its way into the log.
#[derive(Debug)]
pub struct Line<'a> {
    /// Who; none for the machine itself.
    pub account: Option<AccountId>,
    /// What, as a dotted name: `meeting.start`.
    pub act: &'a str,
    /// On what: an id.
    pub subject: &'a str,
    /// What else matters.
    pub detail: serde_json::Value,
}

/// What an entry's hash covers, in this order, as JSON without white space.
#[derive(Serialize)]
struct Sealed<'a> {
    before: &'a str,
    municipality: MunicipalityId,
    number: i64,
    at_ms: i64,
    account: Option<AccountId>,
    act: &'a str,
    subject: &'a str,
    detail: &'a str,
}

/// The hash of an entry that follows the hash `before` (empty for the first).
fn seal(before: &str, municipality: MunicipalityId, entry: &Entry) -> String {
    let sealed = Sealed {
        before,
        municipality,
        number: entry.number,
        at_ms: entry.at_ms,
        account: entry.account,
        act: &entry.act,
        subject: &entry.subject,
        detail: &entry.detail,
    };
    digest::hex(&digest::sha256(&serde_json::to_vec(&sealed).expect("texts and numbers are JSON")))
}

impl Council {
    /// The log of a municipality, newest first, `limit` entries before `before` (or from the end), at most [`LOG_PAGE`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_log(&self, municipality: MunicipalityId, before: Option<i64>, limit: u32) -> Result<Vec<Entry>> {
        let mut connection = self.read().await?;
        db::newest(&mut connection, municipality, before.unwrap_or(i64::MAX), limit.min(LOG_PAGE)).await
    }

    /// How far the log of each municipality has come: whoever has read it to that number knows of every change.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes(&self) -> Result<Vec<(MunicipalityId, i64)>> {
        db::numbers(&mut *self.read().await?).await
    }

    /// The meetings that acts after `after` and up to `until` of a municipality's log were done on, each once.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changed_meetings(
        &self,
        municipality: MunicipalityId,
        after: i64,
        until: i64,
    ) -> Result<Vec<MeetingId>> {
        let subjects = db::subjects(&mut *self.read().await?, municipality, after, until).await?;
        Ok(subjects.iter().filter_map(|subject| subject.parse().ok()).collect())
    }

    /// Follows the chain of every municipality; answers the first broken entry, if any.
    /// Where entries are missing at the end, that is the first missing one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn verify_audit(&self) -> Result<Option<(MunicipalityId, i64)>> {
        let mut connection = self.read().await?;
        for head in db::heads(&mut connection).await? {
            if let Some(number) = db::first_broken(&mut connection, &head).await? {
                return Ok(Some((head.municipality, number)));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_covers_every_field() {
        let place = MunicipalityId::NIL;
        let entry = Entry {
            number: 1,
            at_ms: 2,
            account: None,
            act: "meeting.start".into(),
            subject: "s".into(),
            detail: "{}".into(),
        };
        let changed = [
            Entry { number: 2, ..entry.clone() },
            Entry { at_ms: 3, ..entry.clone() },
            Entry { account: Some(AccountId::new()), ..entry.clone() },
            Entry { act: "meeting.end".into(), ..entry.clone() },
            Entry { subject: "t".into(), ..entry.clone() },
            Entry { detail: "[]".into(), ..entry.clone() },
        ];
        let hash = seal("", place, &entry);
        assert_eq!(hash, seal("", place, &entry));
        assert!(changed.iter().all(|other| seal("", place, other) != hash));
        assert_ne!(seal("x", place, &entry), hash);
        assert_ne!(seal("", MunicipalityId::new(), &entry), hash);
        // The form must never change, or every log there is would read as broken.
        assert_eq!(hash, "f4398e5bc091f1f4e80b7296841a6aea174768e842bdad6cd05276747f9add1d");
    }
}
