//! The council: municipalities, bodies, meetings, sources, accounts, permissions, moments, the audit log and the clock.
//!
//! It owns the database. It knows no HTTP, no media and no file of a recording.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail by a panic"))]

pub mod account;
pub mod agenda;
pub mod attendance;
pub mod audit;
pub mod clock;
pub mod db;
pub mod decision;
pub mod digest;
pub mod id;
pub mod language;
pub mod letter;
pub mod meeting;
pub mod municipality;
pub mod permission;
pub mod person;
pub mod random;
pub mod rebuild;
pub mod source;
pub mod speech;
pub mod staff;
pub mod stream_key;
pub mod text;
pub mod transcript;
pub mod vote;

pub use clock::Clock;
pub use id::{
    AccountId, AgendaItemId, AgendaMomentId, BodyId, DecisionId, InvitationId, LetterId, MeetingId, MembershipId,
    MunicipalityId, PersonId, PressId, SourceId, SpeechId, VoteId,
};
pub use language::Language;

/// The council of an installation: every municipality on it, behind one database.
///
/// Cheap to clone; all clones share the pool.
#[derive(Clone, Debug)]
pub struct Council {
    database: db::Database,
    clock: Clock,
    gate: std::sync::Arc<account::Gate>,
}

/// Why the council refused.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none such in this municipality.
    #[error("there is no such {0} here")]
    NotFound(&'static str),
    /// The move is none that the present stage allows.
    #[error("a meeting that is {from} cannot {act}")]
    Stage {
        /// The present stage's name.
        from: &'static str,
        /// What was asked.
        act: &'static str,
    },
    /// Somebody else was quicker, and what was asked was asked of what is no more.
    #[error("somebody else has changed this meanwhile")]
    Overtaken,
    /// A value was refused; the field's name and what to do.
    #[error("{field}: {what}")]
    Invalid {
        /// The field of the form or API.
        field: &'static str,
        /// A locale key that says what is wrong.
        what: &'static str,
    },
    /// Something of this name exists already.
    #[error("{0} exists already")]
    Taken(&'static str),
    /// It is needed by something that goes on now.
    #[error("{0} is in use")]
    InUse(&'static str),
    /// E-mail and password do not match an account (one error for every reason).
    #[error("the e-mail or the password is not right")]
    Credentials,
    /// Too many tries; come back after this many milliseconds.
    #[error("too many tries; wait {retry_after_ms} ms")]
    TooMany {
        /// How long to wait.
        retry_after_ms: u64,
    },
    /// The account is switched off at every municipality that it belonged to.
    #[error("this account is disabled")]
    Disabled,
    /// Nobody would be left who administers the municipality.
    #[error("the last administrator must stay one")]
    LastAdministrator,
    /// The account has no such permission here.
    #[error("this account may not do that here")]
    Forbidden,
    /// A password could not be hashed.
    #[error("the password could not be hashed")]
    Hashing,
    /// The database did not answer, or answered wrongly.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// The migrations could not be applied.
    #[error("the migrations: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

/// What the council answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Council {
    /// Opens the database at `url` (`sqlite://…?mode=rwc` or `postgres://…`) and applies the migrations.
    ///
    /// SQLite: WAL, `synchronous=FULL`, a busy time-out of 5 s, foreign keys on.
    ///
    /// # Errors
    /// When the database cannot be opened or migrated.
    pub async fn open(url: &str, clock: Clock) -> Result<Self> {
        let database = db::Database::open(url).await?;
        Ok(Self { database, clock, gate: std::sync::Arc::default() })
    }

    /// The clock that everything here is stamped with.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}
