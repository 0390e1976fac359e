//! What a body resolved: a number within its year, and the code under which it is published.

pub mod ada;
pub(crate) mod db;

use serde_json::json;

pub use ada::Ada;

use crate::{
    AgendaItemId, BodyId, Council, DecisionId, Error, MeetingId, MunicipalityId, Result, VoteId,
    agenda::{self, Agenda},
    meeting::{Meeting, Stage},
    permission::Clerk,
    text,
    vote::Stand,
};

/// The most characters of a decision's title.
pub const TITLE_MAX: usize = 1000;
/// The most characters of a decision's text, and of one of its lines.
pub const TEXT_MAX: usize = 20_000;
/// The most decisions of a meeting, undone ones with them.
pub const DECISIONS_MAX: usize = 1000;
/// The highest number within a year.
pub const NUMBER_MAX: u32 = 99_999;
/// The years that a decision can be of.
const YEARS: std::ops::RangeInclusive<u16> = 1830..=9999;

/// What a body resolved on an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its id.
    pub id: DecisionId,
    /// On which item.
    pub item: AgendaItemId,
    /// The vote that it comes from, where one was noted.
    pub vote: Option<VoteId>,
    /// The year that its number is of.
    pub year: u16,
    /// Its number within the body's year.
    pub number: u32,
    /// What it is about.
    pub title: String,
    /// What was resolved, in lines; may be empty.
    pub text: String,
    /// Its code on Diavgeia, once it is published there.
    pub ada: Option<Ada>,
    /// When it was resolved, milliseconds UTC.
    pub at_ms: i64,
}

/// A decision that is to be written.
#[derive(Clone, Debug, Default)]
pub struct NewDecision {
    /// See [`Decision::year`].
    pub year: u16,
    /// See [`Decision::number`].
    pub number: u32,
    /// See [`Decision::title`].
    pub title: String,
    /// See [`Decision::text`].
    pub text: String,
    /// See [`Decision::ada`]; may be empty.
    pub ada: String,
}

impl Decision {
    /// Number and year: "123/2026".
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.number, self.year)
    }

    /// All of it in one line, by which it is found.
    #[must_use]
    pub fn line(&self) -> String {
        let ada = self.ada.as_ref().map_or("", Ada::as_str);
        let line = format!("{} {} {ada} {}", self.name(), self.title, self.text);
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl NewDecision {
    fn checked(self) -> Result<(Self, Option<Ada>)> {
        if !(1..=NUMBER_MAX).contains(&self.number) || !YEARS.contains(&self.year) {
            return text::refused("decision_number", "value-not-number");
        }
        let ada = if self.ada.trim().is_empty() { None } else { Some(self.ada.parse::<Ada>()?) };
        let lines = self.text.lines().map(|line| text::optional("decision_text", line, TEXT_MAX));
        let text = lines.collect::<Result<Vec<_>>>()?.join("\n").trim().to_owned();
        if text.chars().count() > TEXT_MAX {
            return text::refused("decision_text", "value-too-long");
        }
        Ok((Self { title: text::required("decision_title", &self.title, TITLE_MAX)?, text, ..self }, ada))
    }
}

impl Agenda {
    /// The decisions on an item, by number.
    pub fn decisions_on(&self, item: AgendaItemId) -> impl Iterator<Item = &Decision> {
        self.decisions.iter().filter(move |decision| decision.item == item)
    }

    /// The vote of an item that was closed last, and when; the vote that a decision comes from.
    fn settled(&self, item: AgendaItemId) -> Option<(VoteId, i64)> {
        self.votes_on(item).rev().find_map(|vote| match vote.stand {
            Stand::Closed { closed_at_ms } => Some((vote.id, closed_at_ms)),
            Stand::Open | Stand::Broken { .. } => None,
        })
    }
}

impl Council {
    /// The number after the highest of a body's year.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_decision(&self, municipality: MunicipalityId, body: BodyId, year: u16) -> Result<u32> {
        let highest = db::highest(&mut *self.read().await?, municipality, body, year).await?;
        Ok(highest.saturating_add(1))
    }

    /// Notes a decision on an item; it comes from the vote that was closed last on it.
    ///
    /// # Errors
    /// [`Error::Taken`] when the number is another decision's, or the ADA; [`Error::Stage`] before the meeting has begun.
    pub async fn record_decision(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        item: AgendaItemId,
        new: NewDecision,
    ) -> Result<Decision> {
        let (new, ada) = new.checked()?;
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let agenda = agenda::db::agenda(&mut write, meeting.id).await?;
        agenda.item(item).ok_or(Error::NotFound("item"))?;
        if db::ever(&mut write, meeting.id).await? >= DECISIONS_MAX {
            return text::refused("decision_number", "value-too-many");
        }
        let now_ms = self.clock.now_ms();
        let decision = Decision {
            id: DecisionId::new(),
            item,
            vote: agenda.settled(item).map(|(vote, _)| vote),
            year: new.year,
            number: new.number,
            title: new.title,
            text: new.text,
            ada,
            at_ms: resolved_at(&meeting, &agenda, item, now_ms)?,
        };
        db::insert(&mut write, &meeting, &decision, clerk.account(), now_ms).await?;
        self.agenda_changed(write, clerk, &meeting, "decision.record", told(&decision)).await?;
        Ok(decision)
    }

    /// Corrects a decision, or adds its ADA.
    ///
    /// # Errors
    /// As [`Council::record_decision`], and when there is no such decision.
    pub async fn change_decision(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        decision: DecisionId,
        new: NewDecision,
    ) -> Result<()> {
        let (new, ada) = new.checked()?;
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let agenda = agenda::db::agenda(&mut write, meeting.id).await?;
        let old = agenda.decisions.iter().find(|each| each.id == decision).ok_or(Error::NotFound("decision"))?;
        let NewDecision { year, number, title, text, .. } = new;
        let changed = Decision { year, number, title, text, ada, ..old.clone() };
        if changed == *old {
            return Ok(());
        }
        db::change(&mut write, &changed).await?;
        let detail = json!({ "from": told(old), "to": told(&changed) });
        self.agenda_changed(write, clerk, &meeting, "decision.change", detail).await
    }

    /// Takes a decision back (`undone`), which frees its number, or brings it back.
    ///
    /// # Errors
    /// When there is no such decision; [`Error::Taken`] when its number has become another's.
    pub async fn undo_decision(
        &self,
        clerk: &Clerk,
        meeting: MeetingId,
        decision: DecisionId,
        undone: bool,
    ) -> Result<()> {
        let (mut write, meeting) = self.agenda_of(clerk, meeting).await?;
        let found = db::find(&mut write, meeting.id, decision).await?;
        let (old, was_undone) = found.ok_or(Error::NotFound("decision"))?;
        if was_undone == undone {
            return Ok(());
        }
        db::undo(&mut write, decision, undone.then(|| self.clock.now_ms())).await?;
        let act = if undone { "decision.undo" } else { "decision.redo" };
        self.agenda_changed(write, clerk, &meeting, act, told(&old)).await
    }
}

/// When a decision was resolved: when its vote was closed, or the item taken up last, or now.
fn resolved_at(meeting: &Meeting, agenda: &Agenda, item: AgendaItemId, now_ms: i64) -> Result<i64> {
    let voted = agenda.settled(item).map(|(_, closed_at_ms)| closed_at_ms);
    let taken_up = agenda.moments.iter().rfind(|moment| moment.item == item).map(|moment| moment.at_ms);
    let known = voted.or(taken_up);
    match meeting.stage {
        Stage::Ended { ended_at_ms, .. } => Ok(known.unwrap_or(ended_at_ms)),
        _ => agenda::instant(meeting, known, now_ms),
    }
}

fn told(decision: &Decision) -> serde_json::Value {
    json!({
        "decision": decision.id, "item": decision.item, "name": decision.name(), "title": decision.title,
        "text": decision.text, "ada": decision.ada.as_ref().map(Ada::as_str),
    })
}
