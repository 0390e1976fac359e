//! Whether a message is shown, waits for a moderator, or is not taken.

use council::meeting::Stage;

use crate::{
    Error, Result,
    author::Author,
    command::Asker,
    event::State,
    flood::{Flood, Kind},
    mode::{Cause, Mode, Who},
    pace::Pace,
    words,
};

/// What decides whether a message is taken.
#[derive(Default)]
pub(super) struct Taking {
    pub(super) pace: Pace,
    pub(super) flood: Flood,
}

/// Whether a message is shown, held or refused.
pub(super) fn judge(
    taking: &mut Taking,
    mode: Mode,
    (asker, author): (&Asker, &Author),
    (text, listed): (&str, bool),
    now_ms: i64,
) -> Result<State> {
    if let Some((until_ms, reason)) = &author.excluded {
        return Err(Error::Excluded { until_ms: *until_ms, reason: reason.clone() });
    }
    if mode.who == Who::Registered && asker.account.is_none() {
        return Err(Error::Registered);
    }
    let kind = taking.flood.kind(author.id, text, now_ms);
    if kind == Kind::Repeated {
        return Err(Error::Repeated);
    }
    let taken = taking.pace.take(author.id, &asker.network, mode.slow_ms, now_ms);
    taken.map_err(|wait_ms| Error::Slow { wait_ms })?;
    let cause = mode
        .holds(words::has_link(text), author.is_new)
        .or_else(|| (author.network_excluded && author.is_new).then_some(Cause::Network))
        .or_else(|| listed.then_some(Cause::Words))
        .or_else(|| (kind == Kind::Flood).then_some(Cause::Flood));
    Ok(cause.map_or(State::Shown, |cause| State::Held { cause }))
}

/// Whether citizens may write: while the meeting is in session.
#[must_use]
pub fn is_open(stage: &Stage) -> bool {
    stage.in_session().is_some()
}
