//! The programme: which take the public was shown from when on. One journal a recording, in the recording's folder.
//!
//! With the takes' journals it is the whole truth about a recording: the same cuts over the same parts
//! give the same segments with the same numbers, after every restart and on every machine.

mod writer;

use std::{
    collections::HashMap,
    io,
    path::PathBuf,
    sync::{Arc, PoisonError},
};

use serde::{Deserialize, Serialize};

use crate::{
    MeetingId, SourceId, journal,
    recording::Shows,
    sources::{Interpreter, Sources},
    store::About,
    take::{PartAt, Take, TakeId},
};

pub(crate) use writer::Writer;

/// The programme's file in a recording's folder.
pub(crate) const PROGRAM: &str = "program";

/// A line of the programme.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "k")]
pub(crate) enum Entry {
    /// The first line.
    Opened {
        version: u32,
        meeting: MeetingId,
        about: About,
        sources: Vec<SourceId>,
        /// Programmes of before there were any do not say.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        interpreters: Vec<Interpreter>,
        at_ms: i64,
    },
    /// The sources were changed.
    Sources {
        sources: Vec<SourceId>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        interpreters: Vec<Interpreter>,
        at_ms: i64,
    },
    /// From here on the public is shown this take.
    Cut {
        take: TakeId,
        #[serde(flatten)]
        shows: Shows,
        at_ms: i64,
        /// By the take's tracks: the first part that is shown.
        from: Vec<u32>,
        /// By the tracks of the take before: how many of its parts were public. Empty at the first cut.
        until: Vec<u32>,
    },
    /// These parts of a take were public, the disk being slow, and then the disk refused them:
    /// they are on no disk. Their places are kept, so that what came after keeps its number.
    Lost {
        take: TakeId,
        at_ms: i64,
        parts: Vec<LostPart>,
    },
    /// The clerk paused, or resumed.
    Paused {
        at_ms: i64,
    },
    Resumed {
        at_ms: i64,
    },
    /// The doors were closed, or opened again.
    InCamera {
        at_ms: i64,
    },
    InPublic {
        at_ms: i64,
    },
    /// The last line.
    Ended {
        at_ms: i64,
        until: Vec<u32>,
    },
}

impl Entry {
    /// The first line of a recording.
    pub(crate) fn opened(meeting: MeetingId, about: About, sources: Sources, at_ms: i64) -> Self {
        let Sources { pictures, interpreters } = sources;
        Self::Opened { version: 1, meeting, about, sources: pictures, interpreters, at_ms }
    }

    /// The sources are these now.
    pub(crate) fn sources(sources: &Sources, at_ms: i64) -> Self {
        let Sources { pictures, interpreters } = sources.clone();
        Self::Sources { sources: pictures, interpreters, at_ms }
    }
}

/// A part that was public and is on no disk.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct LostPart {
    /// Index into the take's tracks.
    pub(crate) t: u8,
    /// Index in the track.
    pub(crate) i: u32,
    #[serde(flatten)]
    pub(crate) at: PartAt,
}

/// A stretch of one take on the programme.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pub(crate) take: Arc<Take>,
    pub(crate) shows: Shows,
    pub(crate) from: Vec<u32>,
    /// None for the cut that is still on air.
    pub(crate) until: Option<Vec<u32>>,
}

impl Cut {
    /// The parts of a track that belong to this cut.
    pub(crate) fn parts(&self, track: usize) -> std::ops::Range<u32> {
        let on_disk = self.take.tracks[track].parts.read().unwrap_or_else(PoisonError::into_inner).len();
        let until = self.until.as_ref().map_or(u32::MAX, |until| until[track]);
        self.from[track]..until.min(u32::try_from(on_disk).unwrap_or(u32::MAX))
    }
}

/// A recording as its programme tells it.
#[derive(Debug)]
pub(crate) struct Story {
    pub(crate) meeting: MeetingId,
    pub(crate) about: About,
    pub(crate) sources: Sources,
    pub(crate) began_at_ms: i64,
    /// What keeps the sources away now, a pause or closed doors, and since when.
    pub(crate) halted: Option<(Shows, i64)>,
    /// When the doors were last opened.
    pub(crate) opened_at_ms: Option<i64>,
    pub(crate) ended_at_ms: Option<i64>,
    pub(crate) cuts: Vec<Cut>,
}

impl Story {
    /// Since when this keeps the sources away; none where it does not.
    pub(crate) fn halted_by(&self, why: &Shows) -> Option<i64> {
        self.halted.as_ref().filter(|(halted, _)| halted == why).map(|(_, since_ms)| *since_ms)
    }
}

/// What a programme says without its takes.
pub(crate) fn outline(entries: &[Entry]) -> Option<Story> {
    let Some(Entry::Opened { meeting, about, sources, interpreters, at_ms, .. }) = entries.first() else { return None };
    let mut story = Story {
        meeting: *meeting,
        about: about.clone(),
        sources: Sources { pictures: sources.clone(), interpreters: interpreters.clone() },
        began_at_ms: *at_ms,
        halted: None,
        opened_at_ms: None,
        ended_at_ms: None,
        cuts: Vec::new(),
    };
    for entry in &entries[1..] {
        match entry {
            Entry::Paused { at_ms } => story.halted = Some((Shows::Pause, *at_ms)),
            Entry::InCamera { at_ms } => story.halted = Some((Shows::InCamera, *at_ms)),
            Entry::Resumed { .. } => story.halted = None,
            Entry::InPublic { at_ms } => (story.halted, story.opened_at_ms) = (None, Some(*at_ms)),
            Entry::Ended { at_ms, .. } => story.ended_at_ms = Some(*at_ms),
            Entry::Sources { sources, interpreters, .. } => {
                story.sources = Sources { pictures: sources.clone(), interpreters: interpreters.clone() };
            }
            Entry::Opened { .. } | Entry::Cut { .. } | Entry::Lost { .. } => {}
        }
    }
    Some(story)
}

/// The programme's lines as the folder knows them that knows most; none where none of them holds one.
///
/// When a disk refuses, the programme goes on as a whole copy in another folder, so the longest is the newest.
pub(crate) fn entries(folders: &[PathBuf]) -> io::Result<Option<Vec<Entry>>> {
    Ok(newest(folders)?.map(|(_, entries)| entries))
}

fn newest(folders: &[PathBuf]) -> io::Result<Option<(usize, Vec<Entry>)>> {
    let (mut best, mut failed): (Option<(usize, Vec<Entry>)>, _) = (None, None);
    for (index, folder) in folders.iter().enumerate() {
        match journal::read::<Entry>(&folder.join(PROGRAM)) {
            Ok(found) if best.as_ref().is_none_or(|(_, best)| found.entries.len() > best.len()) => {
                best = Some((index, found.entries));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => failed = Some(error),
        }
    }
    match (best, failed) {
        (None, Some(error)) => Err(error),
        (best, _) => Ok(best),
    }
}

/// The whole story: the programme with its takes, which may lie in any of `folders` (the recording's folder on each disk).
pub(crate) fn read(entries: &[Entry], folders: &[PathBuf]) -> io::Result<Story> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut story = outline(entries).ok_or_else(|| invalid("the programme does not begin with its opening"))?;
    let mut takes: HashMap<TakeId, Arc<Take>> = HashMap::new();
    let mut lost: HashMap<TakeId, Vec<LostPart>> = HashMap::new();
    for entry in entries {
        if let Entry::Lost { take, parts, .. } = entry {
            lost.entry(*take).or_default().extend(parts);
        }
    }
    for entry in entries {
        match entry {
            Entry::Cut { take, shows, from, until, .. } => {
                let take = match takes.get(take) {
                    Some(take) => take.clone(),
                    None => {
                        let read = find(*take, folders)?;
                        read.keep_places(lost.get(take).map_or(&[], Vec::as_slice));
                        takes.entry(*take).or_insert(Arc::new(read)).clone()
                    }
                };
                if from.len() != take.tracks.len() {
                    return Err(invalid("a cut does not fit its take"));
                }
                if let Some(before) = story.cuts.last_mut() {
                    before.until = Some(until.clone());
                }
                story.cuts.push(Cut { take, shows: shows.clone(), from: from.clone(), until: None });
            }
            Entry::Ended { until, .. } => {
                if let Some(last) = story.cuts.last_mut() {
                    last.until = Some(until.clone());
                }
            }
            _ => {}
        }
    }
    let fits = |cut: &Cut| cut.until.as_ref().is_none_or(|until| until.len() == cut.take.tracks.len());
    if story.cuts.iter().all(fits) { Ok(story) } else { Err(invalid("a cut does not fit its take")) }
}

fn find(take: TakeId, folders: &[PathBuf]) -> io::Result<Take> {
    let folder = folders.iter().map(|folder| folder.join(take.to_string())).find(|folder| folder.is_dir());
    match folder {
        Some(folder) => Take::read(&folder),
        None => Err(io::Error::new(io::ErrorKind::NotFound, format!("the take {take} is in none of the folders"))),
    }
}
