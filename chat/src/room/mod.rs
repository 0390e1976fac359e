//! The room of one meeting: takes what citizens write and what moderators decide, keeps it, and tells it.
//!
//! Everything is on disk before anybody is told. One at a time is taken in, so that events have one order.

mod acts;
mod elsewhere;
mod judge;
mod shown;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use council::{Council, MeetingId, MunicipalityId, db::Write, permission::Moderator};
pub use elsewhere::Elsewhere;
pub use judge::is_open;
use judge::{Taking, judge};
use shown::Shown;

use crate::{
    AuthorId, Error, MessageId, Reason, Result,
    author::{Exclusion, db as authors},
    channel::{Channel, Following, Position},
    command::{Asker, Say},
    db,
    event::{Desk, Event, Message, Own, Public, State},
    floor::Untold,
    intervention::Hall,
    mode::{Mode, Who},
    words,
};

/// Messages of a snapshot.
pub const SNAPSHOT: usize = 100;
/// Events of the past that a room can tell again after a restart.
const EVENTS: i64 = 1000;
/// Rows of the moderators' table.
pub const TABLE: i64 = 200;
/// Messages among which an author's own are looked for.
const OWN: i64 = 20;
/// Messages of one reading of the past.
pub const REPLAY: i64 = 1000;
/// The longest exclusion, minutes: thirty days.
pub const EXCLUSION_MAX_MINUTES: u32 = 30 * 24 * 60;

/// Which messages moderators look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Those that wait, the longest first.
    Held,
    /// Those that everybody sees.
    Shown,
    /// Those that were refused or removed.
    Out,
    /// Those whose refusal or removal its author appeals against, the longest waiting first.
    Appeals,
    /// All of one author.
    Author(AuthorId),
}

/// A room.
pub struct Room {
    pub(crate) council: Council,
    pub(crate) untold: Untold,
    pub(crate) municipality: MunicipalityId,
    pub(crate) meeting: MeetingId,
    /// What citizens ask on the agenda.
    pub(crate) hall: Hall,
    taking: tokio::sync::Mutex<Taking>,
    public: Arc<Channel>,
    pub(crate) desk: Channel,
    own: Mutex<HashMap<AuthorId, Arc<Channel>>>,
    shown: Mutex<Shown>,
    /// Words that make a message wait.
    words: Mutex<Arc<[String]>>,
}

/// What the page of a meeting shows of its chat.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// How it is run.
    pub mode: Mode,
    /// What stands above the others.
    pub pinned: Option<Public>,
    /// The last messages, oldest first.
    pub messages: Vec<Public>,
    /// The asker's own messages that not everybody sees.
    pub own: Vec<Message>,
    /// Until when the asker may not write, milliseconds UTC, and why.
    pub excluded: Option<(i64, Reason)>,
}

/// What a moderator's page shows.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// How the chat is run.
    pub mode: Mode,
    /// How many messages wait.
    pub held: u64,
    /// How many appeals.
    pub appeals: u64,
    /// The messages that were asked for.
    pub messages: Vec<Message>,
    /// Who may not write now.
    pub exclusions: Vec<Exclusion>,
    /// What stands above the others.
    pub pinned: Option<MessageId>,
}

impl Room {
    pub(crate) async fn open(
        council: &Council,
        untold: Untold,
        municipality: MunicipalityId,
        meeting: MeetingId,
    ) -> Result<Self> {
        let mut read = council.read().await?;
        // Looking at a meeting writes nothing: its chat begins with the first message or the first act.
        let new = || db::Run { epoch: epoch(), mode: Mode::default(), pinned: None, number: 0 };
        let run = db::run(&mut read, meeting).await?.unwrap_or_else(new);
        let listed = db::words(&mut read, municipality).await?;
        let hall = Hall::open(&mut read, meeting).await?;
        let messages = db::shown(&mut read, meeting, i64::try_from(SNAPSHOT).unwrap_or(i64::MAX)).await?;
        let pinned = match run.pinned {
            Some(id) => db::message(&mut read, id).await?.and_then(|(_, message, _)| message.public()),
            None => None,
        };
        let last = u64::try_from(run.number).unwrap_or(0);
        let public = Channel::new(format!("meeting/{meeting}"), run.epoch, last);
        for past in db::events(&mut read, meeting, EVENTS).await? {
            let number = u64::try_from(past.number).unwrap_or(0);
            let holds = past.shown.as_ref().map(|shown| shown.id.0);
            public.remember(number, holds, &again(past));
        }
        let shown = Shown { mode: run.mode, pinned, messages: messages.into(), told: None };
        Ok(Self {
            council: council.clone(),
            untold,
            municipality,
            meeting,
            hall,
            taking: tokio::sync::Mutex::default(),
            public: Arc::new(public),
            desk: Channel::new(format!("meeting/{meeting}/moderation"), epoch(), 0),
            own: Mutex::default(),
            shown: Mutex::new(shown),
            words: Mutex::new(listed.into()),
        })
    }

    /// Whose meeting it is.
    #[must_use]
    pub fn municipality(&self) -> MunicipalityId {
        self.municipality
    }

    /// A transaction to write in, in which the chat has begun.
    async fn write(&self) -> Result<Write> {
        let mut write = self.council.write().await?;
        db::begin(&mut write, (self.municipality, self.meeting), &self.public.position().epoch).await?;
        Ok(write)
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a message. Sent twice, it is one; held, its author knows.
    ///
    /// # Errors
    /// Each refusal of [`Error`] that says why it is not taken; nothing is kept of it then.
    pub async fn say(&self, asker: &Asker, say: Say) -> Result<Message> {
        let text = words::message(&say.text)?;
        let officials =
            if asker.name.is_some() { Vec::new() } else { self.council.staff_names(self.municipality).await? };
        let name = match &asker.name {
            Some(name) => name.clone(),
            None => words::name(&say.name, &officials)?,
        };
        let key = asker.key().ok_or(Error::Registered)?;
        let stage = self.council.meeting(self.municipality, self.meeting).await?.stage;
        let mut taking = self.taking.lock().await;
        let now_ms = self.council.clock().now_ms();
        let mut write = self.write().await?;
        let whole = (self.municipality, self.meeting);
        let author = authors::author(&mut write, whole, &key, &asker.network, now_ms).await?;
        if let Some((meeting, earlier, _)) = db::message(&mut write, say.id).await? {
            let same = earlier.author == author.id && meeting == self.meeting;
            return if same { Ok(earlier) } else { Err(Error::Taken) };
        }
        let mode = self.shown().mode;
        let state = if asker.badge.is_some() {
            State::Shown
        } else {
            if !is_open(&stage) || mode.who == Who::Nobody {
                return Err(Error::Closed);
            }
            let listed = words::has_word(&text, &self.listed());
            judge(&mut taking, mode, (asker, &author), (&text, listed), now_ms)?
        };
        let reply = self.replied(&mut write, say.reply).await?;
        let (id, badge) = (say.id, asker.badge);
        let message = Message { id, author: author.id, name, badge, text, reply, at_ms: now_ms, state, appeal: None };
        let number = match message.state {
            State::Shown => Some(db::next_number(&mut write, self.meeting).await?),
            _ => None,
        };
        db::insert(&mut write, self.meeting, &message, number).await?;
        if let Some(number) = number {
            db::note(&mut write, self.meeting, number, now_ms, ("said", Some(id), None)).await?;
        }
        write.commit().await?;
        taking.flood.note(author.id, &message.text, now_ms);
        match (number, message.public()) {
            (Some(number), Some(public)) => self.publish(number, &Event::Said { message: public }),
            _ => self.tell_desk().await?,
        }
        Ok(message)
    }

    /// Takes what an author says against a refusal or removal of a message of theirs, once.
    ///
    /// # Errors
    /// [`Error::NoMessage`] for another's message; [`Error::Overtaken`] where it was said already, or nothing was decided.
    pub async fn appeal(&self, asker: &Asker, id: MessageId, text: &str) -> Result<()> {
        let text = council::text::required("text", text, words::REASON_MAX)?;
        let author = self.author(asker).await?.ok_or(Error::NoMessage)?;
        let mut write = self.write().await?;
        match db::message(&mut write, id).await? {
            Some((meeting, message, _)) if meeting == self.meeting && message.author == author => {}
            _ => return Err(Error::NoMessage),
        }
        if !db::appeal(&mut write, (id, author), &text, self.council.clock().now_ms()).await? {
            return Err(Error::Overtaken);
        }
        write.commit().await?;
        self.tell_desk().await
    }

    pub(crate) fn listed(&self) -> Arc<[String]> {
        Arc::clone(&self.words.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on these words make a message wait.
    pub(crate) fn set_words(&self, words: &[String]) {
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = words.into();
    }

    /// What is answered must be there for everybody.
    async fn replied(&self, write: &mut Write, reply: Option<MessageId>) -> Result<Option<MessageId>> {
        let Some(id) = reply else { return Ok(None) };
        match db::message(write, id).await? {
            Some((meeting, message, _)) if meeting == self.meeting && message.state == State::Shown => Ok(Some(id)),
            _ => Err(Error::NoMessage),
        }
    }

    fn publish(&self, number: i64, event: &Event) {
        self.publish_at(number, None, event);
    }

    /// Tells an event; `place` is where a message stood that is shown again.
    fn publish_at(&self, number: i64, place: Option<i64>, event: &Event) {
        let mut shown = self.shown();
        shown.take(number, place, event);
        let holds = match event {
            Event::Said { message } | Event::Restored { message } => Some(message.id.0),
            Event::Removed { message } => {
                self.public.redact(message.0, &Event::Gone);
                None
            }
            _ => None,
        };
        self.public.push_as(u64::try_from(number).unwrap_or(0), holds, event);
        drop(shown);
        self.untold.add(&self.public);
    }

    async fn tell_desk(&self) -> Result<()> {
        let held = db::held(&mut *self.council.read().await?, self.meeting).await?;
        self.desk.push(None, &Desk::Changed { held: u64::try_from(held).unwrap_or(0) });
        self.desk.flush();
        Ok(())
    }

    pub(crate) fn tell_own(&self, author: AuthorId, event: &Own) {
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = own.get(&author) {
            channel.push(None, event);
            channel.flush();
        }
    }

    /// Follows what everybody may see: what was missed since a position, or a snapshot, and what comes.
    #[must_use]
    pub fn follow(&self, after: Option<&Position>) -> Following {
        let mut shown = self.shown();
        let mut following = self.public.follow(after);
        if following.missed.is_none() {
            following.missed = Some(shown.snapshot(&self.public, &following.position));
        }
        following
    }

    /// Follows what moderators look at.
    #[must_use]
    pub fn follow_desk(&self, _by: &Moderator) -> Following {
        self.desk.follow(None)
    }

    /// Follows what becomes of the asker's own messages; none for who never wrote here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn follow_own(&self, asker: &Asker) -> Result<Option<Following>> {
        let Some(author) = self.author(asker).await? else { return Ok(None) };
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.retain(|_, channel| channel.followers() > 0);
        let name = format!("meeting/{}/me", self.meeting);
        let channel = own.entry(author).or_insert_with(|| Arc::new(Channel::new(name, epoch(), 0)));
        Ok(Some(channel.follow(None)))
    }

    pub(crate) async fn author(&self, asker: &Asker) -> Result<Option<AuthorId>> {
        let Some(key) = asker.key() else { return Ok(None) };
        authors::known(&mut *self.council.read().await?, self.municipality, &key).await
    }

    /// What the meeting's page shows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn view(&self, asker: &Asker) -> Result<View> {
        let (mut own, mut excluded) = (Vec::new(), None);
        if let Some(author) = self.author(asker).await? {
            let mut read = self.council.read().await?;
            own = db::table(&mut read, self.meeting, &Filter::Author(author), OWN).await?;
            own.retain(|message| message.state != State::Shown);
            own.reverse();
            excluded = authors::excluded(&mut read, self.municipality, author, self.council.clock().now_ms()).await?;
        }
        let shown = self.shown();
        let messages = shown.messages.iter().map(|(_, message)| message.clone()).collect();
        Ok(View { mode: shown.mode, pinned: shown.pinned.clone(), messages, own, excluded })
    }

    /// What a moderator's page shows.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn table(&self, _by: &Moderator, filter: &Filter) -> Result<Table> {
        let mut read = self.council.read().await?;
        let messages = db::table(&mut read, self.meeting, filter, TABLE).await?;
        let waiting = db::waiting(&mut read, self.meeting).await?;
        let [held, appeals] = [waiting.0, waiting.1].map(|count| u64::try_from(count).unwrap_or(0));
        let exclusions = authors::exclusions(&mut read, self.meeting, self.council.clock().now_ms()).await?;
        let shown = self.shown();
        let pinned = shown.pinned.as_ref().map(|pinned| pinned.id);
        Ok(Table { mode: shown.mode, held, appeals, messages, exclusions, pinned })
    }

    /// What was said from one instant on until before another, milliseconds UTC; at most [`REPLAY`] messages.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn between(&self, from_ms: i64, until_ms: i64) -> Result<Vec<Public>> {
        db::between(&mut *self.council.read().await?, self.meeting, (from_ms, until_ms), REPLAY).await
    }
}

/// An event of the past as it may be told today.
fn again(past: db::Past) -> Event {
    match (past.kind.as_str(), past.shown, past.message) {
        ("said", Some(message), _) => Event::Said { message },
        ("restored", Some(message), _) => Event::Restored { message },
        ("removed", _, Some(message)) => Event::Removed { message },
        ("pinned", _, message) => Event::Pinned { message },
        ("mode", ..) => {
            let mode = past.detail.as_deref().and_then(|detail| serde_json::from_str(detail).ok());
            mode.map_or(Event::Gone, |mode| Event::Mode { mode })
        }
        _ => Event::Gone,
    }
}

/// A name for a run of event numbers.
pub(crate) fn epoch() -> String {
    council::random::base64_of_256_bits()[..12].to_owned()
}
