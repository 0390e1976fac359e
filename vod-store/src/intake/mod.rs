//! Where sources offer their parts, and where everybody else sees how the sources are.
//!
//! `ingest` connects a [`Feed`] for each source that publishes; recordings that have the source take its parts;
//! the go-live screen watches its [`SourceStatus`]. A source that no recording has is seen, not kept.
//! Of a source behind closed doors nothing gets any further than here but how it is: see [`Intake::close_doors`].

mod doors;
mod status;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

pub(crate) use doors::LONGEST;
use doors::{Began, Doors};
pub use status::{Cause, Connection, Fault, Health, Level, Refusal, Refused, SourceStatus, Thumbnail};

use crate::{
    Clock, MeetingId, SourceId,
    media::{Part, Track},
};

/// A publish whose last part is younger than this is healthy: a second one of the same source is refused.
const HEALTHY: Duration = Duration::from_secs(2);

/// All sources of the installation.
#[derive(Clone, Debug)]
pub struct Intake {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    clock: Clock,
    desks: Mutex<HashMap<SourceId, Desk>>,
}

/// What is known of one source.
#[derive(Debug)]
struct Desk {
    status: watch::Sender<SourceStatus>,
    thumbnail: Option<Thumbnail>,
    /// Counts the publishes; a feed of an older one is gone.
    publish: u64,
    tracks: Option<Arc<Vec<Track>>>,
    /// When the run of these tracks began.
    began: Option<Began>,
    doors: Doors,
    last_part: Instant,
    listeners: Vec<mpsc::Sender<Offered>>,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            status: watch::Sender::default(),
            thumbnail: None,
            publish: 0,
            tracks: None,
            began: None,
            doors: Doors::default(),
            last_part: Instant::now(),
            listeners: Vec::new(),
        }
    }
}

/// What a listening recording is offered.
#[derive(Debug)]
pub(crate) struct Offered {
    pub(crate) source: SourceId,
    pub(crate) offer: Offer,
}

/// See [`Offered`].
#[derive(Debug)]
pub(crate) enum Offer {
    /// A new run of the source, with these tracks.
    Tracks(Arc<Vec<Track>>),
    Part(Part),
    Thumbnail(Thumbnail),
    /// The source has gone.
    Gone,
}

/// A publish of a source, held by its connection; dropping it says that the source has gone.
#[derive(Debug)]
pub struct Feed {
    inner: Arc<Inner>,
    source: SourceId,
    publish: u64,
}

impl Inner {
    fn desks(&self) -> MutexGuard<'_, HashMap<SourceId, Desk>> {
        self.desks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intake {
    /// No source yet.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { inner: Arc::new(Inner { clock, desks: Mutex::default() }) }
    }

    /// The clock that the sources' times are told by.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// A source begins to publish.
    ///
    /// # Errors
    /// [`Refusal::Busy`] while another publish of the same source is healthy (a part within the last two seconds);
    /// one that has fallen silent is replaced: its feed answers [`Gone`] from then on.
    pub fn connect(&self, source: SourceId, connection: Connection) -> Result<Feed, Refusal> {
        let mut desks = self.inner.desks();
        let desk = desks.entry(source).or_default();
        let connected = desk.status.borrow().connection.is_some();
        if connected && desk.last_part.elapsed() < HEALTHY {
            return Err(Refusal::Busy);
        }
        desk.publish += 1;
        // A publish that has just begun counts as healthy until it had time for its first part.
        desk.last_part = Instant::now();
        desk.tracks = None;
        desk.status.send_replace(SourceStatus { connection: Some(connection), ..SourceStatus::default() });
        Ok(Feed { inner: self.inner.clone(), source, publish: desk.publish })
    }

    /// Says on the source's status that a publish was refused.
    pub fn refused(&self, source: SourceId, refused: Refused) {
        let mut desks = self.inner.desks();
        desks.entry(source).or_default().status.send_modify(|status| status.refused = Some(refused));
    }

    /// The source's status, now and as it changes.
    #[must_use]
    pub fn status(&self, source: SourceId) -> watch::Receiver<SourceStatus> {
        self.inner.desks().entry(source).or_default().status.subscribe()
    }

    /// From this instant on nothing that these sources send goes to any recording or preview, whoever has them:
    /// this meeting is in camera where they stand.
    pub(crate) fn close_doors(&self, meeting: MeetingId, sources: &[SourceId]) {
        let mut desks = self.inner.desks();
        for &source in sources {
            let desk = desks.entry(source).or_default();
            desk.doors.close(meeting);
            desk.thumbnail = None;
        }
    }

    /// The meeting is no longer in camera: what its sources take from now on passes again.
    pub(crate) fn open_doors(&self, meeting: MeetingId) {
        let now = Instant::now();
        self.inner.desks().values_mut().for_each(|desk| desk.doors.open(meeting, now));
    }

    /// Whether the source stands behind closed doors.
    #[must_use]
    pub fn closed(&self, source: SourceId) -> bool {
        self.inner.desks().get(&source).is_some_and(|desk| desk.doors.closed())
    }

    /// Whether something came of the source within `limit`, let in or not.
    pub(crate) fn comes(&self, source: SourceId, limit: Duration) -> bool {
        self.inner.desks().get(&source).is_some_and(|desk| desk.tracks.is_some() && desk.last_part.elapsed() < limit)
    }

    /// Whether the source publishes now.
    pub(crate) fn connected(&self, source: SourceId) -> bool {
        self.inner.desks().get(&source).is_some_and(|desk| desk.status.borrow().connection.is_some())
    }

    /// The status of every source that has ever come.
    #[must_use]
    pub fn all(&self) -> Vec<(SourceId, SourceStatus)> {
        self.inner.desks().iter().map(|(source, desk)| (*source, desk.status.borrow().clone())).collect()
    }

    /// The source's last picture.
    #[must_use]
    pub fn thumbnail(&self, source: SourceId) -> Option<Thumbnail> {
        self.inner.desks().get(&source)?.thumbnail.clone()
    }

    /// A recording wants what these sources offer from now on.
    pub(crate) fn listen(&self, sources: &[SourceId], listener: &mpsc::Sender<Offered>) {
        let mut desks = self.inner.desks();
        for &source in sources {
            let desk = desks.entry(source).or_default();
            desk.listeners.retain(|other| !other.is_closed() && !other.same_channel(listener));
            desk.listeners.push(listener.clone());
            if let Some(tracks) = &desk.tracks {
                // The queue of a listener that has just come is empty; were it full, the next run's tracks would do.
                let _ = listener.try_send(Offered { source, offer: Offer::Tracks(tracks.clone()) });
            }
        }
    }
}

/// The feed was replaced by a newer publish of its source: end the connection.
#[derive(Debug, thiserror::Error)]
#[error("another publish has taken this source's place")]
pub struct Gone;

impl Feed {
    /// Whose it is.
    #[must_use]
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// Looks at the source's desk; refuses when the feed was replaced.
    fn at_desk<T>(&self, act: impl FnOnce(&mut Desk) -> T) -> Result<T, Gone> {
        let mut desks = self.inner.desks();
        let desk = desks.get_mut(&self.source).filter(|desk| desk.publish == self.publish).ok_or(Gone)?;
        Ok(act(desk))
    }

    /// A (new) set of tracks: all that parts will name from here on. A second call begins a new take.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn tracks(&self, tracks: Vec<Track>) -> Result<(), Gone> {
        let tracks = Arc::new(tracks);
        let at_ms = self.inner.clock.now_ms();
        let listeners = self.at_desk(|desk| {
            desk.tracks = Some(tracks.clone());
            desk.last_part = Instant::now();
            desk.began = Some(Began { at_ms, at: desk.last_part });
            desk.status.send_modify(|status| status.tracks.clone_from(&tracks));
            desk.listeners.clone()
        })?;
        self.offer(listeners, || Offer::Tracks(tracks.clone())).await;
        Ok(())
    }

    /// A part. Parts of a track come in order; those of different tracks as they are ready.
    /// Waits while the recordings' queues are full (back-pressure; nothing is dropped).
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn part(&self, part: Part) -> Result<(), Gone> {
        let listeners = self.at_desk(|desk| {
            desk.last_part = Instant::now();
            let passes = desk.doors.admit(part.captured_at_ms, desk.began, desk.last_part);
            if passes { desk.listeners.clone() } else { Vec::new() }
        })?;
        self.offer(listeners, || Offer::Part(part.clone())).await;
        Ok(())
    }

    /// A measurement with what is wrong at it.
    pub fn health(&self, health: Health, faults: Vec<Fault>) {
        // Of a feed that was replaced nothing is told.
        let _ = self.at_desk(|desk| {
            desk.status.send_modify(|status| {
                status.health = Some(health);
                status.faults = faults;
            });
        });
    }

    /// A small picture, about one every two seconds.
    pub async fn thumbnail(&self, thumbnail: Thumbnail) {
        let listeners = self.at_desk(|desk| {
            if !desk.doors.admit(thumbnail.at_ms, desk.began, Instant::now()) {
                return Vec::new();
            }
            desk.thumbnail = Some(thumbnail.clone());
            desk.listeners.clone()
        });
        self.offer(listeners.unwrap_or_default(), || Offer::Thumbnail(thumbnail.clone())).await;
    }

    async fn offer(&self, listeners: Vec<mpsc::Sender<Offered>>, offer: impl Fn() -> Offer) {
        for listener in listeners {
            // A recording that has ended listens no more; the next `listen` clears it away.
            let _ = listener.send(Offered { source: self.source, offer: offer() }).await;
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        let source = self.source;
        let listeners = self.at_desk(|desk| {
            desk.tracks = None;
            desk.status.send_modify(|status| {
                status.connection = None;
                status.health = None;
                status.faults = Vec::new();
                status.tracks = Vec::new();
            });
            desk.listeners.clone()
        });
        for listener in listeners.unwrap_or_default() {
            // A listener whose queue is full finds out by asking `connected`.
            let _ = listener.try_send(Offered { source, offer: Offer::Gone });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection() -> Connection {
        Connection { protocol: "rtmp", remote: "192.0.2.1:5".into(), encoder: "OBS".into(), since_ms: 0 }
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_publish_is_refused_while_the_first_is_healthy_and_replaces_it_when_it_is_not() {
        let (intake, source) = (Intake::new(Clock::system()), SourceId::new());
        let first = intake.connect(source, connection()).unwrap();
        assert_eq!(intake.connect(source, connection()).unwrap_err(), Refusal::Busy);
        tokio::time::advance(HEALTHY).await;
        let second = intake.connect(source, connection()).unwrap();
        first.tracks(Vec::new()).await.unwrap_err();
        drop(first);
        assert!(intake.status(source).borrow().connection.is_some(), "the old feed's end is not the new one's");
        drop(second);
        assert!(intake.status(source).borrow().connection.is_none());
    }
}
