//! The floors of an installation: a room for each meeting, and the tick at which they tell their followers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use council::{
    Council, MeetingId, MunicipalityId,
    audit::{self, Line},
    permission::Moderator,
};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{Error, Result, Room, author, channel::Channel, db, words};

/// How long events are gathered before they are told: one write for each follower and tick. Channels that very many
/// follow are told at every second or fourth tick, while much happens there: see [`Channel::flush_in_turn`].
const TICK: Duration = Duration::from_millis(50);
/// A room that nobody has used for so long is let go; its messages are in the database.
const IDLE: Duration = Duration::from_secs(900);
/// How often rooms are looked at for that.
const LOOK: Duration = Duration::from_secs(60);
/// A day, milliseconds.
const DAY_MS: i64 = 86_400_000;

/// The floors of an installation; cheap to clone.
#[derive(Clone, Debug)]
pub struct Floor(Arc<Floors>);

struct Floors {
    council: Council,
    rooms: Mutex<HashMap<MeetingId, (Arc<Room>, Instant)>>,
    opening: tokio::sync::Mutex<()>,
    day: tokio::sync::Mutex<Option<(i64, String)>>,
    untold: Untold,
}

/// The channels that have something to tell, and the bell that wakes who tells it.
#[derive(Clone, Default)]
pub(crate) struct Untold(Arc<(Mutex<Vec<Arc<Channel>>>, Notify)>);

impl Untold {
    pub(crate) fn add(&self, channel: &Arc<Channel>) {
        let (channels, bell) = &*self.0;
        let mut channels = channels.lock().unwrap_or_else(PoisonError::into_inner);
        if !channels.iter().any(|other| Arc::ptr_eq(other, channel)) {
            channels.push(Arc::clone(channel));
        }
        bell.notify_one();
    }

    fn take(&self) -> Vec<Arc<Channel>> {
        std::mem::take(&mut *self.0.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells of the channels whose turn it is; the others' is the next tick.
    fn tell(&self) {
        for channel in self.take() {
            if !channel.flush_in_turn() {
                self.add(&channel);
            }
        }
    }
}

impl std::fmt::Debug for Floors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Floors").finish_non_exhaustive()
    }
}

impl Floor {
    /// The floors of this council's meetings.
    #[must_use]
    pub fn new(council: Council) -> Self {
        Self(Arc::new(Floors {
            council,
            rooms: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            day: tokio::sync::Mutex::default(),
            untold: Untold::default(),
        }))
    }

    /// Tells followers what happens, a batch a tick, until `ending`.
    pub async fn run(self, ending: CancellationToken) {
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                () = ending.cancelled() => break,
                () = self.0.untold.0.1.notified() => {
                    tokio::time::sleep(TICK).await;
                    self.0.untold.tell();
                }
                _ = look.tick() => self.let_go(),
            }
        }
        self.0.untold.take().iter().for_each(|channel| channel.flush());
    }

    fn let_go(&self) {
        let mut rooms = self.rooms();
        rooms.retain(|_, (room, used)| Arc::strong_count(room) > 1 || used.elapsed() < IDLE);
    }

    fn rooms(&self) -> std::sync::MutexGuard<'_, HashMap<MeetingId, (Arc<Room>, Instant)>> {
        self.0.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The room of a meeting of this municipality.
    ///
    /// # Errors
    /// [`council::Error::NotFound`] also for another municipality's meeting.
    pub async fn room(&self, municipality: MunicipalityId, meeting: MeetingId) -> Result<Arc<Room>> {
        if let Some(room) = self.open_room(meeting) {
            return owned(room, municipality);
        }
        // One reads it from the database, the others wait for that.
        let _opening = self.0.opening.lock().await;
        if let Some(room) = self.open_room(meeting) {
            return owned(room, municipality);
        }
        self.0.council.meeting(municipality, meeting).await?;
        let room = Arc::new(Room::open(&self.0.council, self.0.untold.clone(), municipality, meeting).await?);
        self.rooms().insert(meeting, (Arc::clone(&room), Instant::now()));
        Ok(room)
    }

    fn open_room(&self, meeting: MeetingId) -> Option<Arc<Room>> {
        let mut rooms = self.rooms();
        let (room, used) = rooms.get_mut(&meeting)?;
        *used = Instant::now();
        Some(Arc::clone(room))
    }

    /// The words that make a message of this municipality's floors wait, folded.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn words(&self, by: &Moderator) -> Result<Vec<String>> {
        db::words(&mut *self.0.council.read().await?, by.municipality()).await
    }

    /// Changes them, from now on in every room; logged. One a line, with `*` for beginnings of words.
    ///
    /// # Errors
    /// When the list or a word is too long.
    pub async fn set_words(&self, by: &Moderator, text: &str) -> Result<()> {
        let (list, here) = (words::list(text)?, by.municipality());
        let mut write = self.0.council.write().await?;
        db::set_words(&mut write, here, &list).await?;
        let (subject, detail) = (here.to_string(), serde_json::json!({ "words": list.len() }));
        let line = Line { account: Some(by.account()), act: "chat.words", subject: &subject, detail };
        audit::append(&mut write, self.0.council.clock(), here, line).await?;
        write.commit().await?;
        for (room, _) in self.rooms().values().filter(|(room, _)| room.municipality() == here) {
            room.set_words(&list);
        }
        Ok(())
    }

    /// What stands for an address prefix today: a hash by a key that is thrown away with the day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn network(&self, prefix: &str) -> Result<String> {
        let today = self.0.council.clock().now_ms() / DAY_MS;
        let mut day = self.0.day.lock().await;
        let key = match &*day {
            Some((of, key)) if *of == today => key.clone(),
            _ => {
                let key = author::db::day_key(&self.0.council, today).await?;
                *day = Some((today, key.clone()));
                key
            }
        };
        let keyed = council::digest::sha256(format!("{key} {prefix}").as_bytes());
        Ok(council::digest::hex(&keyed[..16]))
    }
}

fn owned(room: Arc<Room>, municipality: MunicipalityId) -> Result<Arc<Room>> {
    if room.municipality() == municipality {
        Ok(room)
    } else {
        Err(Error::Council(council::Error::NotFound("meeting")))
    }
}
