//! A meeting as one line of a list, and at the head of its page.

use council::meeting::{Meeting, Stage};

use super::{frame::Frame, words::Words};

/// What a list tells of a meeting.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) id: String,
    /// `/meetings/…`
    pub(super) href: String,
    pub(super) title: String,
    /// The body's name.
    pub(super) body: String,
    /// The stage's name, for classes and elements.
    pub(super) stage: &'static str,
    /// The stage in words, and a sign beside them: colour is never the only one.
    pub(super) stage_label: String,
    pub(super) mark: &'static str,
    pub(super) starts_at_ms: i64,
    /// When it was called for: for machines, as a date, with the weekday, the time of day.
    pub(super) machine: String,
    pub(super) date: String,
    pub(super) day: String,
    pub(super) time: String,
    /// How long until then, in words.
    pub(super) left: String,
    /// "Άρχισε στις 18:04".
    pub(super) began: String,
    /// How long it took, once it is over.
    pub(super) duration: Option<String>,
    /// Whether there is a poster of it.
    pub(super) pictured: bool,
}

impl Line {
    /// As it is at `now_ms`.
    pub(super) fn of(frame: &Frame, meeting: &Meeting, now_ms: i64) -> Self {
        let (t, when) = (frame.t, &frame.when);
        let starts_at_ms = meeting.starts_at_ms;
        let (began, duration) = match meeting.stage {
            Stage::Live { started_at_ms }
            | Stage::Paused { started_at_ms, .. }
            | Stage::InCamera { started_at_ms, .. } => (t.with("began-at", "time", when.time(started_at_ms)), None),
            Stage::Ended { started_at_ms, ended_at_ms } => {
                (String::new(), Some(when.duration(ended_at_ms - started_at_ms)))
            }
            Stage::Scheduled | Stage::Cancelled { .. } => (String::new(), None),
        };
        let left_ms = starts_at_ms - now_ms;
        Self {
            id: meeting.id.to_string(),
            href: format!("/meetings/{}", meeting.id),
            title: meeting.title.clone(),
            body: meeting.body.name.in_language(t.language()).to_owned(),
            stage: meeting.stage.name(),
            stage_label: stage_label(t, &meeting.stage),
            mark: mark(&meeting.stage),
            starts_at_ms,
            machine: when.machine(starts_at_ms),
            date: when.date(starts_at_ms),
            day: when.day(starts_at_ms),
            time: when.time(starts_at_ms),
            left: if left_ms < 1000 { t.get("countdown-soon") } else { when.duration(left_ms) },
            began,
            duration,
            pictured: matches!(meeting.stage, Stage::Ended { .. }),
        }
    }
}

/// How many watch, while there is something to watch that goes on; nothing where nobody does, and of closed doors.
pub(super) fn viewers(t: Words, stage: &Stage, viewers: u64) -> String {
    match stage {
        Stage::Live { .. } | Stage::Paused { .. } if viewers > 0 => t.with("watch-viewers", "value", viewers),
        _ => String::new(),
    }
}

fn stage_label(t: Words, stage: &Stage) -> String {
    t.get(match stage {
        Stage::Scheduled => "stage-scheduled",
        Stage::Live { .. } => "stage-live",
        Stage::Paused { .. } => "stage-paused",
        Stage::InCamera { .. } => "stage-in_camera",
        Stage::Ended { .. } => "stage-ended",
        Stage::Cancelled { .. } => "stage-cancelled",
    })
}

fn mark(stage: &Stage) -> &'static str {
    match stage {
        Stage::Scheduled => "○",
        Stage::Live { .. } => "●",
        Stage::Paused { .. } => "‖",
        Stage::InCamera { .. } => "■",
        Stage::Ended { .. } => "✓",
        Stage::Cancelled { .. } => "✕",
    }
}
