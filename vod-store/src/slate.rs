//! The slate: what stands in the picture while no source is shown.
//!
//! Two seconds of it lie in the program (`slate/`, made by `media-fixtures/slate`), a chunk every fifth of a second;
//! they are repeated with the time written anew, and recorded like any take: what the public has seen is on disk.

use std::time::Duration;

use bytes::Bytes;
use cmaf::Coding;

use crate::media::{PART_TARGET_MS, Part, Track, TrackKind, TrackName};

const VIDEO: &[u8] = include_bytes!("../slate/video.mp4");
const AUDIO: &[u8] = include_bytes!("../slate/audio.mp4");

/// The slate's tracks, cut into chunks.
#[derive(Debug)]
pub(crate) struct Slate {
    reels: [Reel; 2],
}

#[derive(Debug)]
struct Reel {
    track: Track,
    chunks: Vec<Chunk>,
}

#[derive(Debug)]
struct Chunk {
    data: Bytes,
    duration: u32,
    independent: bool,
}

impl Slate {
    /// The slate that lies in the program.
    pub(crate) fn new() -> Self {
        let reel =
            |name: &str, file| Reel::read(name, file).expect("the slate in the program is sound: a test reads it");
        Self { reels: [reel("video", VIDEO), reel("audio", AUDIO)] }
    }

    pub(crate) fn tracks(&self) -> Vec<Track> {
        self.reels.iter().map(|reel| reel.track.clone()).collect()
    }

    /// A running slate, from its beginning; its sound begins so much `sooner` than its pictures.
    pub(crate) fn run(&self, started_at_ms: i64, sooner: Duration) -> Running {
        let mut next = [Next::default(); 2];
        for (reel, next) in self.reels.iter().zip(&mut next) {
            if matches!(reel.track.kind, TrackKind::Video { .. }) {
                let ticks = sooner.as_nanos() * u128::from(reel.track.timescale) / 1_000_000_000;
                next.start = u64::try_from(ticks).unwrap_or_default();
            }
        }
        let zero_ms = started_at_ms - i64::try_from(sooner.as_millis()).unwrap_or_default();
        Running { zero_ms, sooner, next }
    }
}

/// How far a slate has run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Running {
    /// The date of the take's zero, milliseconds UTC.
    zero_ms: i64,
    /// When, in the take's time, its pictures begin.
    sooner: Duration,
    next: [Next; 2],
}

#[derive(Clone, Copy, Debug, Default)]
struct Next {
    chunk: u32,
    start: u64,
}

impl Running {
    /// The parts that are due once the slate has stood for `elapsed`: pictures when they begin, sound a part sooner, so
    /// that wherever the slate is cut off there is sound for its last picture.
    pub(crate) fn due(&mut self, slate: &Slate, elapsed: Duration) -> Vec<Part> {
        let mut parts = Vec::new();
        for (reel, next) in slate.reels.iter().zip(&mut self.next) {
            let timescale = reel.track.timescale;
            let sooner = if matches!(reel.track.kind, TrackKind::Audio { .. }) { PART_TARGET_MS } else { 0 };
            let due = (elapsed + self.sooner).as_secs_f64() + f64::from(sooner) / 1000.0;
            #[expect(clippy::cast_precision_loss, reason = "a slate of ten days is exact to the microsecond")]
            while next.start as f64 / f64::from(timescale) <= due {
                let chunk = &reel.chunks[next.chunk as usize % reel.chunks.len()];
                let at_ms = i64::try_from(next.start * 1000 / u64::from(timescale)).unwrap_or(i64::MAX / 2);
                let data =
                    cmaf::retime_chunk(&chunk.data, next.chunk + 1, next.start).expect("the slate's chunks are sound");
                parts.push(Part {
                    track: reel.track.name.clone(),
                    start: next.start,
                    duration: chunk.duration,
                    independent: chunk.independent,
                    opens_segment: (next.chunk as usize).is_multiple_of(reel.chunks.len()),
                    captured_at_ms: self.zero_ms + at_ms,
                    data,
                });
                next.start += u64::from(chunk.duration);
                next.chunk += 1;
            }
        }
        parts
    }
}

impl Reel {
    fn read(name: &str, file: &'static [u8]) -> Result<Self, cmaf::Error> {
        let boxes = boxes(file)?;
        let first = boxes.iter().position(|(kind, _)| *kind == b"moof").ok_or(cmaf::Error::Malformed("no chunk"))?;
        let init_length: usize = boxes[..first].iter().map(|(_, bytes)| bytes.len()).sum();
        let about = cmaf::read_init(&file[..init_length])?;
        let kind = match &about.coding {
            Coding::Avc { width, height, .. } => {
                TrackKind::Video { width: *width, height: *height, frame_rate: Some(5.0) }
            }
            Coding::Aac { sample_rate, channels, .. } => {
                TrackKind::Audio { sample_rate: *sample_rate, channels: *channels, language: None }
            }
        };
        let track = Track {
            name: name.parse::<TrackName>().map_err(|_| cmaf::Error::Malformed("the reel's name"))?,
            kind,
            codec: about.codec(),
            timescale: about.timescale,
            init: cmaf::write_init(&about)?,
        };
        let mut chunks = Vec::new();
        let mut at = init_length;
        for pair in boxes[first..].chunks(2) {
            let [(b"moof", moof), (b"mdat", mdat)] = pair else { break };
            let data = Bytes::from_static(&file[at..at + moof.len() + mdat.len()]);
            at += data.len();
            let index = cmaf::read_chunk(&data)?;
            let duration = index.samples.iter().map(|sample| sample.duration).sum();
            let independent = index.samples.first().is_some_and(|sample| sample.sync);
            chunks.push(Chunk { data, duration, independent });
        }
        if chunks.is_empty() { Err(cmaf::Error::Malformed("no chunk")) } else { Ok(Self { track, chunks }) }
    }
}

/// A top-level box: type, and bytes with the header.
type Boxed<'a> = (&'a [u8; 4], &'a [u8]);

fn boxes(mut file: &[u8]) -> Result<Vec<Boxed<'_>>, cmaf::Error> {
    let mut boxes = Vec::new();
    while let Some((size, rest)) = file.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*size) as usize;
        let kind = rest.first_chunk::<4>().ok_or(cmaf::Error::Malformed("a torn box"))?;
        if length < 8 || length > file.len() {
            return Err(cmaf::Error::Malformed("a box that is longer than its file"));
        }
        boxes.push((kind, &file[..length]));
        file = &file[length..];
    }
    Ok(boxes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slate_runs_in_whole_parts_without_a_hole() {
        let slate = Slate::new();
        let mut running = slate.run(1_000_000, Duration::ZERO);
        let mut parts = Vec::new();
        for tick in 0..50_u64 {
            parts.extend(running.due(&slate, Duration::from_millis(tick * 200)));
        }
        let ends = |name: &str| {
            let track = slate.tracks().into_iter().find(|track| track.name.as_str() == name).unwrap();
            let last = parts.iter().rfind(|part| part.track == track.name).unwrap();
            (last.start + u64::from(last.duration)) * 1000 / u64::from(track.timescale)
        };
        assert!(ends("audio") >= ends("video"), "wherever it is cut off there is sound for the last picture");
        for track in slate.tracks() {
            let own: Vec<&Part> = parts.iter().filter(|part| part.track == track.name).collect();
            assert!(own.len() >= 45, "{} parts of {} in ten seconds", own.len(), track.name);
            assert!(own[0].opens_segment && own[0].independent);
            for pair in own.windows(2) {
                assert_eq!(pair[0].start + u64::from(pair[0].duration), pair[1].start);
                let ms = u64::from(pair[0].duration) * 1000 / u64::from(track.timescale);
                assert!((187..=220).contains(&ms), "a part of {ms} ms");
            }
        }
    }

    #[test]
    fn where_sound_is_missing_it_begins_before_the_pictures() {
        let slate = Slate::new();
        let sooner = Duration::from_millis(130);
        let parts = slate.run(1_000_000, sooner).due(&slate, Duration::ZERO);
        let own = |name: &str| -> Vec<&Part> { parts.iter().filter(|part| part.track.as_str() == name).collect() };
        let (pictures, sound) = (own("video"), own("audio"));
        let timescale = u64::from(slate.tracks()[0].timescale);
        assert_eq!((pictures.len(), pictures[0].start * 1000 / timescale, sound[0].start), (1, 130, 0));
        assert_eq!((pictures[0].captured_at_ms, sound[0].captured_at_ms), (1_000_000, 999_870));
        assert!(sound.len() >= 2, "there is sound for the first picture too");
    }
}
