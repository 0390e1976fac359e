//! Meetings in camera, as the store is told of them.

use std::sync::Arc;

use super::{About, Error, Store};
use crate::{MeetingId, Recording, Sources, conductor::Command, intake::LONGEST, program::Story, recording::Shows};

impl Store {
    /// As [`Store::begin`], of a meeting that is in camera, whatever the disk has noted of that: nothing is taken.
    ///
    /// # Errors
    /// As [`Store::begin`].
    pub async fn begin_in_camera(
        &self,
        meeting: MeetingId,
        about: &About,
        sources: &Sources,
    ) -> Result<Arc<Recording>, Error> {
        self.inner.intake.close_doors(meeting, &sources.all());
        let recording = self.begin(meeting, about, sources).await?;
        self.close_doors(meeting).await?;
        Ok(recording)
    }

    /// The meeting goes in camera. Nothing of its sources passes from the moment of the call on; the slate stands within one
    /// part. Nothing of the chamber is kept until [`Store::open_doors`], over every restart. Called twice it is done once.
    ///
    /// # Errors
    /// When the recording is not running.
    pub async fn close_doors(&self, meeting: MeetingId) -> Result<(), Error> {
        if let Some(recording) = self.running().get(&meeting) {
            self.inner.intake.close_doors(meeting, &recording.sources().all());
        }
        self.tell(meeting, Command::CloseDoors).await.inspect_err(|_| self.inner.intake.open_doors(meeting))
    }

    /// Shows and keeps the sources again: what they take from now on, when what was on its way has passed by.
    ///
    /// # Errors
    /// When the recording is not running, or the disk refuses: then the doors stay closed.
    pub async fn open_doors(&self, meeting: MeetingId) -> Result<(), Error> {
        self.tell(meeting, Command::OpenDoors).await
    }

    /// Before a recording is led (again): its sources are let no further than the programme on disk says.
    pub(super) fn stand_at_doors(&self, story: &Story) {
        let (intake, now_ms) = (&self.inner.intake, self.inner.clock.now_ms());
        let closed = story.halted_by(&Shows::InCamera).is_some();
        // What was taken before the doors were opened may be on its way still, to the program that runs now.
        let lately = |at_ms: i64| u128::from((at_ms - now_ms).unsigned_abs()) < LONGEST.as_millis();
        let opening = !closed && story.opened_at_ms.is_some_and(lately);
        if closed || opening {
            intake.close_doors(story.meeting, &story.sources.all());
        }
        if opening {
            intake.open_doors(story.meeting);
        }
    }
}
