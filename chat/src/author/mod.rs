//! Who writes: known by an account or by a device, and who of them may not write for a while.

pub(crate) mod db;

use crate::{AuthorId, ExclusionId, Reason};

/// What an author is, when a message of theirs comes in.
pub(crate) struct Author {
    pub(crate) id: AuthorId,
    /// Until when they may not write, and why.
    pub(crate) excluded: Option<(i64, Reason)>,
    /// Whether somebody on their network may not.
    pub(crate) network_excluded: bool,
    /// Whether nothing of theirs was ever shown in this meeting.
    pub(crate) is_new: bool,
}

/// That somebody may not write for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// Its id.
    pub id: ExclusionId,
    /// Who.
    pub author: AuthorId,
    /// The name that they bore last.
    pub name: String,
    /// Why.
    pub reason: Reason,
    /// Until when, milliseconds UTC.
    pub until_ms: i64,
}
