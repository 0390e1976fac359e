//! The clerk's desk: what changes an agenda, and the presses that tie it to the meeting's time.

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use council::{
    AgendaItemId, AgendaMomentId, Council, MeetingId, SpeechId,
    agenda::{NewItem, paste},
    permission,
};
use serde::{Deserialize, Serialize};

use super::{
    Answer,
    desk::{self, Press},
    invalid,
};
use crate::{
    App,
    error::{Error, Result, percent},
    pages::{Staff, Typed},
};

/// What any of the desk's forms sends.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Desk {
    item: String,
    moment: String,
    /// The moment that was the current one on the page; empty: there was none. Missing: whichever.
    after: Option<String>,
    /// How long ago the button was pressed, where the press could not be sent at once; milliseconds.
    ago_ms: Option<String>,
    /// The time of day at which it was, for what is noted afterwards.
    moment_time: Option<String>,
    way: String,
    speech: String,
    speaker: String,
    /// How long the speaker is given, minutes.
    limit_min: Option<String>,
    agenda: String,
    item_number: String,
    item_title: Option<String>,
    rapporteur: String,
    level: String,
}

/// A press, with what its form says.
struct Pressed<'a> {
    press: Press<'a>,
    form: &'a Desk,
}

pub(super) async fn press(
    State(app): State<App>,
    staff: Staff,
    answer: Answer,
    Path((id, act)): Path<(String, String)>,
    Form(form): Form<Desk>,
) -> Response {
    let done = async {
        let meeting: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
        let (moment_time, ago_ms) = (form.moment_time.as_deref(), form.ago_ms.as_deref());
        let press = Press { app: &app, clerk: &staff.clerk, meeting, moment_time, ago_ms };
        Pressed { press, form: &form }.make(&act).await?;
        Ok(meeting)
    };
    let done: Result<MeetingId> = done.await;
    let undone = match act.as_str() {
        "undo" => format!("?undone={}", percent(&form.moment)),
        "speech-undo" => format!("?unspoken={}", percent(&form.speech)),
        _ => String::new(),
    };
    let typed = Typed::of(&form);
    desk::pressed(app, staff, &answer, done, undone, (id, typed)).await
}

impl Pressed<'_> {
    async fn make(&self, act: &str) -> Result<()> {
        let (council, clerk, meeting) = self.at();
        let done = match act {
            "take-up" => return self.take_up().await,
            "speak" => return self.speak().await,
            "speech-end" => council.end_speech(clerk, meeting, self.speech()?, true).await,
            "speech-resume" => council.end_speech(clerk, meeting, self.speech()?, false).await,
            "speech-undo" => council.undo_speech(clerk, meeting, self.speech()?, true).await,
            "speech-redo" => council.undo_speech(clerk, meeting, self.speech()?, false).await,
            "move" => return self.shift_moment().await,
            "undo" => council.undo_moment(clerk, meeting, self.moment()?, true).await,
            "redo" => council.undo_moment(clerk, meeting, self.moment()?, false).await,
            "add" => {
                let there = council.agenda(self.press.clerk.here.id, meeting).await?;
                let items = paste::read_on(&self.form.agenda, there.next_number());
                if items.is_empty() {
                    return Err(invalid("agenda"));
                }
                council.add_items(clerk, meeting, items).await
            }
            "change" => council.change_item(clerk, meeting, self.item()?, self.texts()?).await,
            "shift" => council.shift_item(clerk, meeting, self.item()?, self.form.way == "up").await,
            "withdraw" => council.withdraw_item(clerk, meeting, self.item()?, true).await,
            "put-back" => council.withdraw_item(clerk, meeting, self.item()?, false).await,
            "remove" => council.remove_item(clerk, meeting, self.item()?).await,
            _ => return Err(Error::NotFound),
        };
        Ok(done?)
    }

    fn at(&self) -> (&Council, &permission::Clerk, MeetingId) {
        (&self.press.app.council, &self.press.clerk.clerk, self.press.meeting)
    }

    fn item(&self) -> Result<AgendaItemId> {
        self.form.item.parse().map_err(|_| Error::NotFound)
    }

    fn moment(&self) -> Result<AgendaMomentId> {
        self.form.moment.parse().map_err(|_| Error::NotFound)
    }

    fn speech(&self) -> Result<SpeechId> {
        self.form.speech.parse().map_err(|_| Error::NotFound)
    }

    async fn speak(&self) -> Result<()> {
        let after = desk::after(self.form.after.as_deref())?;
        let limit_min = self.form.limit_min.as_deref().unwrap_or("0").parse().map_err(|_| invalid("speaker"))?;
        let at_ms = self.press.said().await?;
        let (council, clerk, meeting) = self.at();
        council.give_floor(clerk, meeting, (self.form.speaker.as_str(), limit_min), after, at_ms).await?;
        Ok(())
    }

    fn texts(&self) -> Result<NewItem> {
        Ok(NewItem {
            level: self.form.level.parse().map_err(|_| invalid("item_title"))?,
            number: self.form.item_number.clone(),
            title: self.form.item_title.clone().unwrap_or_default(),
            rapporteur: self.form.rapporteur.clone(),
        })
    }

    async fn take_up(&self) -> Result<()> {
        let after = desk::after(self.form.after.as_deref())?;
        let at_ms = self.press.instant().await?;
        let (council, clerk, meeting) = self.at();
        council.take_up(clerk, meeting, self.item()?, after, at_ms).await?;
        Ok(())
    }

    async fn shift_moment(&self) -> Result<()> {
        let at_ms = self.press.must_say().await?;
        let (council, clerk, meeting) = self.at();
        council.move_moment(clerk, meeting, self.moment()?, at_ms).await?;
        Ok(())
    }
}
