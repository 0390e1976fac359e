//! A recording, or a span of it, as one MP4 that plays while it loads.

use std::{collections::HashMap, io, ops::Range, os::unix::fs::FileExt, sync::Arc};

use bytes::Bytes;
use cmaf::movie::Movie;

use crate::{
    Recording, Rendition,
    media::language_of,
    recording::{Media, Positions},
    rendition::Shown,
    store::Error,
    take::{PartAt, TakeTrack},
    timeline::{Segment, ticks_to_ns},
};

/// One MP4 laid out: its head in memory, its body as ranges of files.
#[derive(Debug)]
pub struct Download {
    /// How many bytes in all.
    pub length: u64,
    /// In order.
    pub pieces: Vec<Media>,
}

/// The rendition with the sound of the chamber.
const FLOOR: &str = "audio";
/// What is read of a chunk to find its samples; more where its `moof` is longer.
const HEAD: usize = 1024;

impl Recording {
    /// The whole, or a span of wall clock (from, to), as one MP4 with the index first. Slates are left out: players of
    /// files take a change of coding badly, and nobody wants to keep half an hour of nothing.
    /// A span begins at the keyframe before `from`. Blocks on the disk.
    ///
    /// # Errors
    /// When nothing lies in the span, or a file cannot be read.
    pub fn download(&self, span_ms: Option<(i64, i64)>) -> Result<Download, Error> {
        let mut renditions = self.renditions();
        // The pictures tell the times; after them the floor, which players take unasked, and then the other languages.
        renditions.retain(|rendition| !rendition.name().starts_with("video-"));
        renditions.sort_by_key(|rendition| (rendition.name() != "video", language_of(rendition.name())));
        self.lay_out(span_ms, &renditions)
    }

    /// The sound of the floor alone, as one file. Blocks on the disk.
    ///
    /// # Errors
    /// When there is none, or a file cannot be read.
    pub fn sound(&self) -> Result<Download, Error> {
        self.lay_out(None, self.rendition(FLOOR).as_slice())
    }

    /// Between positions in the file of [`Self::sound`] and the wall clock: slates are left out of it.
    #[must_use]
    pub fn sound_positions(&self) -> Positions {
        let shown = self.rendition(FLOOR).map(|floor| floor.shown_segments()).unwrap_or_default();
        let mut segments = Vec::with_capacity(shown.len());
        let mut position_ns = 0;
        for (segment, _) in shown.into_iter().filter(|(_, shown)| shown.take.source.is_some()) {
            segments.push(Segment { position_ns, ..segment });
            position_ns += segment.duration_ns;
        }
        Positions::of(&segments)
    }

    /// These renditions, of which the first tells the times.
    fn lay_out(&self, span_ms: Option<(i64, i64)>, renditions: &[Arc<Rendition>]) -> Result<Download, Error> {
        let (from, to) = span_ms.unwrap_or((i64::MIN, i64::MAX));
        let failed = |source: io::Error| Error::Io { what: format!("the recording of {}", self.meeting()), source };
        let wrong = |error: cmaf::Error| Error::Corrupt(error.to_string());
        let chosen = |segment: &Segment| {
            let ends_ms = segment.at_ms + i64::try_from(segment.duration_ns / 1_000_000).unwrap_or(0);
            ends_ms > from && segment.at_ms < to
        };
        let mut movie = Movie::new();
        let mut files = Vec::new();
        // Of each cut: where time zero of its take stands in the movie, and until where the movie shows it.
        // Both are told by the picture, where there is one; of the sound, whose segments begin and end elsewhere, that is taken which goes with it.
        let mut zeros: HashMap<u32, (i64, Range<i64>)> = HashMap::new();
        for rendition in renditions {
            let shown = rendition.shown_segments();
            let with_picture = !zeros.is_empty();
            let is_chosen = |(segment, shown): &&(Segment, Shown)| {
                let told = if with_picture { zeros.contains_key(&segment.cut) } else { chosen(segment) };
                shown.take.source.is_some() && told
            };
            let chosen: Vec<&(Segment, Shown)> = shown.iter().filter(is_chosen).collect();
            let Some((_, first)) = chosen.first() else { continue };
            let track = movie.add_track(first.take.tracks[first.track].about.timescale);
            let language = language_of(rendition.name()).map(|language| language.three_letters());
            let (mut cut, mut length_ns) = (None, 0);
            for (segment, Shown { take, track: index }) in chosen {
                let source = &take.tracks[*index];
                let ns = |ticks: u64| i64::try_from(ticks_to_ns(ticks, source.about.timescale)).unwrap_or(i64::MAX);
                let own = zeros
                    .entry(segment.cut)
                    .or_insert_with(|| (length_ns - ns(part(source, segment.first).start), length_ns..length_ns));
                if !with_picture {
                    own.1.end += i64::try_from(segment.duration_ns).unwrap_or(0);
                    length_ns = own.1.end;
                }
                let (zero, stands) = own.clone();
                if cut.replace(segment.cut) != Some(segment.cut) {
                    let mut init = cmaf::read_init(&source.about.init).map_err(wrong)?;
                    if let (cmaf::Coding::Aac { language: told, .. }, Some(language)) = (&mut init.coding, language) {
                        // Of where the floor stands in as well: a track of a file has one language.
                        *told = language;
                    }
                    movie.begin_run(track, &init, zero).map_err(wrong)?;
                }
                for index in segment.first..segment.first + segment.parts {
                    let at = part(source, index);
                    let middle = zero + ns(at.start + u64::from(at.duration) / 2);
                    // What is not on the disk (yet) is not in the file: its time stands empty.
                    let missing = source.lacks(index, 1) || source.in_memory(index).is_some();
                    if missing || (with_picture && !stands.contains(&middle)) {
                        continue;
                    }
                    let chunk = cmaf::read_chunk_head(&head(source, &at).map_err(failed)?).map_err(wrong)?;
                    movie.add_chunk(track, &chunk, files.len() as u64).map_err(wrong)?;
                    files.push((source.file.clone(), at.offset));
                }
            }
        }
        let layout = movie.finish().map_err(|_| Error::Empty)?;
        let mut pieces = vec![Media::Memory(layout.head)];
        for (number, bytes) in layout.pieces {
            let (file, offset) = &files[usize::try_from(number).unwrap_or(0)];
            let (offset, length) = (offset + u64::from(bytes.start), u64::from(bytes.end - bytes.start));
            pieces.push(Media::File { file: file.clone(), offset, length });
        }
        Ok(Download { length: layout.length, pieces })
    }
}

fn part(track: &TakeTrack, index: u32) -> PartAt {
    track.parts.read().unwrap_or_else(std::sync::PoisonError::into_inner)[index as usize]
}

/// A chunk's first bytes, the whole `moof` at least.
fn head(track: &TakeTrack, at: &PartAt) -> io::Result<Bytes> {
    let mut bytes = vec![0; HEAD.min(at.length as usize)];
    track.file.read_exact_at(&mut bytes, at.offset)?;
    let length =
        cmaf::moof_length(&bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
    if length > bytes.len() {
        bytes.resize(length.min(at.length as usize), 0);
        track.file.read_exact_at(&mut bytes, at.offset)?;
    }
    Ok(bytes.into())
}
