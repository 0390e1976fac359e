//! What is told of interventions to everybody.

use council::AgendaItemId;
use serde::Serialize;

use super::{Intake, Kind, State};
use crate::InterventionId;

/// An intervention as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Public {
    /// Its id.
    pub id: InterventionId,
    /// What it is.
    pub kind: Kind,
    /// The item of the agenda; none: the meeting as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<AgendaItemId>,
    /// The author's name; empty where they stay anonymous.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What it says.
    pub text: String,
    /// When it was sent, milliseconds UTC.
    pub at_ms: i64,
    /// How many people support it, its author with them.
    pub supports: usize,
    /// What became of it: one of the states that everybody sees.
    #[serde(flatten)]
    pub state: State,
}

/// An event of a meeting's channel of interventions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// An intervention is there, or is otherwise than it was.
    Intervention {
        /// It.
        intervention: Public,
    },
    /// More people support one, or fewer.
    Supported {
        /// Which.
        intervention: InterventionId,
        /// How many.
        supports: usize,
    },
    /// One is no longer shown.
    Dropped {
        /// Which.
        intervention: InterventionId,
    },
    /// The queue stands otherwise.
    Queue {
        /// From first to last.
        queue: Vec<InterventionId>,
    },
    /// The meeting takes them otherwise.
    Intake {
        /// How.
        intake: Intake,
    },
    /// Here stood what has been taken away since.
    Gone,
}
