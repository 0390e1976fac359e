//! The clerk's desk: what changes an agenda, and the presses that tie it to the meeting's time.

use axum::{
    Form,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use council::{
    AgendaItemId, AgendaMomentId, MeetingId, SpeechId,
    agenda::{NewItem, paste},
    meeting::{Meeting, Stage},
};
use serde::{Deserialize, Serialize};

use super::{Answer, invalid};
use crate::{
    App,
    error::{Error, Result, percent},
    pages::{Page, Staff, Typed},
    session::Clerk,
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

/// Who presses on which meeting's desk.
struct Press<'a> {
    app: &'a App,
    clerk: &'a Clerk,
    meeting: MeetingId,
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
        Press { app: &app, clerk: &staff.clerk, meeting, form: &form }.make(&act).await?;
        Ok(meeting)
    };
    let done: Result<MeetingId> = done.await;
    match done {
        Ok(meeting) => {
            app.board.pressed(meeting);
            if !answer.html {
                return axum::Json(serde_json::json!({ "ok": true })).into_response();
            }
            let undone = match act.as_str() {
                "undo" => format!("?undone={}", percent(&form.moment)),
                "speech-undo" => format!("?unspoken={}", percent(&form.speech)),
                _ => String::new(),
            };
            Redirect::to(&format!("/studio/meetings/{meeting}/agenda{undone}")).into_response()
        }
        Err(error) => {
            let typed = Typed::of(&form);
            answer.again(app, staff, Page::Agenda(id), error, typed).await
        }
    }
}

impl Press<'_> {
    async fn make(&self, act: &str) -> Result<()> {
        let (council, clerk, meeting) = (&self.app.council, &self.clerk.clerk, self.meeting);
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
                let there = council.agenda(self.clerk.here.id, meeting).await?;
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
        let after = self.after()?;
        let limit_min = self.form.limit_min.as_deref().unwrap_or("0").parse().map_err(|_| invalid("speaker"))?;
        let at_ms = self.said().await?;
        let who = (self.form.speaker.as_str(), limit_min);
        self.app.council.give_floor(&self.clerk.clerk, self.meeting, who, after, at_ms).await?;
        Ok(())
    }

    /// What the clerk saw as the last press.
    fn after<T: std::str::FromStr>(&self) -> Result<Option<Option<T>>> {
        match self.form.after.as_deref() {
            None => Ok(None),
            Some("") => Ok(Some(None)),
            Some(id) => Ok(Some(Some(id.parse().map_err(|_| Error::NotFound)?))),
        }
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
        let after = self.after()?;
        let at_ms = match (&self.form.ago_ms, self.said().await?) {
            (_, Some(said)) => Some(said),
            (Some(ago), None) => {
                let ago: i64 = ago.parse().map_err(|_| invalid("moment"))?;
                Some(self.app.council.clock().now_ms() - ago.max(0))
            }
            (None, None) => None,
        };
        self.app.council.take_up(&self.clerk.clerk, self.meeting, self.item()?, after, at_ms).await?;
        Ok(())
    }

    async fn shift_moment(&self) -> Result<()> {
        let at_ms = self.said().await?.ok_or_else(|| invalid("moment"))?;
        self.app.council.move_moment(&self.clerk.clerk, self.meeting, self.moment()?, at_ms).await?;
        Ok(())
    }

    /// The instant of the time of day that the form says, if it says one.
    async fn said(&self) -> Result<Option<i64>> {
        let Some(time) = self.form.moment_time.as_deref().filter(|time| !time.is_empty()) else { return Ok(None) };
        let here = &self.clerk.here;
        let meeting = self.app.council.meeting(here.id, self.meeting).await?;
        within(&meeting, time, &here.time_zone).map(Some)
    }
}

/// The instant of a time of day in a meeting: of the day on which it began, or of the next if that was before.
pub(super) fn within(meeting: &Meeting, time: &str, zone: &str) -> Result<i64> {
    let (Stage::Live { started_at_ms }
    | Stage::Paused { started_at_ms, .. }
    | Stage::InCamera { started_at_ms, .. }
    | Stage::Ended { started_at_ms, .. }) = meeting.stage
    else {
        return Err(Error::Council(council::Error::Stage { from: meeting.stage.name(), act: "take_up" }));
    };
    let wrong = || invalid("moment");
    let time: jiff::civil::Time = time.trim().parse().map_err(|_| wrong())?;
    let began =
        jiff::Timestamp::from_millisecond(started_at_ms).map_err(|_| wrong())?.in_tz(zone).map_err(|_| wrong())?;
    let on = |date: jiff::civil::Date| {
        let zoned = date.to_datetime(time).in_tz(zone).map_err(|_| wrong())?;
        Ok(zoned.timestamp().as_millisecond())
    };
    let same_day = on(began.date())?;
    // The second in which it began is as far as a clock on a wall goes.
    if same_day + 999 < started_at_ms {
        on(began.date().tomorrow().map_err(|_| wrong())?)
    } else {
        Ok(same_day.max(started_at_ms))
    }
}

#[cfg(test)]
mod tests {
    use council::{
        BodyId, MunicipalityId,
        municipality::{Bilingual, Body},
    };

    use super::*;

    #[test]
    fn a_time_of_day_is_of_the_meeting_over_midnight_too() {
        let municipality = MunicipalityId::new();
        let name = Bilingual { el: "Συμβούλιο".into(), en: String::new() };
        let meeting = |started_at_ms: i64| Meeting {
            id: MeetingId::new(),
            municipality,
            body: Body { id: BodyId::new(), municipality, slug: "council".into(), name: name.clone() },
            title: String::new(),
            place: String::new(),
            starts_at_ms: started_at_ms,
            stage: Stage::Live { started_at_ms },
        };
        let at = |text: &str| text.parse::<jiff::Zoned>().unwrap().timestamp().as_millisecond();
        let evening = meeting(at("2026-11-23T22:00:30.500+02:00[Europe/Athens]"));
        for (time, expected) in [
            ("22:10:00", "2026-11-23T22:10:00+02:00[Europe/Athens]"),
            ("00:30", "2026-11-24T00:30:00+02:00[Europe/Athens]"),
            ("22:00:30", "2026-11-23T22:00:30.500+02:00[Europe/Athens]"),
        ] {
            assert_eq!(within(&evening, time, "Europe/Athens").unwrap(), at(expected), "{time}");
        }
        // The night on which the clocks go back: after midnight it is winter time by the evening.
        let october = meeting(at("2026-10-24T23:00:00+03:00[Europe/Athens]"));
        let late = within(&october, "05:00", "Europe/Athens").unwrap();
        assert_eq!(late, at("2026-10-25T05:00:00+02:00[Europe/Athens]"));
        assert!(within(&evening, "25:00", "Europe/Athens").is_err());
        let scheduled = Meeting { stage: Stage::Scheduled, ..evening };
        assert!(within(&scheduled, "22:10", "Europe/Athens").is_err());
    }
}
