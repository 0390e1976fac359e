//! The clerk's presses that open a vote, and take that back.

use serde_json::json;

use super::{Ballot, Choice, Kind, MOTION_MAX, Majority, Stand, VOTES_MAX, Vote, db};
use crate::{
    AgendaItemId, Council, Error, MeetingId, Result, VoteId, agenda,
    meeting::{Meeting, Stage},
    permission::Clerk,
    text,
};

/// A vote that is to be opened.
#[derive(Clone, Debug)]
pub struct NewVote {
    /// On which item.
    pub item: AgendaItemId,
    /// How it is held.
    pub kind: Kind,
    /// The majority that it needs.
    pub majority: Majority,
    /// What is voted on, where that is not the item as it was proposed.
    pub motion: String,
}

/// No vote is held behind closed doors where anybody could read of it.
pub(super) fn in_public(meeting: &Meeting) -> Result<()> {
    match meeting.stage {
        Stage::InCamera { .. } => Err(Error::Stage { from: meeting.stage.name(), act: "vote" }),
        _ => Ok(()),
    }
}

impl Council {
    /// Opens a vote. In a roll call who is there has not voted yet, and who is not is absent; where nobody's presence was
    /// noted all can vote. Pressed twice it is opened once.
    ///
    /// `after` is the last vote that the clerk saw. If another clerk has opened one meanwhile, nothing is done.
    ///
    /// # Errors
    /// [`Error::Overtaken`] for that; [`Error::Stage`] before the meeting has begun and while it is in camera; while another
    /// vote is open; when the item is withdrawn; when the body has no members and it takes them.
    pub async fn open_vote(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        new: NewVote,
        after: Option<Option<VoteId>>,
        at_ms: Option<i64>,
    ) -> Result<Vote> {
        let motion = text::optional("motion", &new.motion, MOTION_MAX)?;
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        in_public(&meeting)?;
        let now_ms = self.clock.now_ms();
        let at_ms = agenda::instant(&meeting, at_ms, now_ms)?;
        let agenda = agenda::db::agenda(&mut write, meeting.id).await?;
        let item = agenda.item(new.item).ok_or(Error::NotFound("item"))?;
        if item.withdrawn_at_ms.is_some() {
            return text::refused("item", "value-withdrawn");
        }
        if let Some(open) = agenda.open_vote() {
            let same = (open.item, open.kind, open.majority) == (new.item, new.kind, new.majority);
            return if same { Ok(open.clone()) } else { text::refused("vote", "value-open") };
        }
        if after.is_some_and(|after| after != agenda.votes.last().map(|vote| vote.id)) {
            return Err(Error::Overtaken);
        }
        if db::ever(&mut write, meeting.id).await? >= VOTES_MAX {
            return text::refused("vote", "value-too-many");
        }
        let vote = opened(&agenda, new, motion, at_ms)?;
        db::insert(&mut write, meeting.id, &vote, clerk.account(), now_ms).await?;
        let detail = json!({
            "vote": vote.id, "item": vote.item, "line": item.line(), "kind": vote.kind.name(),
            "majority": vote.majority.name(), "members": vote.members, "at_ms": at_ms,
        });
        self.agenda_changed(write, clerk, &meeting, "vote.open", detail).await?;
        Ok(vote)
    }

    /// Takes back that a vote was held (`undone`), or brings that back.
    ///
    /// # Errors
    /// When there is no such vote; to bring back one that is open while another is.
    pub async fn undo_vote(&self, clerk: &Clerk, meeting: MeetingId, vote: VoteId, undone: bool) -> Result<()> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let (old, was_undone) = db::find(&mut write, meeting.id, vote).await?.ok_or(Error::NotFound("vote"))?;
        if was_undone == undone {
            return Ok(());
        }
        if !undone && old.is_open() {
            in_public(&meeting)?;
            let agenda = agenda::db::agenda(&mut write, meeting.id).await?;
            if agenda.open_vote().is_some() {
                return text::refused("vote", "value-open");
            }
        }
        db::undo(&mut write, vote, undone.then(|| self.clock.now_ms())).await?;
        let act = if undone { "vote.undo" } else { "vote.redo" };
        self.agenda_changed(write, clerk, &meeting, act, json!({ "vote": vote, "item": old.item })).await
    }
}

/// A vote as it begins.
fn opened(agenda: &agenda::Agenda, new: NewVote, motion: String, at_ms: i64) -> Result<Vote> {
    let attendance = &agenda.attendance;
    let members = u32::try_from(attendance.voters().count()).unwrap_or(u32::MAX);
    if members == 0 && (new.kind == Kind::RollCall || new.majority != Majority::Present) {
        return text::refused("vote", "value-no-members");
    }
    let ballot = |member: &crate::person::Member| Ballot {
        person: member.person,
        name: member.name.clone(),
        faction: member.faction.clone(),
        choice: (attendance.is_taken() && !attendance.is_present(member.person, at_ms)).then_some(Choice::Absent),
    };
    let ballots = if new.kind == Kind::RollCall { attendance.voters().map(ballot).collect() } else { Vec::new() };
    Ok(Vote {
        id: VoteId::new(),
        item: new.item,
        kind: new.kind,
        majority: new.majority,
        motion,
        members,
        chair: if new.kind == Kind::Secret { None } else { attendance.chair(at_ms) },
        opened_at_ms: at_ms,
        stand: Stand::Open,
        counted: None,
        ballots,
        mends: Vec::new(),
    })
}
