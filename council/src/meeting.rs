//! Meetings and the stages that they pass through.

use crate::{BodyId, Council, MeetingId, MunicipalityId, Result, municipality::Body, permission::Clerk};

/// Where a meeting stands. Times are milliseconds UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Called for `starts_at_ms`, not begun.
    Scheduled,
    /// In session and transmitted.
    Live {
        /// When it began.
        started_at_ms: i64,
    },
    /// In session, the transmission paused: a slate stands.
    Paused {
        /// When it began.
        started_at_ms: i64,
        /// Since when it pauses.
        paused_at_ms: i64,
    },
    /// Over; the recording is public.
    Ended {
        /// When it began.
        started_at_ms: i64,
        /// When it ended.
        ended_at_ms: i64,
    },
    /// Will not take place.
    Cancelled {
        /// Why, for the public.
        reason: String,
    },
}

/// What the clerk does to a meeting's stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Scheduled → live.
    Start,
    /// Live → paused.
    Pause,
    /// Paused → live.
    Resume,
    /// Live or paused → ended.
    End,
    /// Scheduled → cancelled, with a reason.
    Cancel(String),
}

impl Stage {
    /// The stage after `act` at `now_ms`.
    ///
    /// # Errors
    /// [`crate::Error::Stage`] when this stage does not allow it.
    pub fn after(&self, act: &Act, now_ms: i64) -> Result<Self> {
        let _ = (act, now_ms);
        todo!()
    }

    /// The stage's name in SQL, in JSON and in locale keys: `scheduled`, `live`, `paused`, `ended`, `cancelled`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Live { .. } => "live",
            Self::Paused { .. } => "paused",
            Self::Ended { .. } => "ended",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

/// A meeting of a body.
#[derive(Clone, Debug)]
pub struct Meeting {
    /// Its id; also the name of its recording.
    pub id: MeetingId,
    /// Whose it is.
    pub municipality: MunicipalityId,
    /// Which body meets.
    pub body: Body,
    /// "14η τακτική συνεδρίαση".
    pub title: String,
    /// Where, for the public.
    pub place: String,
    /// When it was called for, milliseconds UTC.
    pub starts_at_ms: i64,
    /// Where it stands.
    pub stage: Stage,
    /// The agenda as text, an item a line (the model of items comes with the council's desk).
    pub agenda: Vec<String>,
}

/// What a new meeting needs.
#[derive(Clone, Debug)]
pub struct NewMeeting {
    /// Which body meets.
    pub body: BodyId,
    /// Its title, at most 200 characters.
    pub title: String,
    /// Where.
    pub place: String,
    /// When, milliseconds UTC.
    pub starts_at_ms: i64,
    /// Items, a line each.
    pub agenda: Vec<String>,
}

/// The meetings of a municipality as a visitor lists them.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Live or paused, the earliest first.
    pub now: Vec<Meeting>,
    /// Scheduled, the soonest first.
    pub next: Vec<Meeting>,
    /// Ended or cancelled, the latest first: one page.
    pub past: Vec<Meeting>,
    /// Whether there are more past meetings after this page.
    pub more: bool,
}

/// How many past meetings a page holds.
pub const PAGE: u32 = 20;

impl Council {
    /// What a visitor lists; `page` counts from 0 and pages the past.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn listing(&self, municipality: MunicipalityId, page: u32) -> Result<Listing> {
        let _ = (municipality, page);
        todo!()
    }

    /// One meeting of this municipality.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] also for another municipality's.
    pub async fn meeting(&self, municipality: MunicipalityId, id: MeetingId) -> Result<Meeting> {
        let _ = (municipality, id);
        todo!()
    }

    /// Every meeting that is live or paused, of every municipality: what a restart must take up again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn meetings_in_session(&self) -> Result<Vec<Meeting>> {
        todo!()
    }

    /// Calls a meeting.
    ///
    /// # Errors
    /// When a value is refused or the database fails.
    pub async fn create_meeting(&self, clerk: &Clerk, new: NewMeeting) -> Result<Meeting> {
        let _ = (clerk, new);
        todo!()
    }

    /// Moves a meeting's stage, by compare-and-swap on the stage that was read, and logs it.
    ///
    /// # Errors
    /// [`crate::Error::Stage`] when the present stage does not allow it.
    pub async fn act(&self, clerk: &Clerk, id: MeetingId, act: Act) -> Result<Meeting> {
        let _ = (clerk, id, act);
        todo!()
    }

    /// Puts back a meeting that the disk knows and the database does not (`bema rebuild`); leaves a known one alone.
    /// Answers whether it was added.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn restore_meeting(&self, meeting: &Meeting) -> Result<bool> {
        let _ = meeting;
        todo!()
    }
}
