//! The doors of a meeting, as the clerk's screens show them: a press that closes them, or that they are closed.

use council::meeting::{GROUND_MAX, Meeting, Stage};
use vod_store::recording::State;

use super::{Field, Frame, when};
use crate::App;

/// How often it is said again that the doors are closed.
const REMIND_MS: i64 = 10 * 60 * 1000;

/// How the doors stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pages) enum Stand {
    /// The meeting is not in session.
    Nowhere,
    Open,
    /// Since this instant, milliseconds UTC.
    Closed(i64),
    /// Opened again, and no picture has come yet.
    Opening,
}

/// What a screen shows of them.
pub(in crate::pages) struct Doors {
    pub(super) stand: Stand,
    pub(super) title: String,
    /// How long they have been closed, as a clock.
    pub(super) elapsed: String,
    pub(super) elapsed_ms: i64,
    pub(super) remind_ms: i64,
    /// The ids of the meeting's sources, one space between.
    pub(super) sources: String,
    /// Whether one of them sends now: whether there will be a picture.
    pub(super) connected: bool,
    pub(super) fields: Vec<Field>,
}

/// What it takes to say how they stand.
#[derive(Clone, Debug, Default)]
pub(in crate::pages) struct Seen {
    /// The recording's state.
    pub(in crate::pages) state: Option<State>,
    /// The meeting's sources, and whether each sends now.
    pub(in crate::pages) sources: Vec<(String, bool)>,
}

impl Seen {
    pub(super) async fn of(app: &App, meeting: &Meeting) -> crate::error::Result<Self> {
        let recording = app.store.recording(meeting.id).await?;
        let intake = app.store.intake();
        let sources = app.council.meeting_sources(meeting.id).await?.into_iter().map(|(source, _)| {
            let connected = intake.status(source.id).borrow().connection.is_some();
            (source.id.to_string(), connected)
        });
        Ok(Self { state: recording.map(|recording| recording.state().borrow().clone()), sources: sources.collect() })
    }
}

impl Doors {
    pub(in crate::pages) fn of(frame: &Frame, meeting: &Meeting, seen: &Seen, now_ms: i64) -> Self {
        let t = frame.t;
        let stand = stand(&meeting.stage, seen.state.as_ref());
        let since_ms = if let Stand::Closed(since_ms) = stand { since_ms } else { now_ms };
        let ground = Field::text("ground", t.get("field-ground")).hint(t.get("field-ground-hint")).optional();
        let sources: Vec<&str> = seen.sources.iter().map(|(id, _)| id.as_str()).collect();
        Self {
            stand,
            title: t.with("in-camera-title", "time", frame.when.time(since_ms)),
            elapsed: when::position(u64::try_from(now_ms - since_ms).unwrap_or(0)),
            elapsed_ms: (now_ms - since_ms).max(0),
            remind_ms: REMIND_MS,
            sources: sources.join(" "),
            connected: seen.sources.iter().any(|(_, connected)| *connected),
            fields: vec![ground.characters(0, GROUND_MAX)],
        }
    }
}

/// What the record says counts: it may be closed while the stage is not, never the other way round.
fn stand(stage: &Stage, state: Option<&State>) -> Stand {
    match (stage, state) {
        (Stage::InCamera { since_ms, .. }, _) => Stand::Closed(*since_ms),
        _ if stage.in_session().is_none() => Stand::Nowhere,
        (_, Some(State::InCamera { since_ms })) => Stand::Closed(*since_ms),
        (_, Some(State::Opening { .. })) => Stand::Opening,
        _ => Stand::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_stage_and_record_disagree_the_doors_are_closed() {
        let (live, closed) = (Stage::Live { started_at_ms: 1 }, Stage::InCamera { started_at_ms: 1, since_ms: 5 });
        for (stage, state, expected) in [
            (&live, Some(State::Running), Stand::Open),
            (&live, None, Stand::Open),
            (&live, Some(State::InCamera { since_ms: 7 }), Stand::Closed(7)),
            (&live, Some(State::Opening { since_ms: 7 }), Stand::Opening),
            (&closed, Some(State::Running), Stand::Closed(5)),
            (&closed, None, Stand::Closed(5)),
            (&Stage::Scheduled, None, Stand::Nowhere),
            (&Stage::Ended { started_at_ms: 1, ended_at_ms: 2 }, Some(State::InCamera { since_ms: 1 }), Stand::Nowhere),
        ] {
            assert_eq!(stand(stage, state.as_ref()), expected, "{stage:?} {state:?}");
        }
    }
}
