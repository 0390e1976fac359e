//! The interventions of a meeting, and what a move of one means for the others. No side effects.

use std::collections::{HashMap, HashSet};

use council::AccountId;

use super::{
    Claim, Intake, Intervention, Move, Policy, Public, QUEUE_MAX, State, UNDO_MS,
    alike::{ALIKE, Look, PROPOSED},
};
use crate::{AuthorId, Error, InterventionId, Result};

/// A change that is planned: from a revision to a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) id: InterventionId,
    pub(crate) revision: i64,
    pub(crate) act: &'static str,
    pub(crate) from: State,
    pub(crate) to: State,
}

/// A moderator's last decision about an intervention: what it was before, and what else was changed with it.
#[derive(Clone, Debug)]
struct Last {
    account: AccountId,
    at_ms: i64,
    before: Vec<(InterventionId, i64, State)>,
}

#[derive(Clone, Debug)]
struct Entry {
    one: Intervention,
    look: Look,
    supporters: HashSet<AuthorId>,
    last: Option<Last>,
}

/// All interventions of a meeting.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) intake: Intake,
    entries: HashMap<InterventionId, Entry>,
    /// What was merged into one, directly or through others.
    parts: HashMap<InterventionId, Vec<InterventionId>>,
    claims: HashMap<InterventionId, Claim>,
}

impl Asked {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn get(&self, id: InterventionId) -> Option<&Intervention> {
        self.entries.get(&id).map(|entry| &entry.one)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Intervention> {
        self.entries.values().map(|entry| &entry.one)
    }

    pub(crate) fn add(&mut self, one: Intervention) {
        let look = Look::of(&one.text);
        self.entries.insert(one.id, Entry { one, look, supporters: HashSet::new(), last: None });
    }

    /// Finds out anew what is merged into what.
    pub(crate) fn index(&mut self) {
        let mut parts: HashMap<_, Vec<_>> = HashMap::new();
        for one in self.all().filter(|one| matches!(one.state, State::Merged { .. })) {
            parts.entry(self.root(one.id)).or_default().push(one.id);
        }
        self.parts = parts;
    }

    /// The one that stands for it: itself, or what it was merged into.
    pub(crate) fn root(&self, id: InterventionId) -> InterventionId {
        let mut root = id;
        // Only what is not merged itself is merged into: no ring can come about, and no chain is longer than all of them.
        for _ in 0..self.entries.len() {
            match self.get(root).map(|one| &one.state) {
                Some(State::Merged { into }) => root = *into,
                _ => break,
            }
        }
        root
    }

    /// It and all that was merged into it.
    pub(crate) fn whole(&self, id: InterventionId) -> impl Iterator<Item = InterventionId> {
        std::iter::once(id).chain(self.parts.get(&id).into_iter().flatten().copied())
    }

    pub(crate) fn merged(&self, id: InterventionId) -> usize {
        self.parts.get(&id).map_or(0, Vec::len)
    }

    /// Who supports it or a part of it, their authors with them.
    pub(crate) fn people(&self, id: InterventionId) -> HashSet<AuthorId> {
        let entries = self.whole(id).filter_map(|part| self.entries.get(&part));
        entries.flat_map(|entry| entry.supporters.iter().copied().chain([entry.one.author])).collect()
    }

    /// How many people support it: each once, whatever they support of it.
    pub(crate) fn supports(&self, id: InterventionId) -> usize {
        match (self.entries.get(&id), self.merged(id)) {
            (Some(entry), 0) => entry.supporters.len() + usize::from(!entry.supporters.contains(&entry.one.author)),
            _ => self.people(id).len(),
        }
    }

    pub(crate) fn support(&mut self, id: InterventionId, author: AuthorId, is: bool) {
        if let Some(entry) = self.entries.get_mut(&id) {
            if is {
                entry.supporters.insert(author)
            } else {
                entry.supporters.remove(&author)
            };
        }
    }

    /// What somebody supports that is not their own.
    pub(crate) fn supported_by(&self, author: AuthorId) -> Vec<InterventionId> {
        let by = |entry: &&Entry| entry.supporters.contains(&author);
        self.entries.values().filter(by).map(|entry| entry.one.id).collect()
    }

    /// As everybody may see it; none unless they may.
    pub(crate) fn public(&self, id: InterventionId) -> Option<Public> {
        let one = self.get(id).filter(|one| one.state.is_public())?;
        Some(Public {
            id,
            kind: one.kind,
            item: one.item,
            name: one.name.clone(),
            text: one.text.clone(),
            at_ms: one.at_ms,
            supports: self.supports(id),
            state: one.state.clone(),
        })
    }

    /// All that everybody sees: what is before the council, the queue in its order, what most support, and last what is
    /// done, the latest first.
    pub(crate) fn shown(&self) -> Vec<Public> {
        let queue = self.queue();
        let mut shown: Vec<Public> = self.entries.keys().filter_map(|id| self.public(*id)).collect();
        shown.sort_by_cached_key(|one| {
            let (rank, by) = match &one.state {
                State::OnScreen { .. } => (0, 0),
                State::Queued { .. } => (1, queue.iter().position(|id| *id == one.id).unwrap_or(QUEUE_MAX)),
                State::Approved => (2, usize::MAX - one.supports),
                State::Deferred { .. } => (3, usize::MAX - one.supports),
                _ => (4, usize::MAX - one.supports),
            };
            (rank, by, one.at_ms, one.id)
        });
        shown
    }

    /// The queue in its order.
    pub(crate) fn queue(&self) -> Vec<InterventionId> {
        let queued = |one: &&Intervention| matches!(one.state, State::Queued { .. });
        let mut queue: Vec<&Intervention> = self.all().filter(queued).collect();
        queue.sort_by_cached_key(|one| {
            let by = match (self.intake.policy, &one.state) {
                (Policy::Hand, State::Queued { place }) => *place,
                (Policy::Supported, _) => -i64::try_from(self.supports(one.id)).unwrap_or(i64::MAX),
                _ => 0,
            };
            (by, one.at_ms, one.id)
        });
        queue.into_iter().map(|one| one.id).collect()
    }

    /// Others that may say the same, the likest first.
    pub(crate) fn alike(&self, id: InterventionId) -> Vec<InterventionId> {
        let Some(entry) = self.entries.get(&id) else { return Vec::new() };
        let others = self.entries.values().filter(|other| other.one.id != id && may_take(&other.one.state));
        let likeness = |other: &Entry| (entry.look.likeness(&other.look), other.one.at_ms, other.one.id);
        let mut alike: Vec<_> = others.map(likeness).filter(|(likeness, ..)| *likeness >= ALIKE).collect();
        alike.sort_by(|one, two| two.0.total_cmp(&one.0).then((one.1, one.2).cmp(&(two.1, two.2))));
        alike.into_iter().take(PROPOSED).map(|(.., id)| id).collect()
    }

    /// What a move of one means: its own change first, then those of others. Nothing is changed yet.
    pub(crate) fn plan(&self, id: InterventionId, revision: i64, a: Move) -> Result<Vec<Change>> {
        let one = self.get(id).ok_or(Error::NoIntervention)?;
        if one.revision != revision {
            return Err(Error::Overtaken);
        }
        let mut changes = Vec::new();
        let a = match a {
            Move::Queue { .. } => {
                if self.queue().len() >= QUEUE_MAX {
                    return Err(Error::QueueFull);
                }
                Move::Queue { place: self.last_place() + 1 }
            }
            Move::Merge { into } => {
                let target = self.get(into).ok_or(Error::NoIntervention)?;
                if into == id || !may_take(&target.state) {
                    return Err(Error::Overtaken);
                }
                Move::Merge { into }
            }
            other => other,
        };
        changes.push(self.change(id, &a)?);
        match &a {
            // One at a time is before the council.
            Move::Show { .. } => {
                let shown = self.all().filter(|other| matches!(other.state, State::OnScreen { .. }));
                changes.extend(shown.filter_map(|other| self.change(other.id, &Move::TakeDown).ok()));
            }
            // Whoever asked the same is told the same, and may object for themselves.
            Move::Reject { .. } => {
                let parts = self.parts.get(&id).into_iter().flatten();
                changes.extend(parts.filter_map(|part| self.change(*part, &a).ok()));
            }
            // What one takes back, the others still ask.
            Move::Withdraw => {
                let direct = |other: &&Intervention| other.state == State::Merged { into: id };
                let parts = self.all().filter(direct);
                changes.extend(parts.filter_map(|part| self.change(part.id, &Move::Reopen).ok()));
            }
            _ => {}
        }
        Ok(changes)
    }

    fn change(&self, id: InterventionId, a: &Move) -> Result<Change> {
        let one = self.get(id).ok_or(Error::NoIntervention)?;
        let to = one.state.after(a).ok_or(Error::Overtaken)?;
        Ok(Change { id, revision: one.revision, act: a.name(), from: one.state.clone(), to })
    }

    fn last_place(&self) -> i64 {
        let place = |one: &Intervention| match one.state {
            State::Queued { place } | State::OnScreen { place, .. } => Some(place),
            _ => None,
        };
        self.all().filter_map(place).max().unwrap_or(0)
    }

    /// One place further to the front of a queue by hand, or to its end.
    pub(crate) fn plan_place(&self, id: InterventionId, revision: i64, forward: bool) -> Result<Vec<Change>> {
        let queue = self.queue();
        let at = queue.iter().position(|other| *other == id).ok_or(Error::Overtaken)?;
        let other = if forward { at.checked_sub(1) } else { Some(at + 1) };
        let (one, other) = (self.get(id), other.and_then(|at| queue.get(at)).and_then(|other| self.get(*other)));
        let (Some(one), Some(other)) = (one, other) else { return Err(Error::Overtaken) };
        let (State::Queued { place: from }, State::Queued { place: to }) = (&one.state, &other.state) else {
            return Err(Error::Overtaken);
        };
        if one.revision != revision || self.intake.policy != Policy::Hand {
            return Err(Error::Overtaken);
        }
        Ok(vec![self.change(id, &Move::Queue { place: *to })?, self.change(other.id, &Move::Queue { place: *from })?])
    }

    /// What makes a queue by hand begin in the order in which it stands.
    pub(crate) fn plan_by_hand(&self) -> Vec<Change> {
        let placed = (1..).zip(self.queue()).map(|(place, id)| self.change(id, &Move::Queue { place }));
        placed.filter_map(Result::ok).filter(|change| change.from != change.to).collect()
    }

    /// What takes a moderator's last decision back, where it is theirs, fresh, and nothing came after it.
    pub(crate) fn plan_undo(
        &self,
        id: InterventionId,
        revision: i64,
        (account, now_ms): (AccountId, i64),
    ) -> Result<Vec<Change>> {
        let entry = self.entries.get(&id).ok_or(Error::NoIntervention)?;
        let last = entry.last.as_ref().filter(|last| last.account == account && entry.one.revision == revision);
        let last = last.ok_or(Error::Overtaken)?;
        if now_ms - last.at_ms > UNDO_MS {
            return Err(Error::TooLate);
        }
        let back = |(id, revision, before): &(InterventionId, i64, State)| {
            let one = self.get(*id).filter(|one| one.revision == *revision).ok_or(Error::Overtaken)?;
            if let State::Merged { into } = before {
                // What it stood with may be gone by now, or stand with it.
                let with = last.before.iter().any(|(other, ..)| other == into);
                let gone = |one: &Intervention| matches!(one.state, State::Withdrawn | State::Merged { .. });
                self.get(*into).filter(|one| with || !gone(one)).ok_or(Error::Overtaken)?;
            }
            let (from, to) = (one.state.clone(), before.clone());
            Ok(Change { id: *id, revision: *revision, act: "undo", from, to })
        };
        last.before.iter().map(back).collect()
    }

    /// Makes changes that are kept in the database by now. `by` is the moderator, where one decided.
    pub(crate) fn apply(&mut self, changes: &[Change], (by, now_ms): (Option<AccountId>, i64)) {
        let before = changes.iter().map(|change| (change.id, change.revision + 1, change.from.clone())).collect();
        for change in changes {
            let Some(entry) = self.entries.get_mut(&change.id) else { continue };
            entry.one.decided_at_ms = decided(entry.one.decided_at_ms, change, now_ms);
            entry.one.state = change.to.clone();
            entry.one.revision = change.revision + 1;
            entry.last = None;
        }
        let is_undo = changes.first().is_some_and(|change| change.act == "undo");
        if let (Some(account), false, Some(first)) = (by, is_undo, changes.first())
            && let Some(entry) = self.entries.get_mut(&first.id)
        {
            entry.last = Some(Last { account, at_ms: now_ms, before });
        }
        let is_merge = |state: &State| matches!(state, State::Merged { .. });
        if changes.iter().any(|change| is_merge(&change.from) || is_merge(&change.to)) {
            self.index();
        }
    }

    /// Who has it in hand now.
    pub(crate) fn claim(&self, id: InterventionId, now_ms: i64) -> Option<&Claim> {
        self.claims.get(&id).filter(|claim| claim.until_ms > now_ms)
    }

    /// Takes it in hand, or lets it go.
    pub(crate) fn set_claim(&mut self, id: InterventionId, claim: Option<Claim>, now_ms: i64) {
        self.claims.retain(|_, claim| claim.until_ms > now_ms);
        match claim {
            Some(claim) => self.claims.insert(id, claim),
            None => self.claims.remove(&id),
        };
    }
}

/// When it was first decided whether an intervention is taken, after a change of it: forgotten where that is taken back.
pub(crate) fn decided(before_ms: Option<i64>, change: &Change, now_ms: i64) -> Option<i64> {
    match &change.to {
        to if to.is_pending() => before_ms.filter(|_| change.act != "undo"),
        State::Withdrawn => before_ms,
        _ => before_ms.or(Some(now_ms)),
    }
}

/// Whether others can be merged into it.
fn may_take(state: &State) -> bool {
    state.is_pending() || state.is_open()
}

#[cfg(test)]
#[path = "asked_tests.rs"]
mod tests;
