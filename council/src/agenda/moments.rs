//! What the clerk presses while the meeting runs, and mends afterwards: which item was taken up when.

use serde_json::json;

use super::{Moment, db, edit::item_of};
use crate::{
    AgendaItemId, AgendaMomentId, Council, Error, MeetingId, Result,
    meeting::{Meeting, Stage},
    permission::Clerk,
};

/// A press that reaches the server late, from a clerk who was offline, is taken for the instant at which it was made; one
/// from the future, by a wrong clock, for now.
pub(crate) fn instant(meeting: &Meeting, at_ms: Option<i64>, now_ms: i64) -> Result<i64> {
    let (from, until) = match meeting.stage {
        Stage::Live { started_at_ms } | Stage::Paused { started_at_ms, .. } | Stage::InCamera { started_at_ms, .. } => {
            (started_at_ms, now_ms.max(started_at_ms))
        }
        Stage::Ended { started_at_ms, ended_at_ms } => (started_at_ms, ended_at_ms),
        Stage::Scheduled | Stage::Cancelled { .. } => {
            return Err(Error::Stage { from: meeting.stage.name(), act: "take_up" });
        }
    };
    match (at_ms, &meeting.stage) {
        (None, Stage::Ended { .. }) => crate::text::refused("moment", "value-missing"),
        (None, _) => Ok(until),
        (Some(at_ms), Stage::Ended { .. }) if !(from..=until).contains(&at_ms) => {
            crate::text::refused("moment", "value-not-time")
        }
        (Some(at_ms), _) => Ok(at_ms.clamp(from, until)),
    }
}

impl Council {
    /// Takes an item up: from `at_ms` on, or from now, the meeting is at it. Pressed twice it is taken up once.
    ///
    /// `after` is the moment that the clerk saw as the current one. If another clerk has pressed meanwhile, nothing is done.
    ///
    /// # Errors
    /// [`Error::Overtaken`] for that; [`Error::Stage`] before the meeting has begun; when the item is withdrawn or not there.
    pub async fn take_up(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        item: AgendaItemId,
        after: Option<Option<AgendaMomentId>>,
        at_ms: Option<i64>,
    ) -> Result<Moment> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let now_ms = self.clock.now_ms();
        let at_ms = instant(&meeting, at_ms, now_ms)?;
        let agenda = db::agenda(&mut write, meeting.id).await?;
        let taken = agenda.item(item).ok_or(Error::NotFound("item"))?;
        if taken.withdrawn_at_ms.is_some() {
            return crate::text::refused("item", "value-withdrawn");
        }
        if let Some(current) = agenda.current().filter(|current| current.item == item && current.at_ms <= at_ms) {
            return Ok(current.clone());
        }
        if after.is_some_and(|after| after != agenda.current().map(|current| current.id)) {
            return Err(Error::Overtaken);
        }
        if db::moments_ever(&mut write, meeting.id).await? >= super::MOMENTS_MAX {
            return crate::text::refused("moment", "value-too-many");
        }
        let moment = Moment { id: AgendaMomentId::new(), item, at_ms };
        db::insert_moment(&mut write, meeting.id, &moment, clerk.account(), now_ms).await?;
        let detail = json!({ "moment": moment.id, "item": item, "line": taken.line(), "at_ms": at_ms });
        self.agenda_changed(write, clerk, &meeting, "agenda.take_up", detail).await?;
        Ok(moment)
    }

    /// Takes back that an item was taken up (`undone`), or brings that back.
    ///
    /// # Errors
    /// When there is no such moment.
    pub async fn undo_moment(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        moment: AgendaMomentId,
        undone: bool,
    ) -> Result<()> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let (old, was_undone) = db::moment(&mut write, meeting.id, moment).await?.ok_or(Error::NotFound("moment"))?;
        if was_undone == undone {
            return Ok(());
        }
        db::undo(&mut write, moment, undone.then(|| self.clock.now_ms())).await?;
        let act = if undone { "agenda.undo" } else { "agenda.redo" };
        let detail = json!({ "moment": moment, "item": old.item, "at_ms": old.at_ms });
        self.agenda_changed(write, clerk, &meeting, act, detail).await
    }

    /// Moves the instant at which an item was taken up.
    ///
    /// # Errors
    /// When there is no such moment, or the instant is not within the meeting.
    pub async fn move_moment(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        moment: AgendaMomentId,
        at_ms: i64,
    ) -> Result<()> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let (old, _) = db::moment(&mut write, meeting.id, moment).await?.ok_or(Error::NotFound("moment"))?;
        let within = instant(&meeting, Some(at_ms), self.clock.now_ms())?;
        if within != at_ms {
            return crate::text::refused("moment", "value-not-time");
        }
        db::move_moment(&mut write, moment, at_ms).await?;
        let item = item_of(&mut write, meeting.id, old.item).await?;
        let detail = json!({ "moment": moment, "line": item.line(), "from_ms": old.at_ms, "to_ms": at_ms });
        self.agenda_changed(write, clerk, &meeting, "agenda.move_moment", detail).await
    }
}
