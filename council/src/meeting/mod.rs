//! Meetings and the stages that they pass through.

pub(crate) mod db;

use serde_json::json;

use crate::{
    BodyId, Council, Error, MeetingId, MunicipalityId, Result,
    agenda::{self, NewItem},
    audit::{self, Line},
    municipality::{self, Body},
    permission::Clerk,
    speech, text, vote,
};

/// The most characters of a title, and of a place.
pub const TITLE_MAX: usize = 200;
/// The most characters of the reason for a cancellation.
pub const REASON_MAX: usize = 500;
/// The most characters of what is noted when the doors are closed: the legal ground, the vote.
pub const GROUND_MAX: usize = 500;
/// The last instant that a meeting can be called for: the end of the year 9999.
const LATEST_MS: i64 = 253_402_300_799_999;

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
    /// In session behind closed doors: a slate stands, and nothing of the chamber is transmitted or kept.
    InCamera {
        /// When it began.
        started_at_ms: i64,
        /// Since when the doors are closed.
        since_ms: i64,
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
    /// Live or paused → in camera. With what the clerk notes of it, for the log; may be empty.
    CloseDoors(String),
    /// In camera → live.
    OpenDoors,
    /// Live, paused or in camera → ended.
    End,
    /// Scheduled → cancelled, with a reason.
    Cancel(String),
}

impl Act {
    /// The name in errors and, after `meeting.`, in the audit log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::CloseDoors(_) => "close-doors",
            Self::OpenDoors => "open-doors",
            Self::End => "end",
            Self::Cancel(_) => "cancel",
        }
    }
}

impl Stage {
    /// The stage after `act` at `now_ms`. A clock that went back does not let a meeting end before it began.
    ///
    /// # Errors
    /// [`crate::Error::Stage`] when this stage does not allow it.
    pub fn after(&self, act: &Act, now_ms: i64) -> Result<Self> {
        match (self, act) {
            (Self::Scheduled, Act::Start) => Ok(Self::Live { started_at_ms: now_ms }),
            (Self::Scheduled, Act::Cancel(reason)) => Ok(Self::Cancelled { reason: reason.clone() }),
            (&Self::Live { started_at_ms }, Act::Pause) => {
                Ok(Self::Paused { started_at_ms, paused_at_ms: now_ms.max(started_at_ms) })
            }
            (&Self::Paused { started_at_ms, .. }, Act::Resume) => Ok(Self::Live { started_at_ms }),
            (&(Self::Live { started_at_ms } | Self::Paused { started_at_ms, .. }), Act::CloseDoors(_)) => {
                Ok(Self::InCamera { started_at_ms, since_ms: now_ms.max(started_at_ms) })
            }
            (&Self::InCamera { started_at_ms, .. }, Act::OpenDoors) => Ok(Self::Live { started_at_ms }),
            (_, Act::End) if let Some(started_at_ms) = self.in_session() => {
                Ok(Self::Ended { started_at_ms, ended_at_ms: now_ms.max(started_at_ms) })
            }
            _ => Err(Error::Stage { from: self.name(), act: act.name() }),
        }
    }

    /// When the meeting began that is in session now: live, paused or in camera. None of any other.
    #[must_use]
    pub fn in_session(&self) -> Option<i64> {
        match *self {
            Self::Live { started_at_ms }
            | Self::Paused { started_at_ms, .. }
            | Self::InCamera { started_at_ms, .. } => Some(started_at_ms),
            Self::Scheduled | Self::Ended { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// The stage's name in JSON and in locale keys: `scheduled`, `live`, `paused`, `in_camera`, `ended`, `cancelled`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Live { .. } => "live",
            Self::Paused { .. } => "paused",
            Self::InCamera { .. } => "in_camera",
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
}

/// A meeting with what those who subscribe to it tell a change by.
#[derive(Clone, Debug)]
pub struct Announced {
    /// The meeting as it is.
    pub meeting: Meeting,
    /// How often it was changed since it was called.
    pub changes: i64,
    /// When it was called, or came into the archive; milliseconds UTC.
    pub called_at_ms: i64,
    /// When it was last changed, or else called; milliseconds UTC.
    pub changed_at_ms: i64,
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
    /// What is to be dealt with.
    pub agenda: Vec<NewItem>,
}

impl NewMeeting {
    /// The same, with its texts made fit to keep.
    ///
    /// # Errors
    /// [`Error::Invalid`], with the field that is to be mended.
    pub fn checked(self) -> Result<Self> {
        let title = text::required("title", &self.title, TITLE_MAX)?;
        let place = text::optional("place", &self.place, TITLE_MAX)?;
        let agenda = agenda::checked(self.agenda)?;
        if !(0..=LATEST_MS).contains(&self.starts_at_ms) {
            return text::refused("starts_at", "value-not-time");
        }
        Ok(Self { body: self.body, starts_at_ms: self.starts_at_ms, title, place, agenda })
    }
}

/// The meetings of a municipality as a visitor lists them.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// In session, the earliest first.
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
        let mut connection = self.read().await?;
        let now = db::in_session(&mut connection, municipality).await?;
        let next = db::scheduled(&mut connection, municipality).await?;
        let mut past = db::past(&mut connection, municipality, page).await?;
        let more = past.len() > PAGE as usize;
        past.truncate(PAGE as usize);
        Ok(Listing { now, next, past, more })
    }

    /// The meetings called for `from_ms` or later, of one body or of all, the latest first and at most so many:
    /// what calendars and feeds list.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn announced(
        &self,
        municipality: MunicipalityId,
        body: Option<BodyId>,
        from_ms: i64,
        most: u32,
    ) -> Result<Vec<Announced>> {
        db::announced(&mut *self.read().await?, municipality, body, from_ms, most).await
    }

    /// One meeting of this municipality.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] also for another municipality's.
    pub async fn meeting(&self, municipality: MunicipalityId, id: MeetingId) -> Result<Meeting> {
        db::find(&mut *self.read().await?, municipality, id).await?.ok_or(Error::NotFound("meeting"))
    }

    /// Every meeting that is in session, of every municipality: what a restart must take up again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn meetings_in_session(&self) -> Result<Vec<Meeting>> {
        db::in_session_everywhere(&mut *self.read().await?).await
    }

    /// Calls a meeting.
    ///
    /// # Errors
    /// When a value is refused or the database fails.
    pub async fn create_meeting(&self, clerk: &Clerk, new: NewMeeting) -> Result<Meeting> {
        let new = new.checked()?;
        let municipality = clerk.municipality();
        let mut write = self.write().await?;
        let body = municipality::db::bodies(&mut write, municipality)
            .await?
            .into_iter()
            .find(|body| body.id == new.body)
            .ok_or(Error::NotFound("body"))?;
        let NewMeeting { title, place, starts_at_ms, agenda, .. } = new;
        let id = MeetingId::new();
        let meeting = Meeting { id, municipality, body, title, place, starts_at_ms, stage: Stage::Scheduled };
        let now_ms = self.clock.now_ms();
        db::insert(&mut write, &meeting, now_ms).await?;
        agenda::insert_all(&mut write, &meeting, 0, agenda, None, now_ms).await?;
        let subject = id.to_string();
        let detail = json!({ "title": meeting.title, "starts_at_ms": starts_at_ms });
        let line = Line { account: Some(clerk.account()), act: "meeting.create", subject: &subject, detail };
        audit::append(&mut write, &self.clock, municipality, line).await?;
        write.commit().await?;
        Ok(meeting)
    }

    /// Logs that a clerk sends the film of an old meeting, which will become one of this installation's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn film_announced(&self, clerk: &Clerk, film: &str, new: &NewMeeting) -> Result<()> {
        let mut write = self.write().await?;
        let detail = json!({ "title": new.title, "starts_at_ms": new.starts_at_ms });
        let line = Line { account: Some(clerk.account()), act: "film.announce", subject: film, detail };
        audit::append(&mut write, &self.clock, clerk.municipality(), line).await?;
        write.commit().await
    }

    /// Moves a meeting's stage, by compare-and-swap on the stage that was read, and logs it.
    ///
    /// # Errors
    /// [`crate::Error::Stage`] when the present stage does not allow it.
    pub async fn act(&self, clerk: &Clerk, id: MeetingId, act: Act) -> Result<Meeting> {
        let act = match act {
            Act::Cancel(reason) => Act::Cancel(text::required("reason", &reason, REASON_MAX)?),
            Act::CloseDoors(ground) => Act::CloseDoors(text::optional("ground", &ground, GROUND_MAX)?),
            other => other,
        };
        let municipality = clerk.municipality();
        let mut write = self.write().await?;
        let mut meeting = db::find(&mut write, municipality, id).await?.ok_or(Error::NotFound("meeting"))?;
        let next = meeting.stage.after(&act, self.clock.now_ms())?;
        if !db::swap_stage(&mut write, id, &meeting.stage, &next, self.clock.now_ms()).await? {
            // Another clerk was quicker: say what the meeting is now.
            let now = db::find(&mut write, municipality, id).await?.ok_or(Error::NotFound("meeting"))?;
            return Err(Error::Stage { from: now.stage.name(), act: act.name() });
        }
        // Nobody has the floor or votes behind closed doors, nor when all is over.
        if matches!(act, Act::CloseDoors(_) | Act::End) {
            speech::db::end_running(&mut write, id, self.clock.now_ms()).await?;
            vote::db::break_off(&mut write, id, self.clock.now_ms()).await?;
        }
        let detail = match &act {
            Act::Cancel(reason) => json!({ "from": meeting.stage.name(), "reason": reason }),
            Act::CloseDoors(ground) => json!({ "from": meeting.stage.name(), "ground": ground }),
            _ => json!({ "from": meeting.stage.name() }),
        };
        let (name, subject) = (format!("meeting.{}", act.name()), id.to_string());
        let line = Line { account: Some(clerk.account()), act: &name, subject: &subject, detail };
        audit::append(&mut write, &self.clock, municipality, line).await?;
        write.commit().await?;
        meeting.stage = next;
        Ok(meeting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_takes_exactly_its_acts() {
        let (live, paused) = (Stage::Live { started_at_ms: 5 }, Stage::Paused { started_at_ms: 5, paused_at_ms: 6 });
        let ended = |at| Stage::Ended { started_at_ms: 5, ended_at_ms: at };
        let cancelled = Stage::Cancelled { reason: "r".into() };
        let in_camera = |since_ms| Stage::InCamera { started_at_ms: 5, since_ms };
        let acts = [
            Act::Start,
            Act::Pause,
            Act::Resume,
            Act::CloseDoors("g".into()),
            Act::OpenDoors,
            Act::End,
            Act::Cancel("r".into()),
        ];
        let table: [(Stage, &[(usize, Stage)]); 6] = [
            (Stage::Scheduled, &[(0, Stage::Live { started_at_ms: 9 }), (6, cancelled.clone())]),
            (
                live.clone(),
                &[(1, Stage::Paused { started_at_ms: 5, paused_at_ms: 9 }), (3, in_camera(9)), (5, ended(9))],
            ),
            (paused, &[(2, live.clone()), (3, in_camera(9)), (5, ended(9))]),
            (in_camera(7), &[(4, live.clone()), (5, ended(9))]),
            (ended(7), &[]),
            (cancelled, &[]),
        ];
        for (stage, allowed) in table {
            for (number, act) in acts.iter().enumerate() {
                let expected = allowed.iter().find(|(of, _)| *of == number).map(|(_, next)| next.clone());
                match (stage.after(act, 9), expected) {
                    (Ok(next), Some(expected)) => assert_eq!(next, expected, "{stage:?} {act:?}"),
                    (Err(Error::Stage { from, act: named }), None) => {
                        assert_eq!((from, named), (stage.name(), act.name()));
                    }
                    (got, expected) => panic!("{stage:?} {act:?}: {got:?}, not {expected:?}"),
                }
            }
        }
        assert_eq!(live.after(&Act::End, 1).unwrap(), ended(5), "a clock that went back");
    }
}
