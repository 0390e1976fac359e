//! A take as its readers see it: what of it may be public, and where its bytes are.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;

use super::{Entry, JOURNAL, PartAt, TakeId, track_path};
use crate::{
    SourceId, journal,
    media::{Track, TrackName},
    program::LostPart,
};

/// A take as its readers see it.
#[derive(Debug)]
pub(crate) struct Take {
    pub(crate) id: TakeId,
    pub(crate) source: Option<SourceId>,
    pub(crate) tracks: Vec<TakeTrack>,
}

/// A track of a take: its description, its file, and the parts that may be public.
#[derive(Debug)]
pub(crate) struct TakeTrack {
    pub(crate) about: Track,
    pub(crate) file: Arc<File>,
    pub(crate) parts: RwLock<Vec<PartAt>>,
    /// By index, the bytes of those parts that are in memory only: the disk is slow, or has refused them.
    pub(super) memory: RwLock<BTreeMap<u32, Bytes>>,
    /// Those that were public and are nowhere: only their places are kept.
    lost: RwLock<BTreeSet<u32>>,
}

impl TakeTrack {
    pub(super) fn new(about: Track, file: File) -> Self {
        Self {
            about,
            file: Arc::new(file),
            parts: RwLock::default(),
            memory: RwLock::default(),
            lost: RwLock::default(),
        }
    }

    /// Adds a part to the index, from where it may become public; its bytes too while they are on no disk.
    pub(super) fn add(&self, at: PartAt, memory: Option<Bytes>) -> u32 {
        let mut parts = self.parts.write().unwrap_or_else(PoisonError::into_inner);
        let index = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        if let Some(bytes) = memory {
            self.memory.write().unwrap_or_else(PoisonError::into_inner).insert(index, bytes);
        }
        parts.push(at);
        index
    }

    /// Whether one of `count` parts from `first` on is nowhere.
    pub(crate) fn lacks(&self, first: u32, count: u32) -> bool {
        self.lost.read().unwrap_or_else(PoisonError::into_inner).range(first..first + count).next().is_some()
    }

    /// The bytes of a part that is in memory only.
    pub(crate) fn in_memory(&self, index: u32) -> Option<Bytes> {
        self.memory.read().unwrap_or_else(PoisonError::into_inner).get(&index).cloned()
    }

    /// The bytes of `count` parts from `first` on when some of them are in memory only.
    pub(crate) fn partly_in_memory(&self, first: u32, count: u32) -> Option<io::Result<Bytes>> {
        let kept: BTreeMap<u32, Bytes> = {
            let memory = self.memory.read().unwrap_or_else(PoisonError::into_inner);
            memory.range(first..first + count).map(|(index, bytes)| (*index, bytes.clone())).collect()
        };
        if kept.is_empty() {
            return None;
        }
        let parts = self.parts.read().unwrap_or_else(PoisonError::into_inner);
        let mut all = Vec::new();
        for index in first..first + count {
            if let Some(bytes) = kept.get(&index) {
                all.extend_from_slice(bytes);
                continue;
            }
            let Some(at) = parts.get(index as usize) else { continue };
            let start = all.len();
            all.resize(start + at.length as usize, 0);
            if let Err(error) = self.file.read_exact_at(&mut all[start..], at.offset) {
                return Some(Err(error));
            }
        }
        Some(Ok(all.into()))
    }
}

impl Take {
    /// Keeps the places of parts that were public and are on no disk, so that what came after keeps its number.
    pub(crate) fn keep_places(&self, lost: &[LostPart]) {
        for part in lost {
            let Some(track) = self.tracks.get(usize::from(part.t)) else { continue };
            let mut parts = track.parts.write().unwrap_or_else(PoisonError::into_inner);
            // The disk may have kept it after all.
            if parts.len() == part.i as usize {
                parts.push(part.at);
                track.lost.write().unwrap_or_else(PoisonError::into_inner).insert(part.i);
            }
        }
    }

    pub(crate) fn track(&self, name: &TrackName) -> Option<usize> {
        self.tracks.iter().position(|track| track.about.name == *name)
    }

    /// Reads a take back from its folder, as far as its journal is sound.
    pub(crate) fn read(folder: &Path) -> io::Result<Self> {
        let invalid = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
        let contents = journal::read::<Entry>(&folder.join(JOURNAL))?;
        let mut entries = contents.entries.into_iter();
        let Some(Entry::Take { take, source, tracks: about, .. }) = entries.next() else {
            return Err(invalid(format!("{} does not begin with its take", folder.display())));
        };
        let mut tracks = Vec::with_capacity(about.len());
        for about in about {
            let file = File::open(track_path(folder, &about.name))?;
            tracks.push(TakeTrack::new(about, file));
        }
        let mut take = Self { id: take, source, tracks };
        for entry in entries {
            match entry {
                Entry::Init { track, length, .. } => {
                    let index = take.track(&track).ok_or_else(|| invalid(format!("no track {track}")))?;
                    let mut init = vec![0; usize::try_from(length).map_err(io::Error::other)?];
                    take.tracks[index].file.read_exact_at(&mut init, 0)?;
                    take.tracks[index].about.init = init.into();
                }
                Entry::Part { t, o, n, s, d, f, w, .. } => {
                    let track = take.tracks.get_mut(usize::from(t)).ok_or_else(|| invalid(format!("no track {t}")))?;
                    let parts = track.parts.get_mut().unwrap_or_else(PoisonError::into_inner);
                    parts.push(PartAt {
                        offset: o,
                        start: s,
                        captured_at_ms: w,
                        length: n,
                        duration: d,
                        independent: f & 1 != 0,
                        opens_segment: f & 2 != 0,
                    });
                }
                Entry::Take { .. } | Entry::Early { .. } | Entry::Closed { .. } => {}
            }
        }
        Ok(take)
    }
}
