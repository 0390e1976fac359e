//! What a clerk changes of an agenda's items.

use serde_json::json;

use super::{Item, NewItem, checked, db};
use crate::{
    AgendaItemId, Council, Error, MeetingId, Result,
    audit::{self, Line},
    db::Write,
    meeting::{self, Meeting, Stage},
    permission::Clerk,
};

impl Council {
    /// Puts items on the agenda, at its end; in session they are urgent ones.
    ///
    /// # Errors
    /// When a value is refused, the agenda would grow too long, or the meeting is cancelled.
    pub async fn add_items(&self, clerk: &Clerk, meeting: MeetingId, items: Vec<NewItem>) -> Result<()> {
        let items = checked(items)?;
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let now_ms = self.clock.now_ms();
        let urgent_at_ms = meeting.stage.in_session().map(|_| now_ms);
        let there = db::items(&mut write, meeting.id).await?;
        if there.len() + items.len() > super::ITEMS_MAX {
            return crate::text::refused("agenda", "value-too-many");
        }
        let added: Vec<String> = items.iter().map(|item| item.title.clone()).collect();
        insert_all(&mut write, &meeting, there.len(), items, urgent_at_ms, now_ms).await?;
        let detail = json!({ "titles": added, "urgent": urgent_at_ms.is_some() });
        self.agenda_changed(write, clerk, &meeting, "agenda.add", detail).await
    }

    /// Changes an item's texts and level.
    ///
    /// # Errors
    /// When a value is refused, or there is no such item.
    pub async fn change_item(&self, clerk: &Clerk, meeting: MeetingId, item: AgendaItemId, new: NewItem) -> Result<()> {
        let new = new.checked()?;
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let old = item_of(&mut write, meeting.id, item).await?;
        db::change(&mut write, item, &new).await?;
        let told = |number: &str, title: &str, rapporteur: &str, level: u8| json!({ "number": number, "title": title, "rapporteur": rapporteur, "level": level });
        let detail = json!({
            "item": item,
            "from": told(&old.number, &old.title, &old.rapporteur, old.level),
            "to": told(&new.number, &new.title, &new.rapporteur, new.level),
        });
        self.agenda_changed(write, clerk, &meeting, "agenda.change", detail).await
    }

    /// Changes places with the item above (`up`) or below.
    ///
    /// # Errors
    /// When there is no such item. At the top and at the bottom nothing happens.
    pub async fn shift_item(&self, clerk: &Clerk, meeting: MeetingId, item: AgendaItemId, up: bool) -> Result<()> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let items = db::items(&mut write, meeting.id).await?;
        let at = items.iter().position(|each| each.id == item).ok_or(Error::NotFound("item"))?;
        let other = if up { at.checked_sub(1) } else { Some(at + 1).filter(|other| *other < items.len()) };
        let Some(other) = other else { return Ok(()) };
        let mut order: Vec<AgendaItemId> = items.iter().map(|each| each.id).collect();
        order.swap(at, other);
        db::order(&mut write, &order).await?;
        let detail = json!({ "item": item, "from": at + 1, "to": other + 1 });
        self.agenda_changed(write, clerk, &meeting, "agenda.move", detail).await
    }

    /// Withdraws an item, or puts it back; it stays on the list, marked.
    ///
    /// # Errors
    /// When there is no such item.
    pub async fn withdraw_item(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        item: AgendaItemId,
        withdrawn: bool,
    ) -> Result<()> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let old = item_of(&mut write, meeting.id, item).await?;
        if old.withdrawn_at_ms.is_some() == withdrawn {
            return Ok(());
        }
        db::withdraw(&mut write, item, withdrawn.then(|| self.clock.now_ms())).await?;
        let act = if withdrawn { "agenda.withdraw" } else { "agenda.put_back" };
        self.agenda_changed(write, clerk, &meeting, act, json!({ "item": item, "title": old.title })).await
    }

    /// Takes an item off the agenda of a meeting that has not begun, as if it had never been on it; the log keeps it.
    ///
    /// # Errors
    /// [`Error::Stage`] once the meeting has begun: then an item can be withdrawn.
    pub async fn remove_item(&self, clerk: &Clerk, meeting: MeetingId, item: AgendaItemId) -> Result<()> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        if meeting.stage != Stage::Scheduled {
            return Err(Error::Stage { from: meeting.stage.name(), act: "remove" });
        }
        let old = item_of(&mut write, meeting.id, item).await?;
        db::remove(&mut write, item).await?;
        let detail = json!({ "item": item, "number": old.number, "title": old.title });
        self.agenda_changed(write, clerk, &meeting, "agenda.remove", detail).await
    }

    /// A meeting of the clerk's whose agenda can change, and a transaction to change it in.
    pub(crate) async fn agenda_of(&self, clerk: &Clerk, meeting: MeetingId) -> Result<(Write, Meeting)> {
        let mut write = self.write().await?;
        let found = meeting::db::find(&mut write, clerk.municipality(), meeting).await?;
        let found = found.ok_or(Error::NotFound("meeting"))?;
        if let Stage::Cancelled { .. } = found.stage {
            return Err(Error::Stage { from: found.stage.name(), act: "agenda" });
        }
        // Takes the row, so that two clerks change an agenda one after the other.
        db::touch(&mut write, meeting).await?;
        Ok((write, found))
    }

    pub(crate) async fn agenda_changed(
        &self,
        mut write: Write,
        clerk: &Clerk,
        meeting: &Meeting,
        act: &str,
        detail: serde_json::Value,
    ) -> Result<()> {
        let subject = meeting.id.to_string();
        let line = Line { account: Some(clerk.account()), act, subject: &subject, detail };
        audit::append(&mut write, &self.clock, clerk.municipality(), line).await?;
        write.commit().await
    }
}

pub(super) async fn item_of(write: &mut Write, meeting: MeetingId, item: AgendaItemId) -> Result<Item> {
    let items = db::items(write, meeting).await?;
    items.into_iter().find(|each| each.id == item).ok_or(Error::NotFound("item"))
}

/// Writes items behind the `there` that are there.
pub(crate) async fn insert_all(
    write: &mut Write,
    meeting: &Meeting,
    there: usize,
    items: Vec<NewItem>,
    urgent_at_ms: Option<i64>,
    now_ms: i64,
) -> Result<()> {
    for (place, new) in (there..).zip(items) {
        let item = Item {
            id: AgendaItemId::new(),
            level: new.level,
            number: new.number,
            title: new.title,
            rapporteur: new.rapporteur,
            urgent_at_ms,
            withdrawn_at_ms: None,
        };
        db::insert(write, meeting, place, &item, now_ms).await?;
    }
    Ok(())
}
