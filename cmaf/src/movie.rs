//! One progressive MP4 laid out over chunks that lie elsewhere: the index first, so that it plays while it loads.
//!
//! A movie has tracks; a track has runs (the takes of a meeting), each with an init segment of its own.
//! Between two runs the last sample stands longer, so that picture and sound stay in step.
//! Nothing is copied here: [`Layout`] says which bytes of which chunk follow the head.

use std::ops::Range;

use bytes::Bytes;

use crate::{
    ChunkIndex, Coding, Error, Track,
    boxes::{Put, boxed, full},
    init::{Alternative, check, handler, media_header, media_information, movie_header, sample_entry, track_header},
};

/// Ticks a second of the movie itself: every usual frame rate fits.
const TIMESCALE: u32 = 90_000;

/// A movie that is being laid out.
#[derive(Debug, Default)]
pub struct Movie {
    tracks: Vec<Laid>,
}

/// The bytes of a movie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// `ftyp`, `moov`, and the header of `mdat`.
    pub head: Bytes,
    /// What follows, in order: the caller's number of a chunk, and the bytes of it that are samples.
    pub pieces: Vec<(u64, Range<u32>)>,
    /// Of the whole file.
    pub length: u64,
}

#[derive(Debug)]
struct Laid {
    timescale: u32,
    entries: Vec<Track>,
    /// Index of the entry of the run that is open.
    entry: usize,
    /// Movie time of media time zero of the run that is open, nanoseconds.
    run_ns: i64,
    /// Decoding time of the first sample in the movie, track ticks.
    start: Option<i64>,
    /// Decoding time after the last sample.
    end: i64,
    /// The last sample's duration, which the next sample may change.
    last: Option<u32>,
    durations: Runs<u32>,
    offsets: Runs<i32>,
    sizes: Vec<u32>,
    syncs: Vec<u32>,
    chunks: Vec<Chunk>,
}

#[derive(Debug)]
struct Chunk {
    number: u64,
    bytes: Range<u32>,
    samples: u32,
    /// Index of its sample entry, from 1.
    entry: u32,
    at_ns: i64,
}

/// Equal values in a row, counted.
#[derive(Debug)]
struct Runs<T>(Vec<(u32, T)>);

impl<T: PartialEq> Runs<T> {
    fn push(&mut self, value: T) {
        match self.0.last_mut() {
            Some((count, last)) if *last == value => *count += 1,
            _ => self.0.push((1, value)),
        }
    }
}

impl Movie {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a track whose times are told in `timescale` ticks a second; answers its index.
    pub fn add_track(&mut self, timescale: u32) -> usize {
        self.tracks.push(Laid {
            timescale: timescale.max(1),
            entries: Vec::new(),
            entry: 0,
            run_ns: 0,
            start: None,
            end: 0,
            last: None,
            durations: Runs(Vec::new()),
            offsets: Runs(Vec::new()),
            sizes: Vec::new(),
            syncs: Vec::new(),
            chunks: Vec::new(),
        });
        self.tracks.len() - 1
    }

    /// Begins a run of a track: chunks that this init segment describes, whose time zero stands at `at_ns` of the movie.
    ///
    /// # Errors
    /// When the init segment is malformed.
    pub fn begin_run(&mut self, track: usize, init: &Track, at_ns: i64) -> Result<(), Error> {
        check(init)?;
        let laid = self.tracks.get_mut(track).ok_or(Error::Malformed("no such track of the movie"))?;
        laid.run_ns = at_ns;
        laid.entry = laid.entries.iter().position(|entry| entry == init).unwrap_or_else(|| {
            laid.entries.push(init.clone());
            laid.entries.len() - 1
        });
        Ok(())
    }

    /// Adds a chunk of the run that is open; `number` is the caller's own name for where it lies.
    ///
    /// # Errors
    /// When no run is open, or the chunk's samples do not lie one after another.
    pub fn add_chunk(&mut self, track: usize, chunk: &ChunkIndex, number: u64) -> Result<(), Error> {
        let laid = self.tracks.get_mut(track).ok_or(Error::Malformed("no such track of the movie"))?;
        laid.add(chunk, number)
    }

    /// Lays the movie out.
    ///
    /// # Errors
    /// When it has no sample.
    pub fn finish(self) -> Result<Layout, Error> {
        let mut tracks: Vec<Laid> = self.tracks.into_iter().filter(|track| !track.sizes.is_empty()).collect();
        if tracks.is_empty() {
            return Err(Error::Malformed("a movie without samples"));
        }
        tracks.iter_mut().for_each(Laid::close);
        let mut order: Vec<(i64, usize, usize)> = Vec::new();
        for (index, track) in tracks.iter().enumerate() {
            order.extend(track.chunks.iter().enumerate().map(|(chunk, at)| (at.at_ns, index, chunk)));
        }
        order.sort_unstable();
        let mut places: Vec<Vec<u64>> = tracks.iter().map(|track| vec![0; track.chunks.len()]).collect();
        let (mut at, mut pieces) = (0_u64, Vec::with_capacity(order.len()));
        for (_, track, chunk) in order {
            let piece = &tracks[track].chunks[chunk];
            places[track][chunk] = at;
            at += u64::from(piece.bytes.end - piece.bytes.start);
            pieces.push((piece.number, piece.bytes.clone()));
        }
        let mut head = Vec::new();
        boxed(&mut head, b"ftyp", |out| out.extend_from_slice(b"isom\0\0\x02\0isomiso2avc1mp41"));
        let moov = moov(&tracks, &places, 0).len();
        let base = (head.len() + moov + 16) as u64;
        head.extend(self::moov(&tracks, &places, base));
        head.u32(1);
        head.extend_from_slice(b"mdat");
        head.u64(16 + at);
        Ok(Layout { head: head.into(), pieces, length: base + at })
    }
}

impl Laid {
    fn add(&mut self, chunk: &ChunkIndex, number: u64) -> Result<(), Error> {
        let run = self.entries.get(self.entry).ok_or(Error::Malformed("a chunk before its run"))?;
        let from = run.timescale;
        let here = |ticks: u64| {
            self.run_ns as i128 * i128::from(self.timescale) / 1_000_000_000 + scaled(ticks, from, self.timescale)
        };
        let time = |ticks: u64| i64::try_from(here(ticks)).map_err(|_| Error::Malformed("a time out of bounds"));
        // Sound that a run has from before the last one's end is left out: picture and sound of a run begin together.
        let (mut decode_time, mut samples) = (chunk.decode_time, &chunk.samples[..]);
        while let [sample, rest @ ..] = samples
            && self.start.is_some()
            && samples.iter().all(|sample| sample.sync)
            && time(decode_time + u64::from(sample.duration) / 2)? < self.end
        {
            (decode_time, samples) = (decode_time + u64::from(sample.duration), rest);
        }
        let Some(first) = samples.first() else { return Ok(()) };
        let start = time(decode_time)?;
        // A run that begins before the last one has ended follows it: samples are never reordered.
        let mut at = if self.start.is_some() { start.max(self.end - i64::from(self.last.unwrap_or(0))) } else { start };
        self.start.get_or_insert(start);
        let (mut ticks, mut offset) = (decode_time, first.offset);
        let number_of_first = self.sizes.len();
        for sample in samples {
            if sample.offset != offset {
                return Err(Error::Malformed("samples that do not lie one after another"));
            }
            offset = offset.checked_add(sample.size).ok_or(Error::Malformed("samples beyond 4 GiB"))?;
            if let Some(last) = self.last.take() {
                let begun = self.end - i64::from(last);
                self.durations.push(u32::try_from(at - begun).unwrap_or(0));
            }
            let next = time(ticks + u64::from(sample.duration))?;
            ticks += u64::from(sample.duration);
            let duration = u32::try_from(next - at).unwrap_or(0);
            self.last = Some(duration);
            at += i64::from(duration);
            self.end = at;
            let composed = i128::from(sample.composition_offset) * i128::from(self.timescale) / i128::from(from);
            self.offsets.push(i32::try_from(composed).unwrap_or(0));
            self.sizes.push(sample.size);
            if sample.sync {
                self.syncs.push(u32::try_from(self.sizes.len()).map_err(|_| Error::Malformed("too many samples"))?);
            }
        }
        self.chunks.push(Chunk {
            number,
            bytes: first.offset..offset,
            samples: u32::try_from(self.sizes.len() - number_of_first).unwrap_or(0),
            entry: u32::try_from(self.entry + 1).unwrap_or(1),
            at_ns: i64::try_from(i128::from(start) * 1_000_000_000 / i128::from(self.timescale)).unwrap_or(i64::MAX),
        });
        Ok(())
    }

    fn close(&mut self) {
        if let Some(last) = self.last.take() {
            self.durations.push(last);
        }
    }

    fn duration(&self) -> u64 {
        u64::try_from(self.end - self.start.unwrap_or(0)).unwrap_or(0)
    }

    /// Its length with what stands before it, in the movie's ticks.
    fn movie_duration(&self) -> u64 {
        u64::try_from(scaled(u64::try_from(self.end.max(0)).unwrap_or(0), self.timescale, TIMESCALE)).unwrap_or(0)
    }
}

/// Ticks of one timescale in another, rounded.
fn scaled(ticks: u64, from: u32, to: u32) -> i128 {
    (i128::from(ticks) * i128::from(to) + i128::from(from) / 2) / i128::from(from)
}

fn moov(tracks: &[Laid], places: &[Vec<u64>], base: u64) -> Vec<u8> {
    let mut out = Vec::new();
    boxed(&mut out, b"moov", |out| {
        let duration = tracks.iter().map(Laid::movie_duration).max().unwrap_or(0);
        let next = u32::try_from(tracks.len() + 1).unwrap_or(u32::MAX);
        movie_header(out, TIMESCALE, duration, next);
        let is_sound = |track: &&Laid| matches!(track.entries[0].coding, Coding::Aac { .. });
        let several = tracks.iter().filter(is_sound).count() > 1;
        let first = tracks.iter().position(|track| is_sound(&track));
        for (index, (track, places)) in tracks.iter().zip(places).enumerate() {
            let alternative = match several && is_sound(&track) {
                false => Alternative::None,
                true if first == Some(index) => Alternative::First,
                true => Alternative::Other,
            };
            trak(out, u32::try_from(index + 1).unwrap_or(1), track, places, base, alternative);
        }
    });
    out
}

fn trak(out: &mut Vec<u8>, id: u32, track: &Laid, places: &[u64], base: u64, alternative: Alternative) {
    let coding = &track.entries[0].coding;
    boxed(out, b"trak", |out| {
        track_header(out, id, track.movie_duration(), coding, alternative);
        edits(out, track);
        boxed(out, b"mdia", |out| {
            media_header(out, track.timescale, track.duration(), coding);
            handler(out, coding);
            boxed(out, b"minf", |out| {
                media_information(out, coding);
                boxed(out, b"stbl", |out| tables(out, track, places, base));
            });
        });
    });
}

/// `edts` (ISO/IEC 14496-12 §8.6.6): what stands before the first sample is empty, or is cut off.
fn edits(out: &mut Vec<u8>, track: &Laid) {
    let start = track.start.unwrap_or(0);
    let movie = |ticks: u64| u64::try_from(scaled(ticks, track.timescale, TIMESCALE)).unwrap_or(0);
    boxed(out, b"edts", |out| {
        full(out, b"elst", 1, 0, |out| {
            let before = u64::try_from(start).unwrap_or(0);
            out.u32(if before > 0 { 2 } else { 1 });
            if before > 0 {
                out.u64(movie(before));
                out.u64(u64::MAX);
                out.u32(0x0001_0000);
            }
            let cut = u64::try_from(-start).unwrap_or(0);
            out.u64(movie(track.duration().saturating_sub(cut)));
            out.u64(cut);
            out.u32(0x0001_0000);
        });
    });
}

/// The sample tables of §8.5 to §8.7.
fn tables(out: &mut Vec<u8>, track: &Laid, places: &[u64], base: u64) {
    let count = |length: usize| u32::try_from(length).expect("fewer than four thousand million samples");
    full(out, b"stsd", 0, 0, |out| {
        out.u32(count(track.entries.len()));
        track.entries.iter().for_each(|entry| sample_entry(out, &entry.coding));
    });
    full(out, b"stts", 0, 0, |out| {
        out.u32(count(track.durations.0.len()));
        for (times, duration) in &track.durations.0 {
            out.u32(*times);
            out.u32(*duration);
        }
    });
    if track.offsets.0.iter().any(|(_, offset)| *offset != 0) {
        full(out, b"ctts", 1, 0, |out| {
            out.u32(count(track.offsets.0.len()));
            for (times, offset) in &track.offsets.0 {
                out.u32(*times);
                out.u32(offset.cast_unsigned());
            }
        });
    }
    if track.syncs.len() < track.sizes.len() {
        full(out, b"stss", 0, 0, |out| {
            out.u32(count(track.syncs.len()));
            track.syncs.iter().for_each(|sync| out.u32(*sync));
        });
    }
    full(out, b"stsc", 0, 0, |out| {
        let mut rows: Vec<(u32, u32, u32)> = Vec::new();
        for (index, chunk) in track.chunks.iter().enumerate() {
            if rows.last().is_none_or(|(_, samples, entry)| (*samples, *entry) != (chunk.samples, chunk.entry)) {
                rows.push((count(index + 1), chunk.samples, chunk.entry));
            }
        }
        out.u32(count(rows.len()));
        for (first, samples, entry) in rows {
            out.u32(first);
            out.u32(samples);
            out.u32(entry);
        }
    });
    full(out, b"stsz", 0, 0, |out| {
        out.u32(0);
        out.u32(count(track.sizes.len()));
        track.sizes.iter().for_each(|size| out.u32(*size));
    });
    full(out, b"co64", 0, 0, |out| {
        out.u32(count(places.len()));
        places.iter().for_each(|place| out.u64(base + place));
    });
}
