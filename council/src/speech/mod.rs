//! Who had the floor when: what the clerk presses as the speakers follow one another.

pub(crate) mod db;

use serde_json::json;

use crate::{
    AgendaItemId, Council, Error, MeetingId, PersonId, Result, SpeechId, agenda, meeting::Stage, permission::Clerk,
    person, text,
};

/// The limits that a speaker can be given, in minutes; 0: none.
pub const LIMITS_MIN: [u8; 4] = [0, 3, 5, 10];
/// The most speeches of a meeting, undone ones with them.
pub const SPEECHES_MAX: usize = 5000;

/// From an instant on somebody had the floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speech {
    /// Its id.
    pub id: SpeechId,
    /// The item that the meeting was at.
    pub item: AgendaItemId,
    /// Who, if they sit on the body.
    pub person: Option<PersonId>,
    /// Their name as it was then.
    pub name: String,
    /// Their faction as it was then; empty where they had none.
    pub faction: String,
    /// From when on, milliseconds UTC.
    pub at_ms: i64,
    /// When it ended, where the next one did not end it, milliseconds UTC.
    pub until_ms: Option<i64>,
    /// How long they were given.
    pub limit_ms: Option<i64>,
}

impl Speech {
    /// Name and faction in one line.
    #[must_use]
    pub fn line(&self) -> String {
        if self.faction.is_empty() { self.name.clone() } else { format!("{} ({})", self.name, self.faction) }
    }
}

impl agenda::Agenda {
    /// Who has the floor.
    #[must_use]
    pub fn speaking(&self) -> Option<&Speech> {
        self.speeches.last().filter(|speech| speech.until_ms.is_none())
    }
}

/// A speech that goes on for `limit_min` more minutes from `at_ms`; never less than it had.
fn longer(speech: &Speech, at_ms: i64, limit_min: u8) -> Speech {
    let since_ms = (at_ms - speech.at_ms).max(0);
    let limit_ms = match (speech.limit_ms, limit_min) {
        (None, _) | (_, 0) => None,
        (Some(had_ms), minutes) => Some(had_ms.max(since_ms + i64::from(minutes) * 60_000)),
    };
    Speech { limit_ms, ..speech.clone() }
}

impl Council {
    /// Gives the floor to somebody, for `limit_min` minutes: a member of the body by their name, or a guest. Pressed twice
    /// they have it once, for as long from the second press on where that is longer.
    ///
    /// `after` is the last speech that the clerk saw. If another clerk has pressed meanwhile, nothing is done. What is noted
    /// now is of now; who noted it late says `at_ms`.
    ///
    /// # Errors
    /// [`Error::Overtaken`] for that; [`Error::Stage`] before the meeting has begun and while it is in camera; when no item has been taken up by then.
    pub async fn give_floor(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        (name, limit_min): (&str, u8),
        after: Option<Option<SpeechId>>,
        at_ms: Option<i64>,
    ) -> Result<Speech> {
        let name = text::required("speaker", name, person::NAME_MAX)?;
        if !LIMITS_MIN.contains(&limit_min) {
            return text::refused("speaker", "value-not-limit");
        }
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        // Who speaks behind closed doors is nobody's to read.
        if let Stage::InCamera { .. } = meeting.stage {
            return Err(Error::Stage { from: meeting.stage.name(), act: "give_floor" });
        }
        let now_ms = self.clock.now_ms();
        let at_ms = agenda::instant(&meeting, at_ms, now_ms)?;
        let agenda = agenda::db::agenda(&mut write, meeting.id).await?;
        let then = agenda.moments.iter().rfind(|moment| moment.at_ms <= at_ms);
        let Some(item) = then.map(|moment| moment.item) else {
            return text::refused("speaker", "value-no-item");
        };
        let members = person::db::members(&mut write, meeting.body.id).await?;
        let member = person::named(&members, &name);
        let name = member.map_or(name, |member| member.name.clone());
        if let Some(speech) = agenda.speaking().filter(|speech| speech.name == name && speech.item == item) {
            let speech = longer(speech, at_ms, limit_min);
            if Some(&speech) != agenda.speaking() {
                db::give_time(&mut write, speech.id, speech.limit_ms).await?;
                let detail = json!({ "speech": speech.id, "name": speech.name, "limit_ms": speech.limit_ms });
                self.agenda_changed(write, clerk, &meeting, "speech.extend", detail).await?;
            }
            return Ok(speech);
        }
        if after.is_some_and(|after| after != agenda.speeches.last().map(|speech| speech.id)) {
            return Err(Error::Overtaken);
        }
        if db::ever(&mut write, meeting.id).await? >= SPEECHES_MAX {
            return text::refused("speaker", "value-too-many");
        }
        let speech = Speech {
            id: SpeechId::new(),
            item,
            person: member.map(|member| member.person),
            name,
            faction: member.map(|member| member.faction.clone()).unwrap_or_default(),
            at_ms,
            until_ms: None,
            limit_ms: (limit_min > 0).then(|| i64::from(limit_min) * 60_000),
        };
        db::insert(&mut write, meeting.id, &speech, clerk.account(), now_ms).await?;
        let detail = json!({ "speech": speech.id, "item": item, "name": speech.name, "faction": speech.faction, "at_ms": at_ms });
        self.agenda_changed(write, clerk, &meeting, "speech.begin", detail).await?;
        Ok(speech)
    }

    /// Ends a speech now (`ended`), or lets it go on as if it had not been ended.
    ///
    /// # Errors
    /// [`Error::Overtaken`] when it is not the last one any more.
    pub async fn end_speech(&self, clerk: &Clerk, meeting: MeetingId, speech: SpeechId, ended: bool) -> Result<()> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let agenda = agenda::db::agenda(&mut write, meeting.id).await?;
        let last = agenda.speeches.last().filter(|last| last.id == speech).ok_or(Error::Overtaken)?;
        if last.until_ms.is_some() == ended {
            return Ok(());
        }
        let until_ms = agenda::instant(&meeting, Some(self.clock.now_ms()), self.clock.now_ms())?.max(last.at_ms);
        db::end(&mut write, speech, ended.then_some(until_ms)).await?;
        let act = if ended { "speech.end" } else { "speech.resume" };
        let detail = json!({ "speech": speech, "name": last.name, "at_ms": until_ms });
        self.agenda_changed(write, clerk, &meeting, act, detail).await
    }

    /// Takes back that somebody was given the floor (`undone`), or brings that back.
    ///
    /// # Errors
    /// When there is no such speech.
    pub async fn undo_speech(&self, clerk: &Clerk, meeting: MeetingId, speech: SpeechId, undone: bool) -> Result<()> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let (old, was_undone) = db::find(&mut write, meeting.id, speech).await?.ok_or(Error::NotFound("speech"))?;
        if was_undone == undone {
            return Ok(());
        }
        db::undo(&mut write, speech, undone.then(|| self.clock.now_ms())).await?;
        let act = if undone { "speech.undo" } else { "speech.redo" };
        let detail = json!({ "speech": speech, "name": old.name, "at_ms": old.at_ms });
        self.agenda_changed(write, clerk, &meeting, act, detail).await
    }
}
