//! What a new viewer is shown: the last messages, what stands above them, and how the chat is run.

use std::collections::VecDeque;

use serde::Serialize;

use super::SNAPSHOT;
use crate::{
    channel::{Batch, Channel, Position},
    event::{Event, Public},
    mode::Mode,
};

/// What a new viewer is shown.
pub(super) struct Shown {
    pub(super) mode: Mode,
    pub(super) pinned: Option<Public>,
    pub(super) messages: VecDeque<(i64, Public)>,
    /// The snapshot as it was last told, with the number of the event after which it was true.
    pub(super) told: Option<(u64, Batch)>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "snapshot")]
struct Snapshot<'a> {
    epoch: &'a str,
    offset: u64,
    mode: Mode,
    pinned: Option<&'a Public>,
    messages: Vec<&'a Public>,
}

impl Shown {
    pub(super) fn take(&mut self, number: i64, place: Option<i64>, event: &Event) {
        match event {
            Event::Said { message } | Event::Restored { message } => {
                let place = place.unwrap_or(number);
                let at = self.messages.partition_point(|(other, _)| *other < place);
                // What is older than all that is shown stays out of sight.
                if at > 0 || self.messages.len() < SNAPSHOT {
                    self.messages.insert(at, (place, message.clone()));
                }
                if self.messages.len() > SNAPSHOT {
                    self.messages.pop_front();
                }
            }
            Event::Removed { message } => {
                self.messages.retain(|(_, other)| other.id != *message);
                if self.pinned.as_ref().is_some_and(|pinned| pinned.id == *message) {
                    self.pinned = None;
                }
            }
            Event::Mode { mode } => self.mode = *mode,
            Event::Pinned { .. } | Event::Gone => {}
        }
    }

    /// Made once after each event, however many ask for it.
    pub(super) fn snapshot(&mut self, channel: &Channel, position: &Position) -> Batch {
        if let Some((offset, told)) = &self.told
            && *offset == position.offset
        {
            return told.clone();
        }
        let snapshot = Snapshot {
            epoch: &position.epoch,
            offset: position.offset,
            mode: self.mode,
            pinned: self.pinned.as_ref(),
            messages: self.messages.iter().map(|(_, message)| message).collect(),
        };
        let told = Batch::from(channel.unnumbered(&snapshot));
        self.told = Some((position.offset, told.clone()));
        told
    }
}
