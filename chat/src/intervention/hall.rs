//! A meeting's interventions while its room is in use: what is kept, then shown, then told.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use council::{AccountId, MeetingId, db::Write};
use serde::Serialize;
use sqlx::AnyConnection;

use super::{Asked, Event, Intake, Public, State, asked::Change, db};
use crate::{
    Error, InterventionId, Result,
    channel::{Batch, Channel, Following, Position},
    event::{Desk, Own},
    pace::Pace,
    room::{Room, epoch},
};

/// What a snapshot holds at most, bytes: a phone reads it before it shows anything. The others stand on a page of their own.
const SNAPSHOT_BYTES: usize = 40 << 10;

/// A meeting's interventions, and the channel on which they are told.
pub(crate) struct Hall {
    /// One at a time is taken in and decided.
    pub(super) asking: tokio::sync::Mutex<Paces>,
    asked: Mutex<Asked>,
    channel: Arc<Channel>,
    told: Mutex<Told>,
}

/// How often who may ask, and support: whoever supports need not wait before they ask.
#[derive(Default)]
pub(super) struct Paces {
    pub(super) asks: Pace,
    pub(super) supports: Pace,
}

/// What was told last.
#[derive(Default)]
struct Told {
    queue: Vec<InterventionId>,
    /// The snapshot, with the number of the event after which it was true.
    snapshot: Option<(u64, Batch)>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "snapshot")]
struct Snapshot<'a> {
    epoch: &'a str,
    offset: u64,
    intake: &'a Intake,
    queue: Vec<InterventionId>,
    interventions: &'a [Public],
    /// How many more there are.
    more: usize,
}

impl Hall {
    pub(crate) async fn open(read: &mut AnyConnection, meeting: MeetingId) -> Result<Self> {
        let asked = db::load(read, meeting).await?;
        let told = Told { queue: asked.queue(), snapshot: None };
        let channel = Arc::new(Channel::new(format!("meeting/{meeting}/interventions"), epoch(), 0));
        Ok(Self { asking: tokio::sync::Mutex::default(), asked: Mutex::new(asked), channel, told: Mutex::new(told) })
    }

    /// What there is; never held over an await.
    pub(super) fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    /// Follows what everybody sees of the interventions: what was missed since a position, or a snapshot, and what comes.
    #[must_use]
    pub fn follow_interventions(&self, after: Option<&Position>) -> Following {
        let asked = self.hall.asked();
        let mut following = self.hall.channel.follow(after);
        if following.missed.is_none() {
            following.missed = Some(self.snapshot(&asked, &following.position));
        }
        following
    }

    fn snapshot(&self, asked: &Asked, position: &Position) -> Batch {
        let mut told = self.hall.told();
        if let Some((offset, snapshot)) = &told.snapshot
            && *offset == position.offset
        {
            return snapshot.clone();
        }
        let shown = asked.shown();
        let sizes = shown.iter().scan(0, |all, one| {
            *all += serde_json::to_string(one).map_or(0, |text| text.len() + 1);
            Some(*all)
        });
        let first = sizes.take_while(|bytes| *bytes <= SNAPSHOT_BYTES).count();
        let snapshot = Snapshot {
            epoch: &position.epoch,
            offset: position.offset,
            intake: &asked.intake,
            queue: asked.queue(),
            interventions: &shown[..first],
            more: shown.len() - first,
        };
        let snapshot = Batch::from(self.hall.channel.unnumbered(&snapshot));
        told.snapshot = Some((position.offset, snapshot.clone()));
        snapshot
    }

    /// Keeps changes in a transaction; where another process was quicker, what is in memory is read anew.
    pub(super) async fn keep(
        &self,
        write: &mut Write,
        changes: &[Change],
        (by, now_ms): (Option<AccountId>, i64),
    ) -> Result<()> {
        for change in changes {
            let before_ms = self.hall.asked().get(change.id).and_then(|one| one.decided_at_ms);
            if !db::step(write, change, before_ms, (by, now_ms)).await? {
                return Err(Error::Overtaken);
            }
        }
        Ok(())
    }

    /// Reads everything anew.
    pub(super) async fn reread(&self) -> Result<()> {
        let fresh = db::load(&mut *self.council.read().await?, self.meeting).await?;
        let mut asked = self.hall.asked();
        let ids: Vec<InterventionId> = asked.all().chain(fresh.all()).map(|one| one.id).collect();
        *asked = fresh;
        self.tell_changed(&asked, &ids);
        drop(asked);
        self.untold.add(&self.hall.channel);
        Ok(())
    }

    /// Shows and tells changes that are kept by now.
    pub(super) fn show(&self, changes: &[Change], by: (Option<AccountId>, i64)) {
        let mut asked = self.hall.asked();
        asked.apply(changes, by);
        let mut ids: Vec<InterventionId> = changes.iter().map(|change| change.id).collect();
        for change in changes {
            // The one that it was merged into, or was parted from, is supported by others now.
            for state in [&change.from, &change.to] {
                if let State::Merged { into } = state {
                    ids.push(asked.root(*into));
                }
            }
            asked.set_claim(change.id, None, by.1);
        }
        ids.dedup();
        self.tell_changed(&asked, &ids);
        self.tell_people(&asked, changes);
        let pending = asked.all().filter(|one| one.state.is_pending()).count();
        drop(asked);
        self.untold.add(&self.hall.channel);
        self.tell_interventions(pending);
    }

    /// Tells everybody of these as they are now; what they may not see is taken out of what was told before.
    pub(super) fn tell_changed(&self, asked: &Asked, ids: &[InterventionId]) {
        for id in ids {
            match asked.public(*id) {
                Some(intervention) => self.tell_public(Some(*id), &Event::Intervention { intervention }),
                None => {
                    self.hall.channel.redact(id.0, &Event::Gone);
                    self.tell_public(None, &Event::Dropped { intervention: *id });
                }
            }
        }
        self.tell_queue(asked);
    }

    /// Tells how many support one.
    pub(super) fn tell_support(&self, asked: &Asked, id: InterventionId) {
        if asked.public(id).is_some() {
            self.tell_public(None, &Event::Supported { intervention: id, supports: asked.supports(id) });
            self.tell_queue(asked);
            self.untold.add(&self.hall.channel);
        }
    }

    /// Tells the queue where it stands otherwise than it was told.
    fn tell_queue(&self, asked: &Asked) {
        let queue = asked.queue();
        let changed = self.hall.told().queue != queue;
        if changed {
            self.hall.told().queue.clone_from(&queue);
            self.tell_public(None, &Event::Queue { queue });
        }
    }

    pub(super) fn tell_intake(&self, asked: &Asked) {
        self.tell_public(None, &Event::Intake { intake: asked.intake.clone() });
        self.tell_queue(asked);
        self.untold.add(&self.hall.channel);
    }

    fn tell_public(&self, holds: Option<InterventionId>, event: &Event) {
        self.hall.channel.push(holds.map(|id| id.0), event);
    }

    pub(super) fn tell_interventions(&self, pending: usize) {
        self.desk.push(None, &Desk::Interventions { pending });
        self.desk.flush();
    }

    /// Tells those whose they are, and of an answer everybody who supports it.
    fn tell_people(&self, asked: &Asked, changes: &[Change]) {
        for change in changes {
            for part in asked.whole(change.id) {
                let Some(one) = asked.get(part) else { continue };
                let state = change.to.clone();
                self.tell_own(one.author, &Own::Became { intervention: part, supported: false, state });
            }
            if matches!(change.to, State::Answered { .. }) {
                let authors: Vec<_> =
                    asked.whole(change.id).filter_map(|part| asked.get(part)).map(|one| one.author).collect();
                for person in asked.people(change.id).into_iter().filter(|person| !authors.contains(person)) {
                    let state = change.to.clone();
                    self.tell_own(person, &Own::Became { intervention: change.id, supported: true, state });
                }
            }
        }
    }
}
