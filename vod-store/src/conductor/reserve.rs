//! Room for what is still to come, held on the disk that is written to.

use std::{io, time::Duration};

use tokio::{task::JoinHandle, time::Instant};

use super::Desk;
use crate::{
    alarm::Alarm,
    room::{Found, LOOK, Room},
};

/// The room of one recording, and the look at the disk that is under way.
pub(super) struct Reserve {
    /// None while a thread looks at the disk with it.
    room: Option<Room>,
    looking: Option<JoinHandle<(Room, io::Result<Found>)>>,
    looks_at: Instant,
    /// The folder in which it is held.
    folder: usize,
    written: u64,
}

impl Reserve {
    pub(super) fn new(planned: Duration) -> Self {
        Self {
            room: Some(Room::new(planned, Instant::now())),
            looking: None,
            looks_at: Instant::now(),
            folder: 0,
            written: 0,
        }
    }

    /// So much more was written.
    pub(super) fn wrote(&mut self, bytes: usize) {
        self.written += bytes as u64;
    }

    /// A disk is full: whether room was held there, of which the recording now has a piece.
    pub(super) fn give(&mut self, folder: usize) -> bool {
        self.folder == folder && self.room.as_mut().is_some_and(Room::give)
    }
}

impl Desk {
    /// Looks now and then how much room there is, in a thread of its own: a disk that hangs must not hold up the parts.
    pub(super) async fn reserve(&mut self) {
        // A film's size is known before it is taken in.
        if self.given.slate.is_none() {
            return;
        }
        if let Some(looking) = self.reserve.looking.take_if(|looking| looking.is_finished())
            && let Ok((room, found)) = looking.await
        {
            self.found(&room, found);
            self.reserve.room = Some(room);
        }
        if Instant::now() < self.reserve.looks_at {
            return;
        }
        let Some(mut room) = self.reserve.room.take() else { return };
        if std::mem::replace(&mut self.reserve.folder, self.folder) != self.folder {
            room.release();
        }
        self.reserve.looks_at = Instant::now() + LOOK;
        let (folder, written) = (self.given.folders[self.folder].clone(), self.reserve.written);
        self.reserve.looking = Some(tokio::task::spawn_blocking(move || {
            let found = room.look(&folder, Instant::now(), written);
            (room, found)
        }));
    }

    fn found(&self, room: &Room, found: io::Result<Found>) {
        let recording = &self.given.recording;
        recording.set_held(if self.reserve.folder == 0 { room.held() } else { 0 });
        match found {
            Ok(found) if found.little => {
                // In steps, so that it is not said anew each time.
                let minutes = found.lasts.as_secs() / 600 * 10;
                recording.raised().raise(Alarm::LittleRoom { minutes });
            }
            Ok(_) => recording.raised().clear(|alarm| matches!(alarm, Alarm::LittleRoom { .. })),
            // The writers tell when the disk does not answer.
            Err(error) => tracing::warn!(meeting = %recording.meeting(), %error, "the room on the disk is not known"),
        }
    }
}
