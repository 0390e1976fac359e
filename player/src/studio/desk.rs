//! What every press on the clerk's desk has in common: when it was, what the clerk saw, and how it is answered.

use axum::response::{IntoResponse as _, Redirect, Response};
use council::{
    MeetingId,
    meeting::{Meeting, Stage},
};

use super::{Answer, invalid};
use crate::{
    App,
    error::{Error, Result},
    pages::{Page, Staff, Typed},
    session::Clerk,
};

/// Who presses on which meeting's desk, and when they say that it was.
pub(super) struct Press<'a> {
    pub(super) app: &'a App,
    pub(super) clerk: &'a Clerk,
    pub(super) meeting: MeetingId,
    /// The time of day at which it was, for what is noted afterwards.
    pub(super) moment_time: Option<&'a str>,
    /// How long ago the button was pressed, where the press could not be sent at once; milliseconds.
    pub(super) ago_ms: Option<&'a str>,
}

impl Press<'_> {
    /// When it was: at the time of day that the form says, or so long ago, or now.
    pub(super) async fn instant(&self) -> Result<Option<i64>> {
        match (self.said().await?, self.ago_ms) {
            (Some(said), _) => Ok(Some(said)),
            (None, Some(ago)) => {
                let ago: i64 = ago.parse().map_err(|_| invalid("moment"))?;
                Ok(Some(self.app.council.clock().now_ms().saturating_sub(ago.max(0))))
            }
            (None, None) => Ok(None),
        }
    }

    /// The instant of the time of day that the form says, if it says one.
    pub(super) async fn said(&self) -> Result<Option<i64>> {
        let Some(time) = self.moment_time.filter(|time| !time.is_empty()) else { return Ok(None) };
        let here = &self.clerk.here;
        let meeting = self.app.council.meeting(here.id, self.meeting).await?;
        within(&meeting, time, &here.time_zone).map(Some)
    }

    /// As [`Press::said`], where one must be said.
    pub(super) async fn must_say(&self) -> Result<i64> {
        self.said().await?.ok_or_else(|| invalid("moment"))
    }
}

/// What the clerk saw as the last press: empty, that there was none; missing, whichever.
pub(super) fn after<T: std::str::FromStr>(seen: Option<&str>) -> Result<Option<Option<T>>> {
    match seen {
        None => Ok(None),
        Some("") => Ok(Some(None)),
        Some(id) => Ok(Some(Some(id.parse().map_err(|_| Error::NotFound)?))),
    }
}

/// The answer to a press: the desk again, with what can be brought back of it (`undone`, a query); where it was refused,
/// with what was typed.
pub(super) async fn pressed(
    app: App,
    staff: Staff,
    answer: &Answer,
    done: Result<MeetingId>,
    undone: String,
    (id, typed): (String, Typed),
) -> Response {
    match done {
        Ok(meeting) => {
            app.board.pressed(meeting);
            if !answer.html {
                return axum::Json(serde_json::json!({ "ok": true })).into_response();
            }
            Redirect::to(&format!("/studio/meetings/{meeting}/agenda{undone}")).into_response()
        }
        Err(error) => answer.again(app, staff, Page::Agenda(id), error, typed).await,
    }
}

/// The instant of a time of day in a meeting: of the day on which it began, or of the next if that was before.
fn within(meeting: &Meeting, time: &str, zone: &str) -> Result<i64> {
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
