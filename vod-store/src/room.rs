//! Room on the disk that a running recording holds for what is still to come, so that nothing else fills it meanwhile.
//!
//! It is held by a file without a name: it is in no listing and no backup, and is gone with the process that holds it.

use std::{fs::File, io, path::Path, time::Duration};

use rustix::fs::{FallocateFlags, Mode, OFlags};
use tokio::time::Instant;

use crate::disk;

/// How often the room is looked at.
pub(crate) const LOOK: Duration = Duration::from_secs(10);
/// A source's rate until it has been measured: 4 Mb/s, more than most councils send.
const ASSUMED_BYTES_A_SECOND: u64 = 500_000;
/// However late it is, room for so long is kept.
const AT_LEAST: Duration = Duration::from_secs(3600);
/// What is left free for all else on the disk: the database, the system's log, and what comes between two looks.
const OTHERS: u64 = 2 << 30;
/// What is given up at once when the disk is full nevertheless: more than a recording writes between two looks.
const PIECE: u64 = 256 << 20;
/// The room is not changed for less than this: each change is a transaction of the file system's.
const STEP: u64 = 16 << 20;

/// The room held for one recording on one disk.
#[derive(Debug)]
pub(crate) struct Room {
    /// For how long a meeting room is held from its beginning on; zero: none is.
    planned: Duration,
    began: Instant,
    file: Option<File>,
    held: u64,
    /// When it was looked last, and how much had been written by then.
    looked: Option<(Instant, u64)>,
    /// None until it was measured.
    bytes_a_second: Option<u64>,
}

/// What a look at the disk found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// How long the disk lasts at the recording's rate, held room included.
    pub(crate) lasts: Duration,
    /// Whether that is less than what was planned.
    pub(crate) little: bool,
}

impl Room {
    pub(crate) fn new(planned: Duration, began: Instant) -> Self {
        Self { planned, began, file: None, held: 0, looked: None, bytes_a_second: None }
    }

    /// Bytes held now.
    pub(crate) fn held(&self) -> u64 {
        self.held
    }

    /// Measures the rate by the bytes `written` so far, and holds in `folder` what is still to come, or as much of it as
    /// there is.
    ///
    /// # Errors
    /// When the system does not say how much room there is. Where a file system cannot hold room none is held.
    pub(crate) fn look(&mut self, folder: &Path, now: Instant, written: u64) -> io::Result<Found> {
        self.measure(now, written);
        let rate = self.bytes_a_second.unwrap_or(ASSUMED_BYTES_A_SECOND).max(1);
        let to_come = self.to_come(now);
        let all = disk::room_left(folder)?.saturating_add(self.held);
        let lasts = Duration::from_secs(all / rate);
        if !self.planned.is_zero() {
            let wanted = (to_come.as_secs() * rate).min(all.saturating_sub(OTHERS));
            if let Err(error) = self.hold(folder, wanted) {
                tracing::debug!(folder = %folder.display(), %error, "no room is held");
                self.release();
            }
        }
        Ok(Found { lasts, little: lasts < to_come })
    }

    /// The disk is full: a piece of what is held is given to the recording. Whether there was one.
    pub(crate) fn give(&mut self) -> bool {
        let wanted = self.held.saturating_sub(PIECE);
        let gives = wanted < self.held && self.file.as_ref().is_some_and(|file| file.set_len(wanted).is_ok());
        if gives {
            self.held = wanted;
        }
        gives
    }

    /// Nothing is held any more, because the recording is over or has gone to another disk.
    pub(crate) fn release(&mut self) {
        self.file = None;
        self.held = 0;
    }

    fn to_come(&self, now: Instant) -> Duration {
        self.planned.saturating_sub(now.duration_since(self.began)).max(AT_LEAST.min(self.planned))
    }

    fn measure(&mut self, now: Instant, written: u64) {
        let (before, already) = *self.looked.get_or_insert((now, written));
        let seconds = now.duration_since(before).as_secs();
        if seconds == 0 {
            return;
        }
        self.looked = Some((now, written));
        let rate = (written - already) / seconds;
        // The slate and a pause write little: what the sources wrote at their best is to be expected, and fades slowly.
        let faded = self.bytes_a_second.map_or(0, |before| before - before / 50);
        self.bytes_a_second = Some(rate.max(faded)).filter(|rate| *rate > 0);
    }

    fn hold(&mut self, folder: &Path, wanted: u64) -> io::Result<()> {
        if self.file.is_none() {
            let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
            self.file = Some(rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR)?.into());
        }
        let file = self.file.as_ref().expect("it was opened above");
        if wanted + STEP < self.held {
            file.set_len(wanted)?;
        } else if wanted > self.held + STEP {
            rustix::fs::fallocate(file, FallocateFlags::empty(), self.held, wanted - self.held)?;
        } else {
            return Ok(());
        }
        self.held = wanted;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn room_is_taken_from_the_disk_and_given_back_as_the_recording_grows() {
        let folder = tempfile::tempdir().unwrap();
        let (began, minute) = (Instant::now(), Duration::from_secs(60));
        let mut room = Room::new(10 * minute, began);
        room.look(folder.path(), began, 0).unwrap();
        let file = |room: &Room| room.file.as_ref().unwrap().metadata().unwrap();
        assert_eq!(room.held(), 600 * ASSUMED_BYTES_A_SECOND);
        assert!(std::os::unix::fs::MetadataExt::blocks(&file(&room)) * 512 >= room.held(), "the blocks are its own");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it has no name");
        // A minute at a fifth of the rate, which goes on for ten.
        let found = room.look(folder.path(), began + minute, 60 * 100_000).unwrap();
        assert_eq!((room.held(), file(&room).len(), found.little), (600 * 100_000, 600 * 100_000, false));
        assert!(room.give());
        assert_eq!((room.held(), file(&room).len()), (0, 0));
        assert!(!room.give(), "nothing is left to give");
    }

    #[test]
    fn a_disk_that_does_not_last_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let began = Instant::now();
        let mut room = Room::new(Duration::from_secs(60), began);
        room.look(folder.path(), began, 0).unwrap();
        // So much in ten seconds that a minute of it does not fit; what is free for others is not held.
        let much = disk::room_left(folder.path()).unwrap() / 3;
        room.planned = Duration::ZERO;
        assert!(!room.look(folder.path(), began + LOOK, much).unwrap().little, "nothing is planned");
        room.planned = Duration::from_secs(120);
        room.file = None;
        assert!(room.look(Path::new("/proc"), began + 2 * LOOK, 2 * much).unwrap().little);
        assert_eq!(room.held(), 0, "a file system that holds no room is no fault");
    }

    #[test]
    fn however_long_it_lasts_an_hour_is_held_and_a_pause_does_not_lower_the_rate() {
        let began = Instant::now();
        let mut room = Room::new(2 * HOUR, began);
        room.measure(began, 0);
        room.measure(began + Duration::from_secs(10_000), 100_000 * 10_000);
        room.measure(began + Duration::from_secs(10_010), 100_000 * 10_000 + 10);
        assert_eq!(room.bytes_a_second, Some(98_000));
        assert_eq!(room.to_come(began + HOUR / 2), HOUR * 3 / 2);
        assert_eq!(room.to_come(began + 5 * HOUR), HOUR);
    }
}
