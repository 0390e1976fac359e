//! The audit log: append-only, each row bound by hash to the one before.

use crate::{AccountId, Council, MunicipalityId, Result};

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

impl Council {
    /// The log of a municipality, newest first, `limit` entries before `before` (or from the end).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit_log(&self, municipality: MunicipalityId, before: Option<i64>, limit: u32) -> Result<Vec<Entry>> {
        let _ = (municipality, before, limit);
        todo!()
    }

    /// Follows the chain of every municipality; answers the first broken entry, if any.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn verify_audit(&self) -> Result<Option<(MunicipalityId, i64)>> {
        todo!()
    }
}
