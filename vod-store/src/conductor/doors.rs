//! Closed doors and pauses: what stops the sources, and what lets them in again.

use std::io;

use tokio::time::Instant;

use super::Desk;
use crate::{
    program::Entry,
    recording::{Shows, State},
};

impl Desk {
    /// From now on nothing of a source is taken, and the slate stands.
    pub(super) async fn halt(&mut self, why: Shows, state: State) {
        self.halted = Some(why);
        self.runs.values_mut().for_each(|run| run.restart(Vec::new()));
        self.given.recording.set_state(state);
        self.on_tick().await;
        self.looks_at = Instant::now();
    }

    /// The doors are closed before anything else is done, and stay so whatever the disk says: that it is noted is for a
    /// restart, and the council's stage is a second note of it. Pressed twice they have been closed since the first press.
    pub(super) async fn close_doors(&mut self, at_ms: i64) -> io::Result<()> {
        if self.halted == Some(Shows::InCamera) {
            return Ok(());
        }
        let recording = &self.given.recording;
        self.given.intake.close_doors(recording.meeting(), &recording.sources().all());
        self.halt(Shows::InCamera, State::InCamera { since_ms: at_ms }).await;
        if let Err(error) = self.note(Entry::InCamera { at_ms }) {
            self.disk_refused(self.folder, &error);
        }
        Ok(())
    }

    /// The sources come again. What they took before this instant passes by first, so the slate stands for some seconds more.
    pub(super) fn open_doors(&mut self, at_ms: i64) -> io::Result<()> {
        if self.halted != Some(Shows::InCamera) {
            return Ok(());
        }
        self.note(Entry::InPublic { at_ms })?;
        self.halted = None;
        self.given.intake.open_doors(self.given.recording.meeting());
        self.given.recording.set_state(State::Opening { since_ms: at_ms });
        Ok(())
    }
}
