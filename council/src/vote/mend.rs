//! What is mended of a vote's result after it was closed, with a reason that the public reads.

use serde_json::json;

use super::{Choice, Count, Kind, MENDS_MAX, Majority, REASON_MAX, Stand, Vote, cast::told, db, open::in_public};
use crate::{Council, Error, MeetingId, PersonId, Result, VoteId, agenda, permission::Clerk, text};

/// What is to be mended.
#[derive(Clone, Debug, Default)]
pub struct Mending {
    /// Why, for the public.
    pub reason: String,
    /// The majority that the item needed.
    pub majority: Majority,
    /// How members voted, of a roll call; who is left out stays as they are.
    pub ballots: Vec<(PersonId, Choice)>,
    /// The numbers, of any other vote.
    pub count: Option<Count>,
}

impl Council {
    /// Mends a result. What it was before stays readable, with the reason. One that was broken off gets its result so.
    ///
    /// # Errors
    /// [`Error::Overtaken`] while it is open; without a reason; when somebody of a roll call is left without a choice, or more
    /// are counted than are there.
    pub async fn mend_vote(&self, clerk: &Clerk, meeting: MeetingId, vote: VoteId, mending: Mending) -> Result<()> {
        let reason = text::required("mend_reason", &mending.reason, REASON_MAX)?;
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        in_public(&meeting)?;
        let agenda = agenda::db::agenda(&mut write, meeting.id).await?;
        let old = agenda.votes.iter().find(|each| each.id == vote).ok_or(Error::NotFound("vote"))?;
        let settled_at_ms = match old.stand {
            Stand::Open => return Err(Error::Overtaken),
            Stand::Closed { closed_at_ms } => closed_at_ms,
            Stand::Broken { broken_at_ms } => broken_at_ms,
        };
        if old.mends.len() >= MENDS_MAX {
            return text::refused("mend_reason", "value-too-many");
        }
        let mut new = Vote { stand: Stand::Closed { closed_at_ms: settled_at_ms }, ..old.clone() };
        new.majority = mending.majority;
        if new.members == 0 && new.majority != Majority::Present {
            return text::refused("vote", "value-no-members");
        }
        match (old.kind, mending.count) {
            (Kind::RollCall, _) => call_again(&mut new, &mending.ballots)?,
            (_, Some(count)) => new.counted = Some(count.of(&new, &agenda)?),
            (_, None) => return text::refused("count", "value-missing"),
        }
        if new == *old {
            return Ok(());
        }
        let now_ms = self.clock.now_ms();
        for ballot in &new.ballots {
            db::cast(&mut write, new.id, ballot.person, ballot.choice).await?;
        }
        db::settle(&mut write, new.id, new.stand, new.counted).await?;
        db::need(&mut write, new.id, new.majority).await?;
        db::insert_mend(&mut write, old, &reason, clerk.account(), now_ms).await?;
        let moved = old.ballots.iter().zip(&new.ballots).filter(|(old, new)| old.choice != new.choice);
        let moved = moved.map(|(old, new)| {
            json!({ "name": old.name, "from": old.choice.map(Choice::name), "to": new.choice.map(Choice::name) })
        });
        let moved: Vec<serde_json::Value> = moved.collect();
        let detail = json!({ "reason": reason, "from": told(old), "to": told(&new), "ballots": moved });
        self.agenda_changed(write, clerk, &meeting, "vote.mend", detail).await
    }
}

fn call_again(vote: &mut Vote, ballots: &[(PersonId, Choice)]) -> Result<()> {
    for (person, choice) in ballots {
        let ballot = vote.ballots.iter_mut().find(|ballot| ballot.person == *person);
        ballot.ok_or(Error::NotFound("member"))?.choice = Some(*choice);
    }
    match (vote.waiting(), vote.tally().voting()) {
        (0, 0) => text::refused("ballot", "value-nobody"),
        (0, _) => Ok(()),
        _ => text::refused("ballot", "value-waiting"),
    }
}
