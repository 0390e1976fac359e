//! The clerk's presses while a vote goes on, and the one that closes it.

use serde_json::json;

use super::{Choice, Counted, Kind, Stand, Vote, db, open::in_public};
use crate::{
    Council, Error, MeetingId, PersonId, Result, VoteId, agenda, agenda::Agenda, db::Write, meeting::Meeting,
    permission::Clerk, text,
};

/// Numbers as a clerk types them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// For; none: all who are there and are neither against nor blank.
    pub yes: Option<u32>,
    /// Against.
    pub no: u32,
    /// Blank.
    pub abstain: u32,
    /// How the chair voted.
    pub casting: Option<Choice>,
}

impl Count {
    /// The numbers that this makes of a vote: no more than there are members who can vote.
    pub(super) fn of(self, vote: &Vote, agenda: &Agenda) -> Result<Counted> {
        let attendance = &agenda.attendance;
        let most = attendance.quorum(vote.opened_at_ms).map_or(vote.members, |quorum| {
            // Who came while it went on votes too.
            let closed_at_ms = if let Stand::Closed { closed_at_ms } = vote.stand { closed_at_ms } else { i64::MAX };
            let then = attendance.quorum(closed_at_ms).map_or(0, |quorum| quorum.present);
            u32::try_from(quorum.present.max(then)).unwrap_or(u32::MAX)
        });
        let not = self.no.checked_add(self.abstain);
        let yes = match self.yes {
            Some(yes) => Some(yes),
            None => not.and_then(|not| most.checked_sub(not)),
        };
        let (Some(yes), Some(not)) = (yes, not) else { return text::refused("count", "value-too-many") };
        let all = yes.checked_add(not);
        match all {
            Some(0) => text::refused("count", "value-missing"),
            Some(all) if all <= most || most == 0 && all <= COUNT_MAX => {
                let casting = self.casting.filter(|casting| *casting != Choice::Absent && vote.kind != Kind::Secret);
                Ok(Counted { yes, no: self.no, abstain: self.abstain, casting })
            }
            _ => text::refused("count", "value-too-many"),
        }
    }
}

/// The most votes of a body whose members are not listed.
const COUNT_MAX: u32 = 1000;

impl Council {
    /// Notes how a member votes in an open roll call; none takes it back.
    ///
    /// # Errors
    /// [`Error::Overtaken`] when the vote is not open any more; when the member is not there.
    pub async fn cast_ballot(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        vote: VoteId,
        person: PersonId,
        choice: Option<Choice>,
    ) -> Result<()> {
        let (mut write, meeting, agenda, vote) = self.open_one(clerk, meeting, vote).await?;
        let ballot = vote.ballots.iter().find(|ballot| ballot.person == person).ok_or(Error::NotFound("member"))?;
        if ballot.choice == choice {
            return Ok(());
        }
        let attendance = &agenda.attendance;
        let away = attendance.is_taken() && !attendance.is_present(person, self.clock.now_ms());
        if away && choice != Some(Choice::Absent) {
            return text::refused("ballot", "value-absent");
        }
        db::cast(&mut write, vote.id, person, choice).await?;
        let detail = json!({
            "vote": vote.id, "name": ballot.name,
            "from": ballot.choice.map(Choice::name), "to": choice.map(Choice::name),
        });
        self.agenda_changed(write, clerk, &meeting, "vote.ballot", detail).await
    }

    /// Notes that all who have not voted yet in an open roll call vote like this.
    ///
    /// # Errors
    /// [`Error::Overtaken`] when the vote is not open any more.
    pub async fn cast_rest(&self, clerk: &Clerk, meeting: MeetingId, vote: VoteId, choice: Choice) -> Result<()> {
        let (mut write, meeting, _, vote) = self.open_one(clerk, meeting, vote).await?;
        let rest: Vec<&str> =
            vote.ballots.iter().filter(|each| each.choice.is_none()).map(|each| each.name.as_str()).collect();
        if rest.is_empty() {
            return Ok(());
        }
        db::cast_rest(&mut write, vote.id, choice).await?;
        let detail = json!({ "vote": vote.id, "names": rest, "to": choice.name() });
        self.agenda_changed(write, clerk, &meeting, "vote.rest", detail).await
    }

    /// Closes a vote: a roll call by its ballots, any other by what was counted. Pressed twice it is closed once.
    ///
    /// # Errors
    /// [`Error::Overtaken`] when it is not open any more; when somebody who is there has not voted yet, nobody has, or more
    /// are counted than are there.
    pub async fn close_vote(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        vote: VoteId,
        count: Option<Count>,
        at_ms: Option<i64>,
    ) -> Result<Vote> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        in_public(&meeting)?;
        let agenda = agenda::db::agenda(&mut write, meeting.id).await?;
        let vote = agenda.votes.iter().find(|each| each.id == vote).ok_or(Error::NotFound("vote"))?;
        match vote.stand {
            Stand::Open => {}
            Stand::Closed { .. } if count.is_none() && vote.kind == Kind::RollCall => return Ok(vote.clone()),
            Stand::Closed { .. } | Stand::Broken { .. } => return Err(Error::Overtaken),
        }
        // Noted afterwards it has no length that anybody knows.
        let at_ms = if meeting.stage.in_session().is_none() { Some(vote.opened_at_ms) } else { at_ms };
        let closed_at_ms = agenda::instant(&meeting, at_ms, self.clock.now_ms())?.max(vote.opened_at_ms);
        let counted = match (vote.kind, count) {
            (Kind::RollCall, _) if vote.waiting() > 0 => return text::refused("ballot", "value-waiting"),
            (Kind::RollCall, _) if vote.tally().voting() == 0 => return text::refused("ballot", "value-nobody"),
            (Kind::RollCall, _) => None,
            (_, Some(count)) => Some(count.of(vote, &agenda)?),
            (_, None) => return text::refused("count", "value-missing"),
        };
        let stand = Stand::Closed { closed_at_ms };
        let closed = Vote { stand, counted, ..vote.clone() };
        db::settle(&mut write, closed.id, closed.stand, closed.counted).await?;
        let detail = told(&closed);
        self.agenda_changed(write, clerk, &meeting, "vote.close", detail).await?;
        Ok(closed)
    }

    /// Lets a vote go on that was closed, or was broken off, as if it had not been.
    ///
    /// # Errors
    /// [`Error::Stage`] when the meeting has ended or is in camera; while another vote is open.
    pub async fn reopen_vote(&self, clerk: &Clerk, meeting: MeetingId, vote: VoteId) -> Result<()> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        in_public(&meeting)?;
        if meeting.stage.in_session().is_none() {
            return Err(Error::Stage { from: meeting.stage.name(), act: "vote" });
        }
        let agenda = agenda::db::agenda(&mut write, meeting.id).await?;
        let vote = agenda.votes.iter().find(|each| each.id == vote).ok_or(Error::NotFound("vote"))?;
        match agenda.open_vote() {
            Some(open) if open.id == vote.id => return Ok(()),
            Some(_) => return text::refused("vote", "value-open"),
            None => {}
        }
        db::settle(&mut write, vote.id, Stand::Open, None).await?;
        self.agenda_changed(write, clerk, &meeting, "vote.reopen", told(vote)).await
    }

    /// A roll call that is open, and a transaction to change it in.
    async fn open_one(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        vote: VoteId,
    ) -> Result<(Write, Meeting, Agenda, Vote)> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        in_public(&meeting)?;
        let agenda = agenda::db::agenda(&mut write, meeting.id).await?;
        let found = agenda.votes.iter().find(|each| each.id == vote).ok_or(Error::NotFound("vote"))?;
        if !found.is_open() {
            return Err(Error::Overtaken);
        }
        let found = found.clone();
        Ok((write, meeting, agenda, found))
    }
}

/// A vote's result, for the log.
pub(super) fn told(vote: &Vote) -> serde_json::Value {
    let tally = vote.tally();
    json!({
        "vote": vote.id, "item": vote.item, "kind": vote.kind.name(), "majority": vote.majority.name(),
        "yes": tally.yes, "no": tally.no, "abstain": tally.abstain, "absent": tally.absent,
        "outcome": vote.outcome().map(|outcome| format!("{outcome:?}")),
    })
}
