//! Meetings: calling them, and the clerk's presses that move them.

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use council::{
    MeetingId,
    agenda::{self, Agenda},
    meeting::{Act, Meeting, NewMeeting, Stage},
    source::{Rank, Source},
};
use serde::{Deserialize, Serialize};
use vod_store::{Sources, sources::Interpreter, store::About};

use super::{Answer, invalid};
use crate::{
    App,
    error::{Error, Result, percent},
    pages::{Page, Staff, Typed},
    session::Clerk,
};

#[derive(Deserialize, Serialize)]
pub(super) struct MeetingForm {
    title: String,
    #[serde(default)]
    place: String,
    date: String,
    time: String,
    body: String,
    #[serde(default)]
    agenda: String,
}

pub(super) async fn create_meeting(
    State(app): State<App>,
    staff: Staff,
    answer: Answer,
    Form(form): Form<MeetingForm>,
) -> Response {
    let (clerk, typed) = (&staff.clerk, Typed::of(&form));
    let created = async {
        let starts_at_ms = instant(&form.date, &form.time, &clerk.here.time_zone)?;
        let body = form.body.parse().map_err(|_| invalid("body"))?;
        let agenda = agenda::paste::read(&form.agenda);
        let new = NewMeeting { body, title: form.title, place: form.place, starts_at_ms, agenda };
        let meeting = app.council.create_meeting(&clerk.clerk, new).await?;
        // Most municipalities have one encoder: it is the primary source of every meeting until the clerk says otherwise.
        if let [only] = app.council.sources(clerk.here.id).await?.as_slice() {
            app.council.assign_source(&clerk.clerk, meeting.id, only.id, Rank::Primary).await?;
        }
        Ok(meeting.id.to_string())
    };
    let created: Result<String> = created.await;
    match created {
        Ok(id) => answer.give(Ok(serde_json::json!({ "id": id })), &format!("/studio/meetings/{id}"), ""),
        Err(error) => answer.again(app, staff, Page::Desk, error, typed).await,
    }
}

/// The instant of a date and a time of day in a time zone. A time that the change of clocks leaves out is moved on.
pub(super) fn instant(date: &str, time: &str, zone: &str) -> Result<i64> {
    let date: jiff::civil::Date = date.trim().parse().map_err(|_| invalid("date"))?;
    let time: jiff::civil::Time = time.trim().parse().map_err(|_| invalid("time"))?;
    let zoned = date.to_datetime(time).in_tz(zone).map_err(|_| invalid("date"))?;
    Ok(zoned.timestamp().as_millisecond())
}

pub(super) async fn find(app: &App, clerk: &Clerk, id: &str) -> Result<Meeting> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    Ok(app.council.meeting(clerk.here.id, id).await?)
}

/// What the disk is to keep about a meeting.
fn about(clerk: &Clerk, meeting: &Meeting, agenda: &Agenda) -> About {
    About {
        municipality: clerk.here.slug.clone(),
        body: meeting.body.slug.clone(),
        body_name: meeting.body.name.el.clone(),
        title: meeting.title.clone(),
        place: meeting.place.clone(),
        starts_at_ms: meeting.starts_at_ms,
        agenda: agenda.lines(),
    }
}

/// The meeting's sources as the record knows them.
fn cast(assigned: Vec<(Source, Rank)>) -> Sources {
    let mut sources = Sources::default();
    for (Source { id: source, .. }, rank) in assigned {
        match rank {
            Rank::Primary | Rank::Backup => sources.pictures.push(source),
            Rank::Interpreter { language } => sources.interpreters.push(Interpreter { source, language }),
        }
    }
    sources
}

/// Goes live: first the record, then the stage; a press that comes second finds it done.
pub(super) async fn start(State(app): State<App>, clerk: Clerk, answer: Answer, Path(id): Path<String>) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        if !matches!(meeting.stage, Stage::Scheduled) {
            return Err(Error::Council(council::Error::Stage { from: meeting.stage.name(), act: "start" }));
        }
        let sources = app.council.meeting_sources(meeting.id).await?;
        let agenda = app.council.agenda(clerk.here.id, meeting.id).await?;
        app.store.begin(meeting.id, &about(&clerk, &meeting, &agenda), cast(sources)).await?;
        app.council.act(&clerk.clerk, meeting.id, Act::Start).await?;
        Ok(meeting.id)
    };
    moved(&app, &answer, done.await, &id)
}

pub(super) async fn pause(State(app): State<App>, clerk: Clerk, answer: Answer, Path(id): Path<String>) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        if let Stage::InCamera { .. } = meeting.stage {
            return Err(Error::Council(council::Error::Stage { from: meeting.stage.name(), act: "pause" }));
        }
        // The public must stop seeing at once, whatever the database does; so the record goes first.
        app.store.pause(meeting.id).await?;
        app.council.act(&clerk.clerk, meeting.id, Act::Pause).await?;
        Ok(meeting.id)
    };
    moved(&app, &answer, done.await, &id)
}

pub(super) async fn resume(State(app): State<App>, clerk: Clerk, answer: Answer, Path(id): Path<String>) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        app.council.act(&clerk.clerk, meeting.id, Act::Resume).await?;
        app.store.resume(meeting.id).await?;
        Ok(meeting.id)
    };
    moved(&app, &answer, done.await, &id)
}

pub(super) async fn end(State(app): State<App>, clerk: Clerk, answer: Answer, Path(id): Path<String>) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        app.council.act(&clerk.clerk, meeting.id, Act::End).await?;
        app.store.end(meeting.id).await?;
        Ok(meeting.id)
    };
    moved(&app, &answer, done.await, &id)
}

#[derive(Deserialize, Serialize)]
pub(super) struct Reason {
    reason: String,
}

pub(super) async fn cancel(
    State(app): State<App>,
    staff: Staff,
    answer: Answer,
    Path(id): Path<String>,
    Form(form): Form<Reason>,
) -> Response {
    let (clerk, typed) = (&staff.clerk, Typed::of(&form));
    let done = async {
        let meeting = find(&app, clerk, &id).await?;
        app.council.act(&clerk.clerk, meeting.id, Act::Cancel(form.reason)).await?;
        Ok(meeting.id)
    };
    let done: Result<MeetingId> = done.await;
    moved_or_again(app, staff, &answer, done, (id, typed)).await
}

pub(super) fn moved(app: &App, answer: &Answer, done: Result<MeetingId>, id: &str) -> Response {
    if let Ok(meeting) = &done {
        app.board.pressed(*meeting);
    }
    let page = format!("/studio/meetings/{}", percent(id));
    answer.give(done.map(|_| serde_json::json!({ "ok": true })), &page, &page)
}

/// As [`moved`], for a form: where it is refused, what was typed stands on the page again.
async fn moved_or_again(
    app: App,
    staff: Staff,
    answer: &Answer,
    done: Result<MeetingId>,
    (id, typed): (String, Typed),
) -> Response {
    match done {
        Err(error) => answer.again(app, staff, Page::Live(id), error, typed).await,
        done => moved(&app, answer, done, &id),
    }
}

#[derive(Deserialize, Serialize)]
pub(super) struct Assignment {
    source: String,
    rank: String,
    /// Of an interpreter.
    #[serde(default)]
    language: String,
}

pub(super) async fn assign(
    State(app): State<App>,
    staff: Staff,
    answer: Answer,
    Path(id): Path<String>,
    Form(form): Form<Assignment>,
) -> Response {
    let (clerk, typed) = (&staff.clerk, Typed::of(&form));
    let done = async {
        let meeting = find(&app, clerk, &id).await?;
        let source = form.source.parse().map_err(|_| invalid("source"))?;
        let rank = match form.rank.as_str() {
            "primary" => Rank::Primary,
            "backup" => Rank::Backup,
            "interpreter" => Rank::Interpreter { language: form.language.parse().map_err(|_| invalid("language"))? },
            _ => return Err(invalid("rank")),
        };
        app.council.assign_source(&clerk.clerk, meeting.id, source, rank).await?;
        recast(&app, &meeting).await
    };
    let done: Result<MeetingId> = done.await;
    moved_or_again(app, staff, &answer, done, (id, typed)).await
}

pub(super) async fn unassign(
    State(app): State<App>,
    clerk: Clerk,
    answer: Answer,
    Path((id, source)): Path<(String, String)>,
) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        let source = source.parse().map_err(|_| Error::NotFound)?;
        app.council.unassign_source(&clerk.clerk, meeting.id, source).await?;
        recast(&app, &meeting).await
    };
    moved(&app, &answer, done.await, &id)
}

/// The recording of a meeting in session is told of its sources.
async fn recast(app: &App, meeting: &Meeting) -> Result<MeetingId> {
    if meeting.stage.in_session().is_some() {
        let sources = app.council.meeting_sources(meeting.id).await?;
        app.store.set_sources(meeting.id, cast(sources)).await?;
    }
    Ok(meeting.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_the_municipalitys() {
        assert_eq!(instant("2026-11-23", "18:30", "Europe/Athens").unwrap(), 1_795_451_400_000);
        // 03:30 does not exist on the night when the clocks go forward; 04:30 stands for it.
        assert_eq!(
            instant("2026-03-29", "03:30", "Europe/Athens").unwrap(),
            instant("2026-03-29", "04:30", "Europe/Athens").unwrap()
        );
        assert!(instant("2026-02-30", "18:30", "Europe/Athens").is_err());
        assert!(instant("2026-02-03", "25:30", "Europe/Athens").is_err());
    }
}
