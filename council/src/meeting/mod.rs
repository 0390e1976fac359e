//! Meetings and the stages that they pass through.

pub(crate) mod db;

use serde_json::json;

use crate::{
    BodyId, Council, Error, MeetingId, MunicipalityId, Result,
    agenda::{self, NewItem},
    audit::{self, Line},
    municipality::{self, Body},
    permission::Clerk,
    text,
};

/// The most characters of a title, and of a place.
pub const TITLE_MAX: usize = 200;
/// The most characters of the reason for a cancellation.
pub const REASON_MAX: usize = 500;
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

impl Act {
    /// The name in errors and, after `meeting.`, in the audit log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
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
            (&(Self::Live { started_at_ms } | Self::Paused { started_at_ms, .. }), Act::End) => {
                Ok(Self::Ended { started_at_ms, ended_at_ms: now_ms.max(started_at_ms) })
            }
            _ => Err(Error::Stage { from: self.name(), act: act.name() }),
        }
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
        let mut connection = self.read().await?;
        let now = db::in_session(&mut connection, municipality).await?;
        let next = db::scheduled(&mut connection, municipality).await?;
        let mut past = db::past(&mut connection, municipality, page).await?;
        let more = past.len() > PAGE as usize;
        past.truncate(PAGE as usize);
        Ok(Listing { now, next, past, more })
    }

    /// One meeting of this municipality.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] also for another municipality's.
    pub async fn meeting(&self, municipality: MunicipalityId, id: MeetingId) -> Result<Meeting> {
        db::find(&mut *self.read().await?, municipality, id).await?.ok_or(Error::NotFound("meeting"))
    }

    /// Every meeting that is live or paused, of every municipality: what a restart must take up again.
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
            other => other,
        };
        let municipality = clerk.municipality();
        let mut write = self.write().await?;
        let mut meeting = db::find(&mut write, municipality, id).await?.ok_or(Error::NotFound("meeting"))?;
        let next = meeting.stage.after(&act, self.clock.now_ms())?;
        if !db::swap_stage(&mut write, id, &meeting.stage, &next).await? {
            // Another clerk was quicker: say what the meeting is now.
            let now = db::find(&mut write, municipality, id).await?.ok_or(Error::NotFound("meeting"))?;
            return Err(Error::Stage { from: now.stage.name(), act: act.name() });
        }
        let detail = match &next {
            Stage::Cancelled { reason } => json!({ "from": meeting.stage.name(), "reason": reason }),
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
        let acts = [Act::Start, Act::Pause, Act::Resume, Act::End, Act::Cancel("r".into())];
        let no = None;
        let table = [
            (
                Stage::Scheduled,
                [Some(Stage::Live { started_at_ms: 9 }), no.clone(), no.clone(), no.clone(), Some(cancelled.clone())],
            ),
            (
                live.clone(),
                [
                    no.clone(),
                    Some(Stage::Paused { started_at_ms: 5, paused_at_ms: 9 }),
                    no.clone(),
                    Some(ended(9)),
                    no.clone(),
                ],
            ),
            (paused, [no.clone(), no.clone(), Some(live.clone()), Some(ended(9)), no.clone()]),
            (ended(7), [no.clone(), no.clone(), no.clone(), no.clone(), no.clone()]),
            (cancelled, [no.clone(), no.clone(), no.clone(), no.clone(), no]),
        ];
        for (stage, expected) in table {
            for (act, expected) in acts.iter().zip(expected) {
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
