//! From measurements to faults. Pure: what is seen and heard, second by second, in; what is wrong out.

use std::collections::BTreeMap;

use vod_store::{
    Language,
    intake::{Fault, Health},
    media::SEGMENT_TARGET_MS,
};

/// Nothing at all for so long is a stall.
const STALLED_MS: i64 = 2_000;
/// No picture, or no sound, for so long is a fault.
const MISSING_MS: i64 = 3_000;
/// A mean luma below this is black (16 is black in broadcast range).
const BLACK_LUMA: f64 = 20.0;
const BLACK_MS: i64 = 4_000;
/// Pictures that differ by less than this, of 255, are the same. A camera's noise is above it, recoding of a still below.
const SAME: f64 = 0.15;
const FROZEN_MS: i64 = 6_000;
/// RMS below this, in dBFS, is silence.
const SILENCE_DB: f64 = -60.0;
const SILENCE_MS: i64 = 5_000;
/// An interpreter's pause is longer: while the chamber is still, or speaks the interpreter's language. An open
/// microphone is not silent even then.
const LANGUAGE_SILENCE_MS: i64 = 8_000;
/// Below this share of the announced rate frames are being lost.
const RATE_SHARE: f64 = 0.8;
const RATE_MS: i64 = 4_000;
/// A clock that has run away further than this is a fault.
const DRIFT_MS: i64 = 1_000;

/// What was seen and heard up to an instant.
#[derive(Clone, Debug, Default)]
pub(super) struct Observation {
    pub(super) health: Health,
    /// When the last byte of media came, and the last picture and sound.
    pub(super) media_ms: i64,
    pub(super) picture_ms: i64,
    pub(super) sound_ms: i64,
    /// The same of each further language.
    pub(super) heard_ms: BTreeMap<Language, i64>,
    /// How much the last keyframe's picture differs from the one before, 0 to 255; none where no new one was seen.
    pub(super) change: Option<f64>,
    /// Frames a second that the source announces.
    pub(super) announced_rate: Option<f64>,
    /// Since when the smaller pictures are not made because the machine cannot.
    pub(super) no_rendition_ms: Option<i64>,
}

/// Remembers since when each condition holds.
#[derive(Debug, Default)]
pub(super) struct Judge {
    black: Option<i64>,
    frozen: Option<i64>,
    silent: Option<i64>,
    silent_languages: BTreeMap<Language, Option<i64>>,
    slow: Option<i64>,
}

/// Since when `condition` holds: it begins at `began_ms`, goes on, or ends.
fn lasting(since: &mut Option<i64>, condition: bool, began_ms: i64) -> Option<i64> {
    if condition {
        Some(*since.get_or_insert(began_ms))
    } else {
        *since = None;
        None
    }
}

impl Judge {
    /// What is wrong, the gravest first.
    pub(super) fn judge(&mut self, seen: &Observation) -> Vec<Fault> {
        let Health { at_ms, frame_rate, luma, audio_rms_db, keyframe_interval_ms, drift_ms, .. } = seen.health;
        if at_ms - seen.media_ms >= STALLED_MS {
            // Of what does not come nothing more can be said.
            *self = Self::default();
            return vec![Fault::Stalled { since_ms: seen.media_ms }];
        }
        let after = |since: Option<i64>, ms: i64| since.filter(|since| at_ms - since >= ms);
        let mut faults = Vec::new();
        let no_picture = at_ms - seen.picture_ms >= MISSING_MS;
        if no_picture {
            faults.push(Fault::NoPicture { since_ms: seen.picture_ms });
        }
        let no_sound = at_ms - seen.sound_ms >= MISSING_MS;
        if no_sound {
            faults.push(Fault::NoSound { since_ms: seen.sound_ms });
        }
        let black = !no_picture && luma.is_some_and(|luma| luma < BLACK_LUMA);
        let black = after(lasting(&mut self.black, black, at_ms), BLACK_MS);
        faults.extend(black.map(|since_ms| Fault::Black { since_ms }));
        let silent = !no_sound && audio_rms_db.is_some_and(|rms| rms < SILENCE_DB);
        let silent = after(lasting(&mut self.silent, silent, at_ms), SILENCE_MS);
        faults.extend(silent.map(|since_ms| Fault::Silence { since_ms }));
        faults.extend(self.languages(seen));
        let same = seen.change.map_or(self.frozen.is_some(), |change| change < SAME);
        // Two pictures are needed to see it: it began with the first of them.
        let began = at_ms - i64::from(keyframe_interval_ms);
        let frozen = after(lasting(&mut self.frozen, same && !no_picture, began), FROZEN_MS);
        // A black picture does not move either; one name is enough.
        faults.extend(frozen.filter(|_| black.is_none()).map(|since_ms| Fault::Frozen { since_ms }));
        if keyframe_interval_ms > SEGMENT_TARGET_MS {
            faults.push(Fault::Keyframes { interval_ms: keyframe_interval_ms });
        }
        let slow = !no_picture && seen.announced_rate.is_some_and(|rate| frame_rate < rate * RATE_SHARE);
        let slow = after(lasting(&mut self.slow, slow, at_ms), RATE_MS);
        faults.extend(slow.map(|_| Fault::FramesLost { frame_rate }));
        if drift_ms.abs() > DRIFT_MS {
            faults.push(Fault::Drift { drift_ms });
        }
        faults.extend(seen.no_rendition_ms.map(|since_ms| Fault::NoRendition { since_ms }));
        faults
    }

    /// What is wrong with the further languages.
    fn languages(&mut self, seen: &Observation) -> Vec<Fault> {
        let at_ms = seen.health.at_ms;
        let fault = |(&language, &since_ms): (&Language, &i64)| {
            let level = seen.health.languages.iter().find(|level| level.language == language);
            let since = self.silent_languages.entry(language).or_default();
            let missing = at_ms - since_ms >= MISSING_MS;
            let silent = !missing && level.and_then(|level| level.rms_db).is_some_and(|rms| rms < SILENCE_DB);
            let silent = lasting(since, silent, at_ms).filter(|since| at_ms - since >= LANGUAGE_SILENCE_MS);
            let missing = missing.then_some(Fault::NoLanguage { language, since_ms });
            missing.or(silent.map(|since_ms| Fault::SilentLanguage { language, since_ms }))
        };
        seen.heard_ms.iter().filter_map(fault).collect()
    }
}

#[cfg(test)]
mod tests {
    use vod_store::intake::Level;

    use super::*;

    /// Faults after each of `seconds` seconds of what `at` says.
    fn history(seconds: i64, at: impl Fn(i64, &mut Observation)) -> Vec<Vec<Fault>> {
        let mut judge = Judge::default();
        (0..seconds)
            .map(|second| {
                let now = second * 1000;
                let health = Health {
                    at_ms: now,
                    frame_rate: 25.0,
                    luma: Some(90.0),
                    audio_rms_db: Some(-25.0),
                    keyframe_interval_ms: 2000,
                    ..Health::default()
                };
                let mut seen = Observation {
                    health,
                    media_ms: now,
                    picture_ms: now,
                    sound_ms: now,
                    heard_ms: BTreeMap::new(),
                    change: (second % 2 == 0).then_some(3.0),
                    announced_rate: Some(25.0),
                    no_rendition_ms: None,
                };
                at(second, &mut seen);
                judge.judge(&seen)
            })
            .collect()
    }

    #[track_caller]
    fn check(expected: &[Fault], first: usize, at: impl Fn(i64, &mut Observation)) {
        let history = history(20, at);
        for (second, faults) in history.iter().enumerate() {
            let expected = if second >= first { expected } else { &[] };
            assert_eq!(faults, expected, "after {second} s");
        }
    }

    #[test]
    fn a_sound_source_has_no_fault() {
        check(&[], 0, |_, _| {});
    }

    #[test]
    fn each_fault_is_named_once_it_has_lasted_and_within_ten_seconds() {
        check(&[Fault::Black { since_ms: 0 }], 4, |_, seen| {
            seen.health.luma = Some(16.0);
            seen.change = seen.change.map(|_| 0.0);
        });
        check(&[Fault::Silence { since_ms: 0 }], 5, |_, seen| seen.health.audio_rms_db = Some(-90.0));
        check(&[Fault::Frozen { since_ms: -2000 }], 4, |_, seen| seen.change = seen.change.map(|_| 0.0));
        check(&[Fault::Keyframes { interval_ms: 8000 }], 0, |_, seen| seen.health.keyframe_interval_ms = 8000);
        check(&[Fault::Drift { drift_ms: -1500 }], 0, |_, seen| seen.health.drift_ms = -1500);
        check(&[Fault::FramesLost { frame_rate: 12.0 }], 4, |_, seen| seen.health.frame_rate = 12.0);
        check(&[Fault::NoSound { since_ms: 0 }], 3, |_, seen| seen.sound_ms = 0);
        let language = "en".parse().unwrap();
        check(&[Fault::NoLanguage { language, since_ms: 0 }], 3, |_, seen| {
            seen.heard_ms.insert(language, 0);
        });
        check(&[Fault::SilentLanguage { language, since_ms: 0 }], 8, |second, seen| {
            seen.heard_ms.insert(language, second * 1000);
            seen.health.languages = vec![Level { language, peak_db: Some(-90.0), rms_db: Some(-90.0) }];
        });
        check(&[Fault::NoPicture { since_ms: 0 }], 3, |_, seen| seen.picture_ms = 0);
        check(&[Fault::NoRendition { since_ms: 7 }], 0, |_, seen| seen.no_rendition_ms = Some(7));
        check(&[Fault::Stalled { since_ms: 0 }], 2, |_, seen| seen.media_ms = 0);
    }

    #[test]
    fn what_ends_is_no_fault_any_more() {
        let faults = history(30, |second, seen| {
            if second % 10 < 7 {
                seen.health.luma = Some(10.0);
            }
        });
        assert!(!faults[6].is_empty() && faults[8].is_empty() && faults[12].is_empty() && !faults[16].is_empty());
    }

    #[test]
    fn a_stall_hides_what_cannot_be_known() {
        let faults = history(10, |_, seen| (seen.media_ms, seen.picture_ms, seen.sound_ms) = (0, 0, 0));
        assert_eq!(faults[9], [Fault::Stalled { since_ms: 0 }]);
    }
}
