//! Sound in further languages beside the floor: an interpreter's, each a track of its own.
//!
//! A set carries the languages that are there when it begins. One that falls silent for good is silence in its track
//! until the next keyframe, which begins a set without it: who listens to it is never left waiting.

use std::collections::BTreeMap;

use bytes::Bytes;
use vod_store::{
    Language,
    media::{Track, TrackName},
};

use super::{
    AudioFrame, Cut, JUMP_AHEAD, MISSING, MS, Packager,
    anchor::Anchor,
    audio::AudioTrack,
    config::Aac,
    describe::{audio_track, part},
};
use crate::Result;

/// Further languages of a source.
pub(crate) const MOST: usize = 8;
/// Sound that comes so much later than what it belongs to is not waited for: silence takes its place.
const LATE: i64 = 2_000 * MS;
/// Nor is sound that comes by so much later than it ever did, once so many frames have shown how late that is:
/// multiplexers send sound in packets of some tenths of a second, each in its own way.
const LATER: i64 = 300 * MS;
const SHOWN: std::ops::Range<u32> = 75..225;
/// Silence is made up to so much before what it belongs to, so that sound that returns finds its place.
const SHORT_OF: i64 = 200 * MS;
/// A language that went is carried again once it has been there for so long: one that comes and goes would break off
/// everybody's stream each time.
const STEADY: i64 = 10_000 * MS;

/// What is known of one language.
#[derive(Default)]
struct Known {
    aac: Option<Aac>,
    track: Option<Track>,
    /// Its last stamp, and that with which it came.
    at: Option<i64>,
    since: i64,
    /// Whether the last set carried it, and whether it has gone since a set did.
    carried: bool,
    gone: bool,
}

impl Known {
    fn is_there(&self, now: i64) -> bool {
        let near = self.at.is_some_and(|at| (-JUMP_AHEAD..=MISSING).contains(&(now - at)));
        self.track.is_some() && near && (!self.gone || now - self.since >= STEADY)
    }
}

/// The further languages of a source.
#[derive(Default)]
pub(super) struct Languages(BTreeMap<Language, Known>);

impl Languages {
    /// Whether each has come that was announced.
    pub(super) fn have_come(&self) -> bool {
        self.0.values().all(|known| known.at.is_some())
    }

    /// The stamps begin anew.
    pub(super) fn forget_times(&mut self) {
        self.0.values_mut().for_each(|known| known.at = None);
    }

    /// Whether those that are there now are other than those of a set.
    pub(super) fn differ(&self, set: &LanguageTracks, now: Option<i64>) -> bool {
        let there = self.0.iter().filter(|(_, known)| now.is_some_and(|now| known.is_there(now)));
        !there.map(|(language, _)| language).eq(set.0.keys())
    }

    /// Begins the tracks of those that are there now, of a set that begins at `zero`; answers how they are described.
    pub(super) fn begin(&mut self, zero: i64, now: Option<i64>) -> (LanguageTracks, Vec<Track>) {
        let (mut tracks, mut described) = (BTreeMap::new(), Vec::new());
        for (language, known) in &mut self.0 {
            let there = now.is_some_and(|now| known.is_there(now));
            known.gone = !there && (known.gone || known.carried);
            known.carried = there;
            if let (true, Some(aac), Some(track)) = (there, &known.aac, &known.track) {
                tracks.insert(*language, LanguageTrack::new(aac, track.name.clone(), zero));
                described.push(track.clone());
            }
        }
        (LanguageTracks(tracks), described)
    }
}

/// The languages of a set.
#[derive(Default)]
pub(super) struct LanguageTracks(BTreeMap<Language, LanguageTrack>);

struct LanguageTrack {
    name: TrackName,
    audio: AudioTrack,
    zero: i64,
    /// A frame of silence in its configuration, where there is one.
    silence: Option<&'static [u8]>,
    /// Whether silence takes the place of its sound now.
    silent: bool,
    /// How late its sound was at most, and in how many frames that was seen.
    latest: i64,
    frames: u32,
}

impl LanguageTrack {
    fn new(aac: &Aac, name: TrackName, zero: i64) -> Self {
        Self {
            name,
            audio: AudioTrack::new(aac.rate, aac.frame, zero),
            zero,
            silence: cmaf::silent_aac(aac.channels),
            silent: false,
            latest: 0,
            frames: 0,
        }
    }

    /// A frame of its sound, at the instant `now` of the source.
    fn push(&mut self, frame: AudioFrame, now: Option<i64>, anchor: &mut Anchor) -> Vec<Cut> {
        if let (Some(now), Some(next), false) = (now, self.audio.next_pts(), self.silent) {
            self.frames = self.frames.saturating_add(1);
            // The first waited with the set for its beginning.
            if self.frames > SHOWN.start {
                self.latest = self.latest.max(now - next);
            }
        }
        self.silent = false;
        self.audio.push(frame, anchor)
    }

    fn is_late(&self, behind: i64) -> bool {
        behind >= LATE || (self.frames >= SHOWN.end && behind >= self.latest + LATER)
    }

    /// Silence where its sound is too late for `now`.
    fn fill(&mut self, now: i64, arrived_ms: i64, anchor: &mut Anchor) -> Vec<Cut> {
        let (mut cuts, Some(silence)) = (Vec::new(), self.silence) else { return Vec::new() };
        let next = |audio: &AudioTrack| audio.next_pts().unwrap_or(self.zero);
        self.silent |= self.is_late(now - next(&self.audio));
        while self.silent && next(&self.audio) <= now - SHORT_OF {
            let frame = AudioFrame { pts: next(&self.audio), data: Bytes::from_static(silence), arrived_ms };
            cuts.extend(self.audio.push(frame, anchor));
        }
        cuts
    }
}

impl LanguageTracks {
    /// Silence where one is too late for `now`; the parts that it ends.
    pub(super) fn fill(&mut self, now: Option<i64>, arrived_ms: i64, anchor: &mut Anchor) -> Vec<super::Output> {
        let Some(now) = now else { return Vec::new() };
        let fill = |track: &mut LanguageTrack| {
            let cuts = track.fill(now, arrived_ms, anchor);
            cuts.into_iter().map(|cut| part(&track.name, cut)).collect::<Vec<_>>()
        };
        self.0.values_mut().flat_map(fill).collect()
    }

    /// Ends the parts that are open.
    pub(super) fn flush(&mut self, anchor: &mut Anchor) -> Vec<super::Output> {
        let flush = |track: &mut LanguageTrack| Some(part(&track.name, track.audio.flush(anchor)?));
        self.0.values_mut().filter_map(flush).collect()
    }
}

impl Packager {
    /// Sound in this language will come: a set waits a little for the first of it. Answers whether there is room for it.
    pub fn expect_language(&mut self, language: Language) -> bool {
        let room = self.languages.0.len() < MOST || self.languages.0.contains_key(&language);
        if room {
            self.languages.0.entry(language).or_default();
        }
        room
    }

    /// AAC's AudioSpecificConfig of a further language. Answers whether it differs from the one before.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn language_configuration(&mut self, language: Language, config: Bytes) -> Result<bool> {
        if !self.expect_language(language) {
            return Ok(false);
        }
        let known = self.languages.0.entry(language).or_default();
        if known.aac.as_ref().is_some_and(|aac| aac.config == config) {
            return Ok(false);
        }
        let aac = Aac::read(config)?;
        let track = audio_track(&TrackName::of_language(language), &aac, Some(language))?;
        (known.aac, known.track) = (Some(aac), Some(track));
        if self.set.as_ref().is_some_and(|set| set.languages.0.contains_key(&language)) {
            self.close();
        }
        Ok(true)
    }

    /// A frame of sound in a further language.
    pub fn language(&mut self, language: Language, mut frame: AudioFrame) {
        let reference = self.now();
        let Some(known) = self.languages.0.get_mut(&language).filter(|known| known.track.is_some()) else { return };
        frame.pts += self.audio_shift;
        // Stamps that stand far from the pictures' have no place; they come back to them, or the language is missed.
        if reference.is_some_and(|at| (frame.pts - at).abs() > JUMP_AHEAD) {
            return;
        }
        if known.at.is_none_or(|at| frame.pts - at > MISSING) {
            known.since = frame.pts;
        }
        known.at = Some(frame.pts);
        match &mut self.set {
            Some(set) => {
                if let Some(track) = set.languages.0.get_mut(&language) {
                    let cuts = track.push(frame, reference, &mut self.anchor);
                    self.output.extend(cuts.into_iter().map(|cut| part(&track.name, cut)));
                }
            }
            None if !self.held.is_empty() => self.hold(super::Held::Language(language, frame)),
            None => {}
        }
    }

    /// The newest stamp of pictures and floor.
    pub(super) fn now(&self) -> Option<i64> {
        self.video_at.max(self.audio_at)
    }

    /// How the floor's language is called from the next set on.
    pub fn floor_language(&mut self, language: Option<Language>) {
        self.floor = language;
    }
}
