//! The clerk's presses that note who is there, hold votes, and number decisions.

use std::collections::BTreeMap;

use axum::{
    Form,
    extract::{Path, State},
    response::Response,
};
use council::{
    AgendaItemId, Council, DecisionId, MeetingId, PersonId, PressId, VoteId,
    attendance::Presence,
    decision::NewDecision,
    permission,
    vote::{Choice, Count, Mending, NewVote},
};
use serde::{Deserialize, Serialize};

use super::{
    Answer,
    desk::{self, Press},
    invalid,
};
use crate::{
    App,
    error::{Error, Result, percent},
    pages::{Staff, Typed},
};

/// What any of these forms sends. What is named `ballot-…` are a roll call's choices, by person.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Desk {
    item: String,
    vote: String,
    person: String,
    press: String,
    decision: String,
    presence: String,
    choice: String,
    kind: Option<String>,
    majority: Option<String>,
    motion: Option<String>,
    /// The last vote on the page; empty: there was none. Missing: whichever.
    after: Option<String>,
    yes: Option<String>,
    no: Option<String>,
    abstain: Option<String>,
    casting: Option<String>,
    mend_reason: Option<String>,
    decision_number: Option<String>,
    decision_year: Option<String>,
    decision_title: Option<String>,
    decision_text: Option<String>,
    ada: Option<String>,
    /// How long ago the button was pressed, where the press could not be sent at once; milliseconds.
    ago_ms: Option<String>,
    /// The time of day at which it was, for what is noted afterwards.
    moment_time: Option<String>,
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// A press, with what its form says.
struct Pressed<'a> {
    press: Press<'a>,
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
        let (moment_time, ago_ms) = (form.moment_time.as_deref(), form.ago_ms.as_deref());
        let press = Press { app: &app, clerk: &staff.clerk, meeting, moment_time, ago_ms };
        Pressed { press, form: &form }.make(&act).await?;
        Ok(meeting)
    };
    let done: Result<MeetingId> = done.await;
    let undone = match act.as_str() {
        "presence-undo" => format!("?unnoted={}", percent(&form.press)),
        "undo" => format!("?unvoted={}", percent(&form.vote)),
        "decision-undo" => format!("?undecided={}", percent(&form.decision)),
        _ => String::new(),
    };
    let typed = Typed::of(&form);
    desk::pressed(app, staff, &answer, done, undone, (id, typed)).await
}

impl Pressed<'_> {
    async fn make(&self, act: &str) -> Result<()> {
        let (council, clerk, meeting) = self.at();
        let done = match act {
            "presence" | "presence-all" => return self.presence(act == "presence-all").await,
            "presence-undo" => council.undo_presence(clerk, meeting, self.noted()?, true).await,
            "presence-redo" => council.undo_presence(clerk, meeting, self.noted()?, false).await,
            "presence-move" => {
                let at_ms = self.press.must_say().await?;
                council.move_presence(clerk, meeting, self.noted()?, at_ms).await
            }
            "open" => return self.open().await,
            "ballot" => {
                let choice = if self.form.choice == "waiting" { None } else { Some(self.form.choice.parse()?) };
                council.cast_ballot(clerk, meeting, self.vote()?, self.person()?, choice).await
            }
            "rest" => council.cast_rest(clerk, meeting, self.vote()?, self.form.choice.parse()?).await,
            "close" => return self.close().await,
            "reopen" => council.reopen_vote(clerk, meeting, self.vote()?).await,
            "undo" => council.undo_vote(clerk, meeting, self.vote()?, true).await,
            "redo" => council.undo_vote(clerk, meeting, self.vote()?, false).await,
            "mend" => council.mend_vote(clerk, meeting, self.vote()?, self.mending()?).await,
            "decide" => council.record_decision(clerk, meeting, self.item()?, self.decision()?).await.map(drop),
            "decision-change" => council.change_decision(clerk, meeting, self.decision_id()?, self.decision()?).await,
            "decision-undo" => council.undo_decision(clerk, meeting, self.decision_id()?, true).await,
            "decision-redo" => council.undo_decision(clerk, meeting, self.decision_id()?, false).await,
            _ => return Err(Error::NotFound),
        };
        Ok(done?)
    }

    fn at(&self) -> (&Council, &permission::Clerk, MeetingId) {
        (&self.press.app.council, &self.press.clerk.clerk, self.press.meeting)
    }

    fn item(&self) -> Result<AgendaItemId> {
        self.form.item.parse().map_err(|_| Error::NotFound)
    }

    fn vote(&self) -> Result<VoteId> {
        self.form.vote.parse().map_err(|_| Error::NotFound)
    }

    fn person(&self) -> Result<PersonId> {
        self.form.person.parse().map_err(|_| Error::NotFound)
    }

    fn noted(&self) -> Result<PressId> {
        self.form.press.parse().map_err(|_| Error::NotFound)
    }

    fn decision_id(&self) -> Result<DecisionId> {
        self.form.decision.parse().map_err(|_| Error::NotFound)
    }

    async fn presence(&self, all: bool) -> Result<()> {
        let (council, clerk, meeting) = self.at();
        let presence: Presence = self.form.presence.parse()?;
        let at_ms = self.press.instant().await?;
        let persons: Vec<PersonId> = if all || self.form.person == "all" {
            let agenda = council.agenda(self.press.clerk.here.id, meeting).await?;
            agenda.attendance.members.iter().map(|member| member.person).collect()
        } else {
            vec![self.person()?]
        };
        council.note_presence(clerk, meeting, &persons, presence, at_ms).await?;
        Ok(())
    }

    async fn open(&self) -> Result<()> {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let after = desk::after(self.form.after.as_deref())?;
        let new = NewVote {
            item: self.item()?,
            kind: text(&self.form.kind).parse()?,
            majority: text(&self.form.majority).parse()?,
            motion: text(&self.form.motion),
        };
        let at_ms = self.press.instant().await?;
        let (council, clerk, meeting) = self.at();
        council.open_vote(clerk, meeting, new, after, at_ms).await?;
        Ok(())
    }

    async fn close(&self) -> Result<()> {
        let (count, at_ms) = (self.count()?, self.press.instant().await?);
        let (council, clerk, meeting) = self.at();
        council.close_vote(clerk, meeting, self.vote()?, count, at_ms).await?;
        Ok(())
    }

    /// The numbers, where the form has any. An empty field is none; for: all the others.
    fn count(&self) -> Result<Option<Count>> {
        let number = |field: &Option<String>| match field.as_deref().map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) => text.parse::<u32>().map(Some).map_err(|_| invalid("count")),
        };
        if self.form.no.is_none() {
            return Ok(None);
        }
        let casting = self.form.casting.as_deref().filter(|casting| !casting.is_empty());
        Ok(Some(Count {
            yes: number(&self.form.yes)?,
            no: number(&self.form.no)?.unwrap_or(0),
            abstain: number(&self.form.abstain)?.unwrap_or(0),
            casting: casting.map(str::parse).transpose()?,
        }))
    }

    fn mending(&self) -> Result<Mending> {
        let mut ballots: Vec<(PersonId, Choice)> = Vec::new();
        for (name, choice) in &self.form.others {
            let Some(person) = name.strip_prefix("ballot-") else { continue };
            ballots.push((person.parse().map_err(|_| Error::NotFound)?, choice.parse()?));
        }
        Ok(Mending {
            reason: self.form.mend_reason.clone().unwrap_or_default(),
            majority: self.form.majority.clone().unwrap_or_default().parse()?,
            ballots,
            count: self.count()?,
        })
    }

    fn decision(&self) -> Result<NewDecision> {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let wrong = || invalid("decision_number");
        Ok(NewDecision {
            number: text(&self.form.decision_number).trim().parse().map_err(|_| wrong())?,
            year: text(&self.form.decision_year).trim().parse().map_err(|_| wrong())?,
            title: text(&self.form.decision_title),
            text: text(&self.form.decision_text),
            ada: text(&self.form.ada),
        })
    }
}
