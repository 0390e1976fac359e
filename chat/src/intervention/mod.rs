//! Citizens' interventions: what they ask, remark and propose on a meeting's agenda, and what becomes of each.
//!
//! All of a meeting's interventions are in memory while somebody uses its room ([`asked::Asked`]); what is decided is
//! planned there, without side effects, then kept in the database by compare-and-swap, and only then shown and told.

mod alike;
mod asked;
mod citizens;
pub(crate) mod db;
mod desk;
mod elsewhere;
mod event;
mod hall;
pub mod report;
pub mod state;

use council::{AccountId, AgendaItemId};
use serde::{Deserialize, Serialize};

pub(crate) use self::{asked::Asked, hall::Hall};
pub use self::{
    citizens::{Ask, Own, View},
    desk::{Act, Counts, Filter, PAGE, Row, Table},
    elsewhere::{Elsewhere, Fate},
    event::{Event, Public},
    state::{Answer, Move, State},
};
use crate::{
    AuthorId, InterventionId,
    mode::{Who, names},
};

/// The most characters of an intervention.
pub const TEXT_MAX: usize = 600;
/// The most characters of an answer in writing.
pub const ANSWER_MAX: usize = 2000;
/// Interventions of a meeting at most.
pub const MEETING_MAX: usize = 5000;
/// Interventions of one author that may wait or stand open in a meeting.
pub const AUTHOR_MAX: usize = 10;
/// Interventions of a queue at most.
pub const QUEUE_MAX: usize = 100;
/// The least time between two of one author, milliseconds.
pub const PACE_MS: u32 = 10_000;
/// For how long a moderator's last decision can be taken back: ten seconds, and two for the way.
pub const UNDO_MS: i64 = 12_000;
/// For how long one moderator has an intervention in hand, milliseconds.
pub const LEASE_MS: i64 = 30_000;

/// What a citizen brings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something to be answered.
    #[default]
    Question,
    /// A remark.
    Comment,
    /// Something to be done.
    Proposal,
}

/// In which order the queue is put to the council.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// What was sent first comes first.
    First,
    /// What most support comes first.
    #[default]
    Supported,
    /// As the moderators say, who say why.
    Hand,
}

/// How a meeting takes interventions. It is announced to all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Intake {
    /// From whom.
    pub who: Who,
    /// In which order they are put to the council.
    pub policy: Policy,
    /// Why by hand; empty otherwise.
    pub reason: String,
}

/// An intervention as its author and moderators know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intervention {
    /// Its id.
    pub id: InterventionId,
    /// The item of the agenda; none: the meeting as a whole.
    pub item: Option<AgendaItemId>,
    /// Whose it is; never told to the public.
    pub author: AuthorId,
    /// What it is.
    pub kind: Kind,
    /// The author's name; empty where they stay anonymous.
    pub name: String,
    /// What it says.
    pub text: String,
    /// When it was sent, milliseconds UTC.
    pub at_ms: i64,
    /// What became of it.
    pub state: State,
    /// Grows with every move.
    pub revision: i64,
    /// When a moderator decided first whether it is taken, milliseconds UTC.
    pub decided_at_ms: Option<i64>,
}

/// That a moderator has an intervention in hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who.
    pub account: AccountId,
    /// How they are shown to the others.
    pub name: String,
    /// Until when, milliseconds UTC.
    pub until_ms: i64,
}

names!(Kind { "question" => Self::Question, "comment" => Self::Comment, "proposal" => Self::Proposal });
names!(Policy { "first" => Self::First, "supported" => Self::Supported, "hand" => Self::Hand });
