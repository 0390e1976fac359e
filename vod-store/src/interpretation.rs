//! The sound of an interpreter's own encoder as one more track of a take of another source. Pure.
//!
//! It comes by a clock of its own. Where a frame belongs in the take is told by when it was taken: the take's pictures
//! say what the wall clock was at each of their times. The first is placed so; those that follow stand one behind the
//! other, and where they have come too far from where they belong a frame is left out, or one of silence put in.
//! Sound that does not come is silence, so that whoever listens to it is never left waiting.

use bytes::Bytes;
use cmaf::{Coding, Sample};

use crate::{
    Language, SourceId,
    media::{Part, SOUND_SEGMENT_MS, Track, TrackKind, TrackName, frames_per_part},
    timeline::ticks_to_ns,
};

/// Frames stand as far as this from where they belong before they are put right, milliseconds.
const APART_MS: i64 = 100;
/// Sound that is so much behind the pictures is not waited for: silence takes its place.
const LATE_MS: i64 = 800;
/// Silence is made up to so much before the end of the pictures, so that sound that comes again finds its place.
const SHORT_OF_MS: i64 = 300;
/// Sound that is so much ahead has no place: the pictures have stopped, and are given up by then.
const AHEAD_MS: i64 = 3_000;

/// An instant of a take: when what it shows then was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) captured_at_ms: i64,
    /// From the take's zero.
    pub(crate) at_ms: i64,
}

impl Mark {
    /// Of a part's first sample.
    pub(crate) fn of(part: &Part, timescale: u32) -> Self {
        Self { captured_at_ms: part.captured_at_ms, at_ms: ticks_to_ms(part.start, timescale) }
    }
}

/// Milliseconds of a track's time.
pub(crate) fn ticks_to_ms(ticks: u64, timescale: u32) -> i64 {
    i64::try_from(ticks_to_ns(ticks, timescale) / 1_000_000).unwrap_or(i64::MAX / 4)
}

/// The track of a take that is to carry a source's sound in a language; none where the sound is no AAC.
pub(crate) fn track(sound: &Track, language: Language) -> Option<Track> {
    let mut described = cmaf::read_init(&sound.init).ok()?;
    let Coding::Aac { language: code, .. } = &mut described.coding else { return None };
    *code = language.three_letters();
    let TrackKind::Audio { sample_rate, channels, .. } = sound.kind else { return None };
    Some(Track {
        name: TrackName::of_language(language),
        kind: TrackKind::Audio { sample_rate, channels, language: Some(language) },
        codec: sound.codec.clone(),
        timescale: sound.timescale,
        init: cmaf::write_init(&described).ok()?,
    })
}

/// An interpreter's sound on a take.
#[derive(Debug)]
pub(crate) struct Interpretation {
    source: SourceId,
    track: Track,
    rate: i64,
    /// Samples in a frame.
    frame: u32,
    silence: Option<&'static [u8]>,
    /// What tells where in the take a frame belongs.
    mark: Mark,
    /// Whether the next frame is to stand just where it belongs: it is the first, or follows silence.
    loose: bool,
    /// Where the next frame stands, in the track's ticks from the take's zero.
    position: i64,
    pending: Vec<Bytes>,
    segment: Option<i64>,
    sequence: u32,
}

impl Interpretation {
    /// On a take that `begins` there. `track` is how [`track`] describes it.
    pub(crate) fn new(source: SourceId, track: Track, begins: Mark) -> Self {
        let TrackKind::Audio { channels, .. } = track.kind else { unreachable!("`track` makes tracks of sound only") };
        let rate = i64::from(track.timescale.max(1));
        Self {
            source,
            rate,
            frame: 1024,
            silence: cmaf::silent_aac(channels),
            mark: begins,
            loose: true,
            position: begins.at_ms * rate / 1000,
            pending: Vec::new(),
            segment: None,
            sequence: 0,
            track,
        }
    }

    /// Whose it is.
    pub(crate) fn source(&self) -> SourceId {
        self.source
    }

    /// The track that it fills.
    pub(crate) fn track(&self) -> &Track {
        &self.track
    }

    /// The pictures have come to `end`; the parts of silence that are due where the sound is late.
    pub(crate) fn follow(&mut self, mark: Mark, end_ms: i64) -> Vec<Part> {
        self.mark = mark;
        let mut parts = Vec::new();
        let Some(silence) = self.silence else { return parts };
        if end_ms - self.ms(self.position) >= LATE_MS {
            while self.ms(self.position) < end_ms - SHORT_OF_MS {
                parts.extend(self.push(Bytes::from_static(silence)));
                self.loose = true;
            }
        }
        parts
    }

    /// A part of the source's sound; the parts of the track that it completes.
    pub(crate) fn take_in(&mut self, part: &Part) -> Vec<Part> {
        let (mut parts, Ok(chunk)) = (Vec::new(), cmaf::read_chunk(&part.data)) else { return Vec::new() };
        let mut within = 0;
        for sample in chunk.samples {
            self.frame = sample.duration.max(1);
            let taken_at_ms = part.captured_at_ms + self.ms(within);
            within += i64::from(sample.duration);
            let from = sample.offset as usize;
            let data = part.data.slice(from..from + sample.size as usize);
            parts.extend(self.place(data, taken_at_ms));
        }
        parts
    }

    fn place(&mut self, data: Bytes, taken_at_ms: i64) -> Vec<Part> {
        let mut parts = Vec::new();
        let ahead_ms = taken_at_ms - self.mark.captured_at_ms;
        let belongs = (self.mark.at_ms + ahead_ms) * self.rate / 1000;
        let frame = i64::from(self.frame);
        let apart = if self.loose { frame / 2 } else { APART_MS * self.rate / 1000 };
        if ahead_ms > AHEAD_MS || belongs < self.position - apart {
            return parts;
        }
        match self.silence {
            Some(silence) => {
                while belongs > self.position + apart {
                    parts.extend(self.push(Bytes::from_static(silence)));
                }
            }
            None if belongs > self.position + apart => {
                parts.extend(self.flush());
                self.position = belongs;
            }
            None => {}
        }
        self.loose = false;
        parts.extend(self.push(data));
        parts
    }

    fn ms(&self, ticks: i64) -> i64 {
        ticks * 1000 / self.rate
    }

    fn push(&mut self, data: Bytes) -> Option<Part> {
        let frame = i64::from(self.frame);
        self.pending.push(data);
        self.position += frame;
        if self.pending.len() >= frames_per_part(self.rate, frame) { self.flush() } else { None }
    }

    /// Ends the part that is open: the take ends.
    pub(crate) fn flush(&mut self) -> Option<Part> {
        if self.pending.is_empty() {
            return None;
        }
        let sample = |data| Sample { duration: self.frame, composition_offset: 0, sync: true, data };
        let samples: Vec<Sample> = std::mem::take(&mut self.pending).into_iter().map(sample).collect();
        let duration = self.frame * u32::try_from(samples.len()).unwrap_or(u32::MAX);
        let start = self.position - i64::from(duration);
        let opens_segment = self.segment.is_none_or(|segment| self.ms(start - segment) >= SOUND_SEGMENT_MS);
        if opens_segment {
            self.segment = Some(start);
        }
        self.sequence = self.sequence.wrapping_add(1);
        let start_ticks = u64::try_from(start).unwrap_or_default();
        Some(Part {
            track: self.track.name.clone(),
            start: start_ticks,
            duration,
            independent: true,
            opens_segment,
            captured_at_ms: self.mark.captured_at_ms + self.ms(start) - self.mark.at_ms,
            data: cmaf::write_chunk(self.sequence, start_ticks, &samples),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE_MS: i64 = 1_763_000_000_000;

    fn sound(channels: u16) -> Track {
        let config = cmaf::aac_config(2, 48_000, channels).unwrap();
        let coding = Coding::Aac { config, sample_rate: 48_000, channels, language: *b"und" };
        let init = cmaf::write_init(&cmaf::Track { timescale: 48_000, coding }).unwrap();
        let kind = TrackKind::Audio { sample_rate: 48_000, channels, language: None };
        Track { name: "audio".parse().unwrap(), kind, codec: "mp4a.40.2".into(), timescale: 48_000, init }
    }

    /// An interpretation into English on a take that begins `at_ms` after its zero.
    fn english(channels: u16, at_ms: i64) -> Interpretation {
        let track = track(&sound(channels), "en".parse().unwrap()).unwrap();
        Interpretation::new(SourceId::new(), track, Mark { captured_at_ms: BASE_MS + at_ms, at_ms })
    }

    /// A part of ten frames, taken then; each frame says its number.
    fn spoken(number: u32, taken_at_ms: i64) -> Part {
        let frame = |index: u32| Sample {
            duration: 1024,
            composition_offset: 0,
            sync: true,
            data: Bytes::copy_from_slice(&(number * 10 + index).to_be_bytes()),
        };
        let samples: Vec<Sample> = (0..10).map(frame).collect();
        Part {
            track: "audio".parse().unwrap(),
            start: 0,
            duration: 10_240,
            independent: true,
            opens_segment: true,
            captured_at_ms: BASE_MS + taken_at_ms,
            data: cmaf::write_chunk(1, 0, &samples),
        }
    }

    /// The frames of parts that must follow one another without a gap: when each stands, milliseconds; its number, none of silence.
    fn frames(parts: &[Part], silence: &[u8]) -> Vec<(i64, Option<u32>)> {
        let (mut frames, mut end) = (Vec::new(), None);
        for part in parts {
            let chunk = cmaf::read_chunk(&part.data).unwrap();
            assert_eq!(chunk.decode_time, part.start);
            assert!(end.is_none_or(|end| end == part.start), "a hole before {}", part.start);
            end = Some(part.start + u64::from(part.duration));
            for (index, sample) in (0..).zip(chunk.samples) {
                let bytes = &part.data[sample.offset as usize..][..sample.size as usize];
                let number = (bytes != silence).then(|| u32::from_be_bytes(bytes.try_into().unwrap()));
                frames.push(((i64::try_from(part.start).unwrap() + index * 1024) * 1000 / 48_000, number));
            }
        }
        frames
    }

    fn stereo() -> &'static [u8] {
        cmaf::silent_aac(2).unwrap()
    }

    #[test]
    fn a_take_says_its_language_and_takes_only_aac() {
        let described = track(&sound(2), "en".parse().unwrap()).unwrap();
        assert_eq!(described.name.as_str(), "audio-en");
        let Coding::Aac { language, .. } = cmaf::read_init(&described.init).unwrap().coding else { panic!("no AAC") };
        assert_eq!(&language, b"eng");
        assert!(track(&Track { init: Bytes::from_static(b"torn"), ..sound(2) }, Language::GREEK).is_none());
    }

    #[test]
    fn the_first_word_stands_where_it_was_said_and_silence_before_it() {
        let mut english = english(2, 7_000);
        let early = english.take_in(&spoken(0, 6_500));
        assert!(early.is_empty(), "what was said before the take begins has no place in it");
        let mut parts: Vec<Part> =
            (1..10).flat_map(|k| english.take_in(&spoken(k, 7_400 + i64::from(k) * 640 / 3))).collect();
        parts.extend(english.flush());
        let frames = frames(&parts, stereo());
        assert_eq!(frames[0], (7_000, None));
        let (at, number) = frames.iter().find(|(_, number)| number.is_some()).unwrap();
        assert!((at - 7_613).abs() <= 11 && *number == Some(10), "{at} {number:?}");
        let words: Vec<u32> = frames.iter().filter_map(|(_, number)| *number).collect();
        assert_eq!(words, (10..100).collect::<Vec<_>>(), "not one is lost or twice");
        assert!(parts[0].opens_segment && !parts[1].opens_segment && parts[0].captured_at_ms == BASE_MS + 7_000);
    }

    #[test]
    fn who_stops_speaking_is_silence_and_finds_the_place_again() {
        let mut english = english(2, 0);
        let mut parts = Vec::new();
        for tick in 0..100_i64 {
            let now = tick * 200;
            // Away between the fourth second and the tenth; a part comes when its last frame was taken.
            if !(4_000..10_000).contains(&now) {
                let said = u32::try_from(tick).unwrap();
                parts.extend(english.take_in(&spoken(said, now - 213)));
            }
            parts.extend(english.follow(Mark { captured_at_ms: BASE_MS + now - 200, at_ms: now - 200 }, now));
            let end = parts.last().map_or(0, |part: &Part| (part.start + u64::from(part.duration)) * 1000 / 48_000);
            assert!(now - i64::try_from(end).unwrap() <= LATE_MS + 220, "the track is left behind at {now}: {end}");
        }
        let all = frames(&parts, stereo());
        for (at, number) in all.iter().filter_map(|(at, number)| Some((*at, (*number)?))) {
            let said = i64::from(number / 10) * 200 - 213 + i64::from(number % 10) * 64 / 3;
            assert!((at - said).abs() <= APART_MS + 22, "{number} stands at {at}, and was said at {said}");
        }
        let silent = all.iter().filter(|(at, number)| number.is_none() && (4_500..9_500).contains(at)).count();
        assert!(silent > 220, "{silent} frames of silence in five seconds");
        let targets = parts.iter().map(|part| u64::from(part.duration) * 1000 / 48_000);
        assert!(
            targets.clone().all(|ms| ms == 192 || ms == 213),
            "whole parts only: {:?}",
            targets.collect::<Vec<_>>()
        );
    }

    #[test]
    fn sound_of_which_no_silence_can_be_made_leaves_a_hole() {
        let mut english = english(6, 0);
        let mut parts = english.take_in(&spoken(0, 0));
        parts.extend(english.take_in(&spoken(1, 2_000)));
        assert!(english.follow(Mark { captured_at_ms: BASE_MS + 9_000, at_ms: 9_000 }, 9_200).is_empty());
        let starts: Vec<u64> = parts.iter().map(|part| part.start * 1000 / 48_000).collect();
        assert_eq!(starts, [0, 192, 2_000], "what was open is ended before it");
    }

    #[test]
    fn torn_sound_is_left_out() {
        let mut english = english(2, 0);
        let torn = Part { data: Bytes::from_static(b"torn"), ..spoken(0, 0) };
        assert!(english.take_in(&torn).is_empty() && english.flush().is_none());
    }

    proptest! {
        /// Two clocks that run apart, a line that breaks off and a picture that stops now and then.
        #[test]
        fn words_stay_near_where_they_were_said(
            drift in -400_i64..400,
            lags in prop::collection::vec(0_i64..500, 400),
            away in prop::collection::vec(prop::bool::weighted(0.05), 400),
        ) {
            let mut english = english(2, 0);
            let mut parts = Vec::new();
            for (tick, (lag, away)) in (0_i64..).zip(lags.iter().zip(&away)) {
                let now = tick * 640 / 3;
                if !away {
                    // Parts per million.
                    let taken = now + now * drift / 1_000_000;
                    parts.extend(english.take_in(&spoken(u32::try_from(tick).unwrap(), taken)));
                }
                let seen = now + 213 - lag;
                parts.extend(english.follow(Mark { captured_at_ms: BASE_MS + seen - 200, at_ms: seen - 200 }, seen));
            }
            parts.extend(english.flush());
            let mut last = None;
            for (at, number) in frames(&parts, stereo()) {
                let Some(number) = number else { continue };
                let now = i64::from(number / 10) * 640 / 3;
                let said = now + now * drift / 1_000_000 + i64::from(number % 10) * 64 / 3;
                prop_assert!((at - said).abs() <= APART_MS + 22, "{} stands at {}, said at {}", number, at, said);
                prop_assert!(last.is_none_or(|last| last < number));
                last = Some(number);
            }
        }
    }
}
