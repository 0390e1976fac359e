//! The floor of a meeting: what citizens write beside the stream, and what moderators do about it.
//!
//! Typed commands in, typed events out. It holds no socket, no HTML and no media; whoever calls it has asked who it is.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail by a panic"))]

pub mod author;
pub mod channel;
pub mod command;
mod db;
pub mod event;
mod flood;
pub mod floor;
pub mod intervention;
pub mod mode;
pub mod pace;
pub mod room;
pub mod words;

pub use event::{Code, Message, Reason, State};
pub use floor::Floor;
pub use mode::Mode;
pub use room::Room;

council::id! {
    /// A message; made by the client that sends it, so that sent twice it is one.
    MessageId
    /// Who writes: an account, or a device without one.
    AuthorId
    /// That somebody may not write for a while.
    ExclusionId
    /// What a citizen asks, remarks or proposes; made by the client that sends it, so that sent twice it is one.
    InterventionId
}

/// Why the floor refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The council refused, or its database.
    #[error(transparent)]
    Council(#[from] council::Error),
    /// There is no such message here.
    #[error("there is no such message here")]
    NoMessage,
    /// There is no such intervention here.
    #[error("there is no such intervention here")]
    NoIntervention,
    /// There is no such item on the meeting's agenda, or it was withdrawn.
    #[error("there is no such item on the agenda")]
    NoItem,
    /// It can be supported no more: it was answered, or is not shown.
    #[error("this intervention can be supported no more")]
    NotOpen,
    /// As many as may be at once are there already.
    #[error("there are too many already")]
    TooMany,
    /// The queue is as long as it may be.
    #[error("the queue is full")]
    QueueFull,
    /// A decision can be taken back for some seconds only.
    #[error("it is too late to take this back")]
    TooLate,
    /// Another moderator has it in hand.
    #[error("another moderator has this in hand")]
    Claimed,
    /// The chat takes nothing: the meeting is not in session, or the moderators have closed it.
    #[error("the chat is closed")]
    Closed,
    /// Only who has an account may write now.
    #[error("only registered citizens may write now")]
    Registered,
    /// Too soon after the message before.
    #[error("wait {wait_ms} ms before the next message")]
    Slow {
        /// How long to wait.
        wait_ms: u64,
    },
    /// The author may not write for a while.
    #[error("this author may not write until {until_ms}")]
    Excluded {
        /// Until when, milliseconds UTC.
        until_ms: i64,
        /// Why.
        reason: Reason,
    },
    /// The name could be taken for an official's.
    #[error("this name could be taken for an official's")]
    Name,
    /// The same words again.
    #[error("the same has just been sent")]
    Repeated,
    /// The id is another message's.
    #[error("this id is another message's")]
    Taken,
    /// Somebody else has decided meanwhile, or it is not to be decided so.
    #[error("somebody else has decided this meanwhile")]
    Overtaken,
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Council(error.into())
    }
}

impl Error {
    /// The code that programs are told.
    #[must_use]
    pub fn code(&self) -> &'static str {
        use council::Error as Council;
        match self {
            Self::Council(Council::Invalid { field: "name", .. }) => "bad_name",
            Self::Council(Council::Invalid { field: "reason", .. }) => "bad_reason",
            Self::Council(Council::Invalid { field: "words", .. }) => "bad_words",
            Self::Council(Council::Invalid { field: "answer", .. }) => "bad_answer",
            Self::Council(Council::Invalid { field: "due", .. }) => "bad_due",
            Self::Council(Council::Invalid { .. }) => "bad_text",
            Self::Council(Council::NotFound(_)) => "not_found",
            Self::Council(Council::Forbidden) => "forbidden",
            Self::Council(_) => "failed",
            Self::NoMessage => "no_message",
            Self::NoIntervention => "no_intervention",
            Self::NoItem => "no_item",
            Self::NotOpen => "not_open",
            Self::TooMany => "too_many",
            Self::QueueFull => "queue_full",
            Self::TooLate => "too_late",
            Self::Claimed => "claimed",
            Self::Closed => "closed",
            Self::Registered => "registered",
            Self::Slow { .. } => "slow",
            Self::Excluded { .. } => "excluded",
            Self::Name => "name_taken",
            Self::Repeated => "repeated",
            Self::Taken => "id_taken",
            Self::Overtaken => "overtaken",
        }
    }
}

/// What the floor answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;
