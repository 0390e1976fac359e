//! What citizens do: ask, support, take back, disagree; and what they see.

use council::AgendaItemId;
use serde::Deserialize;

use super::{
    AUTHOR_MAX, Intake, Intervention, Kind, MEETING_MAX, Move, PACE_MS, Public, State, TEXT_MAX,
    asked::{Asked, Change},
    db,
    report::Report,
};
use crate::{
    AuthorId, Error, InterventionId, Reason, Result,
    author::{Author, db as authors},
    command::Asker,
    mode::{Cause, Who},
    room::{Room, is_open},
    words,
};

/// An intervention on its way in.
#[derive(Clone, Debug, Deserialize)]
pub struct Ask {
    /// A UUID that the client makes: sent twice, it is one.
    pub id: InterventionId,
    /// What it is.
    #[serde(default)]
    pub kind: Kind,
    /// The item of the agenda; none: the meeting as a whole.
    #[serde(default)]
    pub item: Option<AgendaItemId>,
    /// A guest's name; empty where they stay anonymous.
    #[serde(default)]
    pub name: String,
    /// Whether who has an account stays anonymous.
    #[serde(default)]
    pub anonymous: bool,
    /// What it says.
    pub text: String,
}

/// An intervention as its author sees it.
#[derive(Clone, Debug)]
pub struct Own {
    /// It.
    pub intervention: Intervention,
    /// How many people support it, or what it was merged into.
    pub supports: usize,
    /// Of what was merged: what stands for it, and what became of that.
    pub through: Option<Public>,
}

/// What a page shows.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// How the meeting takes interventions.
    pub intake: Intake,
    /// What everybody sees, in its order: before the council, the queue, the most supported, what is done.
    pub shown: Vec<Public>,
    /// The asker's own, the newest first.
    pub own: Vec<Own>,
    /// What the asker supports.
    pub supported: Vec<InterventionId>,
    /// Until when the asker may not write, milliseconds UTC, and why.
    pub excluded: Option<(i64, Reason)>,
    /// What became of all of them.
    pub report: Report,
}

impl Room {
    /// Takes an intervention. It waits for a moderator; sent twice, it is one.
    ///
    /// # Errors
    /// Each refusal of [`Error`] that says why it is not taken; nothing is kept of it then.
    pub async fn ask(&self, asker: &Asker, ask: Ask) -> Result<Intervention> {
        let text = words::line("text", &ask.text, TEXT_MAX)?;
        let name = self.name(asker, &ask).await?;
        let key = asker.key().ok_or(Error::Registered)?;
        let stage = self.council.meeting(self.municipality, self.meeting).await?.stage;
        let agenda = self.council.agenda(self.municipality, self.meeting).await?;
        if let Some(item) = ask.item {
            agenda.item(item).filter(|item| item.withdrawn_at_ms.is_none()).ok_or(Error::NoItem)?;
        }
        let mut paces = self.hall.asking.lock().await;
        let now_ms = self.council.clock().now_ms();
        let mut write = self.council.write().await?;
        let whole = (self.municipality, self.meeting);
        let author = authors::author(&mut write, whole, &key, &asker.network, now_ms).await?;
        let earlier = self.hall.asked().get(ask.id).cloned();
        match earlier {
            Some(earlier) if earlier.author == author.id => return Ok(earlier),
            Some(_) => return Err(Error::Taken),
            None if db::is_used(&mut write, ask.id).await? => return Err(Error::Taken),
            None => {}
        }
        {
            let asked = self.hall.asked();
            if !is_open(&stage) || asked.intake.who == Who::Nobody {
                return Err(Error::Closed);
            }
            may_ask(&asked, asker, &author, &text)?;
        }
        let taken = paces.asks.take(author.id, &asker.network, PACE_MS, now_ms);
        taken.map_err(|wait_ms| Error::Slow { wait_ms })?;
        let state = cause(&author, &text, &self.listed()).map_or(State::Submitted, |cause| State::Held { cause });
        let one = Intervention {
            id: ask.id,
            item: ask.item,
            author: author.id,
            kind: ask.kind,
            name,
            text,
            at_ms: now_ms,
            state,
            revision: 1,
            decided_at_ms: None,
        };
        db::insert(&mut write, whole, &one).await?;
        write.commit().await?;
        let mut asked = self.hall.asked();
        asked.add(one.clone());
        let pending = asked.all().filter(|one| one.state.is_pending()).count();
        drop(asked);
        self.tell_interventions(pending);
        Ok(one)
    }

    async fn name(&self, asker: &Asker, ask: &Ask) -> Result<String> {
        match &asker.name {
            _ if ask.anonymous => Ok(String::new()),
            Some(name) => Ok(name.clone()),
            None if ask.name.trim().is_empty() => Ok(String::new()),
            None => words::name(&ask.name, &self.council.staff_names(self.municipality).await?),
        }
    }

    /// Supports what everybody sees, or supports it no more. Supported twice, it is once; one's own is supported already.
    ///
    /// # Errors
    /// [`Error::NotOpen`] where it can be supported no more; [`Error::NoIntervention`] where nobody sees it.
    pub async fn support(&self, asker: &Asker, id: InterventionId, is: bool) -> Result<usize> {
        let key = asker.key().ok_or(Error::Registered)?;
        let mut paces = self.hall.asking.lock().await;
        let now_ms = self.council.clock().now_ms();
        let parts: Vec<InterventionId> = {
            let asked = self.hall.asked();
            let one = asked.get(id).filter(|one| one.state.is_public()).ok_or(Error::NoIntervention)?;
            if !one.state.is_open() {
                return Err(Error::NotOpen);
            }
            if asked.intake.who == Who::Registered && asker.account.is_none() {
                return Err(Error::Registered);
            }
            asked.whole(id).collect()
        };
        let mut write = self.council.write().await?;
        let whole = (self.municipality, self.meeting);
        let author = authors::author(&mut write, whole, &key, &asker.network, now_ms).await?;
        if let Some((until_ms, reason)) = author.excluded {
            return Err(Error::Excluded { until_ms, reason });
        }
        let taken = paces.supports.take(author.id, &asker.network, 0, now_ms);
        taken.map_err(|wait_ms| Error::Slow { wait_ms })?;
        if is {
            db::support(&mut write, id, author.id, now_ms).await?;
        } else {
            for part in &parts {
                db::unsupport(&mut write, *part, author.id).await?;
            }
        }
        write.commit().await?;
        let mut asked = self.hall.asked();
        // What is no longer supported is supported in none of its parts.
        for part in if is { vec![id] } else { parts } {
            asked.support(part, author.id, is);
        }
        self.tell_support(&asked, id);
        Ok(asked.supports(id))
    }

    /// Takes one's own back.
    ///
    /// # Errors
    /// [`Error::NoIntervention`] for another's; [`Error::Overtaken`] where it is too late for that.
    pub async fn withdraw(&self, asker: &Asker, id: InterventionId) -> Result<()> {
        self.by_author(asker, id, Move::Withdraw).await
    }

    /// Takes what an author says against the rejection of their own.
    ///
    /// # Errors
    /// [`Error::NoIntervention`] for another's; [`Error::Overtaken`] where nothing was rejected, or that was said already.
    pub async fn appeal_rejection(&self, asker: &Asker, id: InterventionId, text: &str) -> Result<()> {
        let words = words::line("text", text, words::REASON_MAX)?;
        self.by_author(asker, id, Move::Appeal { words }).await
    }

    async fn by_author(&self, asker: &Asker, id: InterventionId, a: Move) -> Result<()> {
        let author = self.author(asker).await?.ok_or(Error::NoIntervention)?;
        let _one_at_a_time = self.hall.asking.lock().await;
        let now_ms = self.council.clock().now_ms();
        let changes: Vec<Change> = {
            let asked = self.hall.asked();
            let one = asked.get(id).filter(|one| one.author == author).ok_or(Error::NoIntervention)?;
            asked.plan(id, one.revision, a)?
        };
        let mut write = self.council.write().await?;
        let by = (None, now_ms);
        if let Err(error) = self.keep(&mut write, &changes, by).await {
            drop(write);
            self.reread().await?;
            return Err(error);
        }
        write.commit().await?;
        self.show(&changes, by);
        Ok(())
    }

    /// What a page shows to the asker.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn interventions(&self, asker: &Asker) -> Result<View> {
        let author = self.author(asker).await?;
        let mut excluded = None;
        if let Some(author) = author {
            let mut read = self.council.read().await?;
            excluded = authors::excluded(&mut read, self.municipality, author, self.council.clock().now_ms()).await?;
        }
        let asked = self.hall.asked();
        Ok(View {
            intake: asked.intake.clone(),
            shown: asked.shown(),
            own: author.map(|author| own(&asked, author)).unwrap_or_default(),
            supported: author.map(|author| asked.supported_by(author)).unwrap_or_default(),
            excluded,
            report: Report::of(asked.all()),
        })
    }
}

fn own(asked: &Asked, author: AuthorId) -> Vec<Own> {
    let mut own: Vec<&Intervention> = asked.all().filter(|one| one.author == author).collect();
    own.sort_by_key(|one| std::cmp::Reverse((one.at_ms, one.id)));
    let own = own.into_iter().map(|one| {
        let root = asked.root(one.id);
        Own {
            intervention: one.clone(),
            supports: asked.supports(root),
            through: if root == one.id { None } else { asked.public(root) },
        }
    });
    own.collect()
}

/// Whether the author may ask this now.
fn may_ask(asked: &Asked, asker: &Asker, author: &Author, text: &str) -> Result<()> {
    if let Some((until_ms, reason)) = &author.excluded {
        return Err(Error::Excluded { until_ms: *until_ms, reason: reason.clone() });
    }
    if asked.intake.who == Who::Registered && asker.account.is_none() {
        return Err(Error::Registered);
    }
    let of_author = || asked.all().filter(|one| one.author == author.id);
    let look = words::fold(text);
    if of_author().any(|one| one.state != State::Withdrawn && words::fold(&one.text) == look) {
        return Err(Error::Repeated);
    }
    let open = of_author().filter(|one| one.state.is_pending() || one.state.is_open()).count();
    if open >= AUTHOR_MAX || asked.len() >= MEETING_MAX { Err(Error::TooMany) } else { Ok(()) }
}

/// What moderators are to look at.
fn cause(author: &Author, text: &str, listed: &[String]) -> Option<Cause> {
    let of_network = author.network_excluded && author.is_new;
    None.or_else(|| words::has_link(text).then_some(Cause::Links))
        .or_else(|| of_network.then_some(Cause::Network))
        .or_else(|| words::has_word(text, listed).then_some(Cause::Words))
}
