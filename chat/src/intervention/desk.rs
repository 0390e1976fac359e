//! What moderators decide about interventions, and the console that they decide on.

use council::{AgendaItemId, permission::Moderator};
use serde_json::json;

use super::{
    ANSWER_MAX, Answer, Claim, Intake, Intervention, LEASE_MS, Move, Policy, State,
    asked::{Asked, Change},
    db,
};
use crate::{
    Error, InterventionId, Result,
    event::{Code, Desk},
    room::Room,
    words,
};

/// Rows of a page of the console.
pub const PAGE: usize = 50;
/// What can be put off at most, milliseconds: a year.
const DUE_MAX_MS: i64 = 366 * 86_400_000;

/// What a moderator does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Decides about one, as it was at a revision.
    Decide {
        /// Which.
        intervention: InterventionId,
        /// The revision that the moderator saw.
        revision: i64,
        /// What.
        a: Move,
    },
    /// It was answered aloud: since it came before the council, or now.
    Spoken {
        /// Which.
        intervention: InterventionId,
        /// The revision that the moderator saw.
        revision: i64,
        /// From when on, milliseconds UTC, where it is not as said above.
        at_ms: Option<i64>,
    },
    /// It is put before the council now.
    Show {
        /// Which.
        intervention: InterventionId,
        /// The revision that the moderator saw.
        revision: i64,
    },
    /// One place further to the front of a queue by hand, or to its end.
    Place {
        /// Which.
        intervention: InterventionId,
        /// The revision that the moderator saw.
        revision: i64,
        /// Whether to the front.
        forward: bool,
    },
    /// Takes back one's own last decision about one.
    Undo {
        /// Which.
        intervention: InterventionId,
        /// The revision that the decision made.
        revision: i64,
    },
    /// Takes interventions otherwise from now on.
    Run {
        /// How.
        intake: Intake,
    },
}

/// Which interventions moderators look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// Those that wait, the longest first.
    #[default]
    Pending,
    /// Those whose rejection its author disagrees with.
    Appeals,
    /// Those that everybody sees and supports, the most supported first.
    Approved,
    /// The queue in its order.
    Queue,
    /// What is before the council.
    Screen,
    /// All others, the newest first.
    Done,
}

/// How many there are of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that wait.
    pub pending: usize,
    /// Appeals.
    pub appeals: usize,
    /// Those that everybody sees.
    pub approved: usize,
    /// Those in the queue.
    pub queue: usize,
    /// Before the council.
    pub screen: usize,
    /// All others.
    pub done: usize,
}

/// An intervention on the console.
#[derive(Clone, Debug)]
pub struct Row {
    /// It.
    pub intervention: Intervention,
    /// How many people support it.
    pub supports: usize,
    /// How many were merged into it.
    pub merged: usize,
    /// Others that may say the same: which, and what they say.
    pub alike: Vec<(InterventionId, String)>,
    /// What it was merged into.
    pub into: Option<String>,
    /// Who has it in hand, where that is another moderator.
    pub claim: Option<Claim>,
}

/// What the console shows.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// How the meeting takes them.
    pub intake: Intake,
    /// How many there are of each, of the item that is looked at.
    pub counts: Counts,
    /// A page of those that were asked for.
    pub rows: Vec<Row>,
    /// How many pages there are.
    pub pages: usize,
    /// The one that others are to be merged into, and what it says.
    pub target: Option<(InterventionId, String)>,
}

impl Act {
    /// The name in the audit log.
    fn name(&self) -> String {
        match self {
            Self::Decide { a, .. } => format!("intervention.{}", a.name()),
            Self::Spoken { .. } => "intervention.answer".into(),
            Self::Show { .. } => "intervention.show".into(),
            Self::Place { .. } => "intervention.place".into(),
            Self::Undo { .. } => "intervention.undo".into(),
            Self::Run { .. } => "intervention.run".into(),
        }
    }

    fn subject(&self) -> Option<InterventionId> {
        match self {
            Self::Decide { intervention, .. }
            | Self::Spoken { intervention, .. }
            | Self::Show { intervention, .. }
            | Self::Place { intervention, .. }
            | Self::Undo { intervention, .. } => Some(*intervention),
            Self::Run { .. } => None,
        }
    }
}

impl Filter {
    fn of(state: &State) -> Self {
        match state {
            State::Submitted | State::Held { .. } => Self::Pending,
            State::Appealed { .. } => Self::Appeals,
            State::Approved => Self::Approved,
            State::Queued { .. } => Self::Queue,
            State::OnScreen { .. } => Self::Screen,
            _ => Self::Done,
        }
    }
}

impl Room {
    /// Does what a moderator decides about interventions, and logs it.
    ///
    /// # Errors
    /// [`Error::Overtaken`] where another was quicker, [`Error::Claimed`] where another has it in hand;
    /// [`Error::NoIntervention`] also for another meeting's.
    pub async fn settle(&self, moderator: &Moderator, act: Act) -> Result<()> {
        if moderator.municipality() != self.municipality {
            return Err(Error::Council(council::Error::Forbidden));
        }
        let _one_at_a_time = self.hall.asking.lock().await;
        let now_ms = self.council.clock().now_ms();
        let act = checked(act, now_ms)?;
        if let Act::Run { intake } = &act {
            return self.run_intake(moderator, &act, intake, now_ms).await;
        }
        let changes = self.planned(moderator, &act, now_ms)?;
        let by = (Some(moderator.account()), now_ms);
        let mut write = self.council.write().await?;
        if let Err(error) = self.keep(&mut write, &changes, by).await {
            drop(write);
            self.reread().await?;
            return Err(error);
        }
        if let Some(first) = changes.first() {
            let others: Vec<_> = changes[1..].iter().map(|change| change.id).collect();
            let detail = json!({ "meeting": self.meeting, "revision": first.revision + 1, "from": first.from,
                                 "to": first.to, "with": others });
            self.log(&mut write, moderator, &act.name(), &first.id.to_string(), detail).await?;
        }
        write.commit().await?;
        self.show(&changes, by);
        Ok(())
    }

    fn planned(&self, by: &Moderator, act: &Act, now_ms: i64) -> Result<Vec<Change>> {
        let asked = self.hall.asked();
        let id = act.subject().ok_or(Error::NoIntervention)?;
        if asked.claim(id, now_ms).is_some_and(|claim| claim.account != by.account()) {
            return Err(Error::Claimed);
        }
        match act {
            Act::Decide { intervention, revision, a } => asked.plan(*intervention, *revision, a.clone()),
            Act::Show { intervention, revision } => {
                asked.plan(*intervention, *revision, Move::Show { since_ms: now_ms })
            }
            Act::Spoken { intervention, revision, at_ms } => {
                let shown_ms = match asked.get(*intervention).map(|one| &one.state) {
                    Some(State::OnScreen { since_ms, .. }) => *since_ms,
                    _ => now_ms,
                };
                let answer = Answer::Spoken { answered_at_ms: at_ms.unwrap_or(shown_ms) };
                asked.plan(*intervention, *revision, Move::Answer { answer })
            }
            Act::Place { intervention, revision, forward } => asked.plan_place(*intervention, *revision, *forward),
            Act::Undo { intervention, revision } => asked.plan_undo(*intervention, *revision, (by.account(), now_ms)),
            Act::Run { .. } => Ok(Vec::new()),
        }
    }

    async fn run_intake(&self, by: &Moderator, act: &Act, intake: &Intake, now_ms: i64) -> Result<()> {
        let (old, changes) = {
            let asked = self.hall.asked();
            let begins = intake.policy == Policy::Hand && asked.intake.policy != Policy::Hand;
            (asked.intake.clone(), if begins { asked.plan_by_hand() } else { Vec::new() })
        };
        let of = (Some(by.account()), now_ms);
        let mut write = self.council.write().await?;
        if let Err(error) = self.keep(&mut write, &changes, of).await {
            drop(write);
            self.reread().await?;
            return Err(error);
        }
        db::set_intake(&mut write, (self.municipality, self.meeting), intake).await?;
        let detail = json!({ "from": old, "to": intake });
        self.log(&mut write, by, &act.name(), &self.meeting.to_string(), detail).await?;
        write.commit().await?;
        self.hall.asked().intake = intake.clone();
        self.show(&changes, of);
        let asked = self.hall.asked();
        self.tell_intake(&asked);
        Ok(())
    }

    /// Takes an intervention in hand for a while, so that the other moderators see it and keep off.
    ///
    /// # Errors
    /// [`Error::Claimed`] where another has it.
    pub fn claim(&self, by: &Moderator, id: InterventionId) -> Result<()> {
        let now_ms = self.council.clock().now_ms();
        let mut asked = self.hall.asked();
        if by.municipality() != self.municipality || asked.get(id).is_none() {
            return Err(Error::NoIntervention);
        }
        let others = asked.claim(id, now_ms).filter(|claim| claim.account != by.account());
        if others.is_some() {
            return Err(Error::Claimed);
        }
        let until_ms = now_ms + LEASE_MS;
        let claim = Claim { account: by.account(), name: by.name().to_owned(), until_ms };
        asked.set_claim(id, Some(claim), now_ms);
        drop(asked);
        self.tell_claim(id, Some(by.name().to_owned()), until_ms);
        Ok(())
    }

    /// Lets it go again.
    pub fn release(&self, by: &Moderator, id: InterventionId) {
        let now_ms = self.council.clock().now_ms();
        let mut asked = self.hall.asked();
        if asked.claim(id, now_ms).is_some_and(|claim| claim.account == by.account()) {
            asked.set_claim(id, None, now_ms);
            drop(asked);
            self.tell_claim(id, None, now_ms);
        }
    }

    fn tell_claim(&self, intervention: InterventionId, by: Option<String>, until_ms: i64) {
        self.desk.push(None, &Desk::Claimed { intervention, by, until_ms });
        self.desk.flush();
    }

    /// A page of the console; `item` is the one whose interventions are looked at, within [`Some`] none for those on the
    /// meeting as a whole.
    #[must_use]
    pub fn console(
        &self,
        by: &Moderator,
        filter: Filter,
        item: Option<Option<AgendaItemId>>,
        (page, target): (usize, Option<InterventionId>),
    ) -> Table {
        let now_ms = self.council.clock().now_ms();
        let asked = self.hall.asked();
        let here = |one: &&Intervention| item.is_none_or(|item| one.item == item);
        let mut counts = Counts::default();
        for one in asked.all().filter(here) {
            let count = match Filter::of(&one.state) {
                Filter::Pending => &mut counts.pending,
                Filter::Appeals => &mut counts.appeals,
                Filter::Approved => &mut counts.approved,
                Filter::Queue => &mut counts.queue,
                Filter::Screen => &mut counts.screen,
                Filter::Done => &mut counts.done,
            };
            *count += 1;
        }
        let all = sorted(&asked, asked.all().filter(here).filter(|one| Filter::of(&one.state) == filter).collect());
        let pages = all.len().div_ceil(PAGE).max(1);
        let rows = all.chunks(PAGE).nth(page.min(pages - 1)).unwrap_or_default();
        let target = target.and_then(|id| asked.get(id)).map(|one| (one.id, one.text.clone()));
        let rows = rows.iter().map(|one| row(&asked, one, (by, now_ms))).collect();
        Table { intake: asked.intake.clone(), counts, rows, pages, target }
    }
}

fn sorted<'a>(asked: &Asked, mut all: Vec<&'a Intervention>) -> Vec<&'a Intervention> {
    let queue = asked.queue();
    all.sort_by_cached_key(|one| {
        let newest = one.at_ms.saturating_neg();
        let (by, then) = match Filter::of(&one.state) {
            Filter::Pending | Filter::Appeals | Filter::Screen => (0, one.at_ms),
            Filter::Approved => (i64::try_from(asked.supports(one.id)).unwrap_or(i64::MAX).saturating_neg(), one.at_ms),
            Filter::Queue => {
                (queue.iter().position(|id| *id == one.id).and_then(|at| i64::try_from(at).ok()).unwrap_or(i64::MAX), 0)
            }
            Filter::Done => (0, newest),
        };
        (by, then, one.id)
    });
    all
}

fn row(asked: &Asked, one: &Intervention, (by, now_ms): (&Moderator, i64)) -> Row {
    let text = |id: InterventionId| asked.get(id).map(|one| one.text.clone());
    let alike = match Filter::of(&one.state) {
        Filter::Pending | Filter::Approved | Filter::Queue => asked.alike(one.id),
        _ => Vec::new(),
    };
    Row {
        intervention: one.clone(),
        supports: asked.supports(one.id),
        merged: asked.merged(one.id),
        alike: alike.into_iter().filter_map(|id| text(id).map(|text| (id, text))).collect(),
        into: if let State::Merged { into } = one.state { text(into) } else { None },
        claim: asked.claim(one.id, now_ms).filter(|claim| claim.account != by.account()).cloned(),
    }
}

/// An act with its words made fit.
fn checked(mut act: Act, now_ms: i64) -> Result<Act> {
    match &mut act {
        Act::Decide { a: Move::Reject { reason }, .. } => {
            let words = std::mem::take(&mut reason.words);
            reason.words = if reason.code == Code::Other {
                council::text::required("reason", &words, words::REASON_MAX)?
            } else {
                council::text::optional("reason", &words, words::REASON_MAX)?
            };
        }
        Act::Decide { a: Move::Answer { answer: Answer::Written { words } }, .. } => {
            *words = council::text::required("answer", words, ANSWER_MAX)?;
        }
        Act::Decide { a: Move::Defer { due_at_ms }, .. } if !(now_ms + 1..=now_ms + DUE_MAX_MS).contains(due_at_ms) => {
            council::text::refused("due", "value-not-time")?;
        }
        Act::Decide { a: Move::Withdraw | Move::Appeal { .. }, .. } => {
            return Err(Error::Council(council::Error::Forbidden));
        }
        Act::Run { intake } => {
            let reason = std::mem::take(&mut intake.reason);
            if intake.policy == Policy::Hand {
                intake.reason = council::text::required("reason", &reason, words::REASON_MAX)?;
            }
        }
        _ => {}
    }
    Ok(act)
}
