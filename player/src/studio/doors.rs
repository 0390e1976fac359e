//! The clerk's presses that close the doors of a meeting and open them again.

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use council::meeting::{Act, GROUND_MAX, Meeting};
use serde::Deserialize;
use vod_store::recording;

use super::{
    Answer,
    meetings::{find, moved},
};
use crate::{
    App,
    error::{Error, Result},
    session::Clerk,
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Ground {
    /// What the clerk notes of it for the log.
    ground: String,
}

/// The record goes first, so that nothing of the chamber passes from here on, whatever the database does.
/// The press counts whatever was noted with it: what is too long of that is cut off.
pub(super) async fn close(
    State(app): State<App>,
    clerk: Clerk,
    answer: Answer,
    Path(id): Path<String>,
    Form(Ground { ground }): Form<Ground>,
) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        if meeting.stage.in_session().is_none() {
            return Err(Error::Council(council::Error::Stage { from: meeting.stage.name(), act: "close-doors" }));
        }
        app.store.close_doors(meeting.id).await?;
        let ground = ground.chars().take(GROUND_MAX).collect();
        app.council.act(&clerk.clerk, meeting.id, Act::CloseDoors(ground)).await?;
        Ok(meeting.id)
    };
    moved(&app, &answer, done.await, &id)
}

/// The stage goes first, and goes back where the record cannot follow: it is never open on the record alone.
pub(super) async fn open(State(app): State<App>, clerk: Clerk, answer: Answer, Path(id): Path<String>) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        // After a press that reached the record and not the database there is only the record to open.
        if meeting.stage.name() == "live" && closed(&app, &meeting).await? {
            app.store.open_doors(meeting.id).await?;
            return Ok(meeting.id);
        }
        app.council.act(&clerk.clerk, meeting.id, Act::OpenDoors).await?;
        if let Err(error) = app.store.open_doors(meeting.id).await {
            app.council.act(&clerk.clerk, meeting.id, Act::CloseDoors(String::new())).await?;
            return Err(error.into());
        }
        Ok(meeting.id)
    };
    moved(&app, &answer, done.await, &id)
}

async fn closed(app: &App, meeting: &Meeting) -> Result<bool> {
    let recording = app.store.recording(meeting.id).await?;
    Ok(recording.is_some_and(|recording| matches!(*recording.state().borrow(), recording::State::InCamera { .. })))
}
