//! What moderators decide: each act changes the database and the log at once, and then is told.

use council::{
    audit::{self, Line},
    permission::Moderator,
};
use serde_json::json;

use super::{EXCLUSION_MAX_MINUTES, Room};
use crate::{
    AuthorId, Error, ExclusionId, MessageId, Reason, Result,
    author::db as authors,
    command::Act,
    db,
    event::{Code, Event, Own, State},
    mode::Mode,
    words,
};

impl Room {
    /// Does what a moderator decides, and logs it.
    ///
    /// # Errors
    /// [`Error::Overtaken`] where another was quicker; [`Error::NoMessage`] also for another meeting's.
    pub async fn act(&self, moderator: &Moderator, act: Act) -> Result<()> {
        if moderator.municipality() != self.municipality {
            return Err(Error::Council(council::Error::Forbidden));
        }
        let act = checked(act)?;
        let _one_at_a_time = self.taking.lock().await;
        let now_ms = self.council.clock().now_ms();
        let done = match &act {
            Act::Approve { message } => self.decide(moderator, &act, *message, State::Shown, now_ms).await,
            Act::Refuse { message, reason } => {
                let state = State::Refused { reason: reason.clone() };
                self.decide(moderator, &act, *message, state, now_ms).await
            }
            Act::Remove { message, reason } => {
                let state = State::Removed { reason: reason.clone() };
                self.decide(moderator, &act, *message, state, now_ms).await
            }
            Act::Restore { message } => self.decide(moderator, &act, *message, State::Shown, now_ms).await,
            Act::Uphold { message } => self.uphold(moderator, &act, *message, now_ms).await,
            Act::Exclude { author, minutes, reason } => {
                self.exclude(moderator, &act, (*author, *minutes, reason), now_ms).await
            }
            Act::Admit { exclusion } => self.admit(moderator, &act, *exclusion, now_ms).await,
            Act::Pin { message } => self.pin(moderator, &act, *message, now_ms).await,
            Act::Run { mode } => self.run(moderator, &act, mode.checked(), now_ms).await,
        };
        done?;
        self.tell_desk().await
    }

    async fn decide(&self, by: &Moderator, act: &Act, id: MessageId, after: State, now_ms: i64) -> Result<()> {
        let mut write = self.write().await?;
        let found = db::message(&mut write, id).await?.filter(|(meeting, ..)| *meeting == self.meeting);
        let (_, mut message, place) = found.ok_or(Error::NoMessage)?;
        let allowed = matches!(
            (act, &message.state),
            (Act::Approve { .. }, State::Held { .. } | State::Refused { .. })
                | (Act::Refuse { .. }, State::Held { .. })
                | (Act::Remove { .. }, State::Shown)
                | (Act::Restore { .. }, State::Removed { .. })
        );
        if !allowed {
            return Err(Error::Overtaken);
        }
        let kind = match (act, place) {
            (Act::Refuse { .. }, _) => None,
            (Act::Remove { .. }, _) => Some("removed"),
            (_, Some(_)) => Some("restored"),
            (_, None) => Some("said"),
        };
        let number = match kind {
            Some(_) => Some(db::next_number(&mut write, self.meeting).await?),
            None => None,
        };
        if !db::decide(&mut write, (id, &message.state), &after, number, (by.account(), now_ms)).await? {
            return Err(Error::Overtaken);
        }
        if let (Some(kind), Some(number)) = (kind, number) {
            db::note(&mut write, self.meeting, number, now_ms, (kind, Some(id), None)).await?;
        }
        let reason = after.reason().map(|reason| json!({ "code": reason.code.name(), "words": reason.words }));
        let detail = json!({ "meeting": self.meeting, "from": message.state.name(), "reason": reason });
        self.log(&mut write, by, act.name(), &id.to_string(), detail).await?;
        write.commit().await?;
        message.state = after;
        let event = match (kind, message.public()) {
            (Some("said"), Some(public)) => Some(Event::Said { message: public }),
            (Some("restored"), Some(public)) => Some(Event::Restored { message: public }),
            (Some("removed"), _) => Some(Event::Removed { message: id }),
            _ => None,
        };
        if let (Some(event), Some(number)) = (event, number) {
            self.publish_at(number, place, &event);
        }
        self.tell_own(message.author, &Own::Decided { message: id, state: message.state });
        Ok(())
    }

    async fn uphold(&self, by: &Moderator, act: &Act, id: MessageId, now_ms: i64) -> Result<()> {
        let mut write = self.write().await?;
        let found = db::message(&mut write, id).await?.filter(|(meeting, ..)| *meeting == self.meeting);
        let (_, message, _) = found.ok_or(Error::NoMessage)?;
        if !db::uphold(&mut write, id, now_ms).await? {
            return Err(Error::Overtaken);
        }
        self.log(&mut write, by, act.name(), &id.to_string(), json!({ "meeting": self.meeting })).await?;
        write.commit().await?;
        self.tell_own(message.author, &Own::Upheld { message: id });
        Ok(())
    }

    async fn exclude(
        &self,
        by: &Moderator,
        act: &Act,
        (author, minutes, reason): (AuthorId, u32, &Reason),
        now_ms: i64,
    ) -> Result<()> {
        let until_ms = now_ms + i64::from(minutes.clamp(1, EXCLUSION_MAX_MINUTES)) * 60_000;
        let mut write = self.write().await?;
        if !authors::wrote(&mut write, self.meeting, author).await? {
            return Err(Error::NoMessage);
        }
        let (id, whole) = (ExclusionId::new(), (self.municipality, self.meeting));
        authors::exclude(&mut write, whole, (id, author), reason, (by.account(), now_ms, until_ms)).await?;
        let detail = json!({ "meeting": self.meeting, "author": author, "until_ms": until_ms,
                             "reason": { "code": reason.code.name(), "words": reason.words } });
        self.log(&mut write, by, act.name(), &id.to_string(), detail).await?;
        write.commit().await?;
        self.tell_own(author, &Own::Excluded { until_ms: Some(until_ms), reason: Some(reason.clone()) });
        Ok(())
    }

    async fn admit(&self, by: &Moderator, act: &Act, id: ExclusionId, now_ms: i64) -> Result<()> {
        let mut write = self.write().await?;
        let author = authors::admit(&mut write, self.municipality, id, now_ms).await?.ok_or(Error::Overtaken)?;
        let detail = json!({ "meeting": self.meeting, "author": author });
        self.log(&mut write, by, act.name(), &id.to_string(), detail).await?;
        write.commit().await?;
        self.tell_own(author, &Own::Excluded { until_ms: None, reason: None });
        Ok(())
    }

    async fn pin(&self, by: &Moderator, act: &Act, id: Option<MessageId>, now_ms: i64) -> Result<()> {
        let mut write = self.write().await?;
        let message = match id {
            None => None,
            Some(id) => match db::message(&mut write, id).await? {
                Some((meeting, message, _)) if meeting == self.meeting => {
                    Some(message.public().ok_or(Error::Overtaken)?)
                }
                _ => return Err(Error::NoMessage),
            },
        };
        db::set_pinned(&mut write, self.meeting, id).await?;
        let number = db::next_number(&mut write, self.meeting).await?;
        db::note(&mut write, self.meeting, number, now_ms, ("pinned", id, None)).await?;
        let subject = id.map_or_else(|| self.meeting.to_string(), |id| id.to_string());
        self.log(&mut write, by, act.name(), &subject, json!({ "meeting": self.meeting })).await?;
        write.commit().await?;
        self.shown().pinned = message;
        self.publish(number, &Event::Pinned { message: id });
        Ok(())
    }

    async fn run(&self, by: &Moderator, act: &Act, mode: Mode, now_ms: i64) -> Result<()> {
        let mut write = self.write().await?;
        db::set_mode(&mut write, self.meeting, mode).await?;
        let number = db::next_number(&mut write, self.meeting).await?;
        let detail = serde_json::to_string(&mode).unwrap_or_default();
        db::note(&mut write, self.meeting, number, now_ms, ("mode", None, Some(detail))).await?;
        self.log(&mut write, by, act.name(), &self.meeting.to_string(), json!({ "mode": mode })).await?;
        write.commit().await?;
        self.publish(number, &Event::Mode { mode });
        Ok(())
    }

    pub(crate) async fn log(
        &self,
        write: &mut council::db::Write,
        by: &Moderator,
        act: &str,
        subject: &str,
        detail: serde_json::Value,
    ) -> Result<()> {
        let line = Line { account: Some(by.account()), act, subject, detail };
        Ok(audit::append(write, self.council.clock(), self.municipality, line).await?)
    }
}

/// An act with its words made fit.
fn checked(mut act: Act) -> Result<Act> {
    if let Act::Refuse { reason, .. } | Act::Remove { reason, .. } | Act::Exclude { reason, .. } = &mut act {
        let words = std::mem::take(&mut reason.words);
        reason.words = if reason.code == Code::Other {
            council::text::required("reason", &words, words::REASON_MAX)?
        } else {
            council::text::optional("reason", &words, words::REASON_MAX)?
        };
    }
    Ok(act)
}
