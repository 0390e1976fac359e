//! The interpreters' side: whose sound the takes carry.
//!
//! A take's tracks are those that it was opened with. So an interpreter who comes or goes is taken up or let go at the
//! picture's next keyframe, with a new take: a discontinuity for everybody, which one who comes and goes must not make often.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

use super::Desk;
use crate::{
    SourceId,
    intake::Offer,
    interpretation::{self, Interpretation, Mark},
    media::{Part, Track},
    run::{Fate, Run},
    sources::Interpreter,
};

/// Sound that has not come for so long has broken off.
const BROKEN_OFF: Duration = Duration::from_secs(1);
/// An interpreter who has been away for so long is let go; until then silence stands in the track.
const AWAY: Duration = Duration::from_secs(5);
/// So long an interpreter must be there to be taken up while a take is being written.
const SETTLED: Duration = Duration::from_secs(2);
/// And one who has been carried before and went.
const STEADY: Duration = Duration::from_secs(10);
/// Parts that are kept so that a take finds in them what belongs to its beginning: three seconds.
const RECENT: usize = 16;

/// An interpreter's place.
#[derive(Debug, Default)]
pub(super) struct Booth {
    /// How a take describes its sound; none before it came.
    track: Option<Track>,
    recent: VecDeque<Part>,
    /// When its last part came, and since when they have come without breaking off.
    last: Option<Instant>,
    since: Option<Instant>,
    /// Whether a take has carried it.
    carried: bool,
}

impl Booth {
    fn begins(&mut self, interpreter: Interpreter, tracks: &[Track]) {
        // The floor of an interpreter's encoder is the interpretation.
        let floor = tracks.iter().find(|track| track.name.as_str() == "audio");
        self.track = floor.and_then(|floor| interpretation::track(floor, interpreter.language));
        self.recent.clear();
    }

    fn hears(&mut self, part: &Part) {
        let now = Instant::now();
        if self.last.is_none_or(|last| now - last >= BROKEN_OFF) {
            self.since = Some(now);
        }
        self.last = Some(now);
        self.recent.push_back(part.clone());
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    fn heard_within(&self, limit: Duration) -> bool {
        self.track.is_some() && self.last.is_some_and(|last| last.elapsed() < limit)
    }

    /// Whether a take is to carry it: one that does already, as `carries` says, or another.
    fn is_wanted(&self, carries: bool) -> bool {
        let settles = if self.carried { STEADY } else { SETTLED };
        let settled = self.since.is_some_and(|since| since.elapsed() >= settles);
        if carries { self.heard_within(AWAY) } else { settled && self.heard_within(BROKEN_OFF) }
    }
}

/// The booths of a recording, by source.
pub(super) type Booths = BTreeMap<SourceId, Booth>;

impl Desk {
    pub(super) async fn on_interpreter(&mut self, interpreter: Interpreter, offer: Offer) {
        let booth = self.booths.entry(interpreter.source).or_default();
        match offer {
            Offer::Tracks(tracks) => booth.begins(interpreter, &tracks),
            Offer::Part(_) if self.halted.is_some() => {}
            Offer::Part(part) if part.track.as_str() == "audio" => {
                booth.hears(&part);
                let mut hang = Vec::new();
                for run in self.runs.values_mut() {
                    if let Fate::Hangs(take) = run.interpreted(interpreter.source, &part).await {
                        hang.push(take);
                    }
                }
                hang.into_iter().for_each(|take| self.give_up(take));
            }
            // That it has gone is seen by the parts that do not come; its pictures are not taken.
            Offer::Part(_) | Offer::Thumbnail(_) | Offer::Gone => {}
        }
    }

    /// Those who are there, for a take of a run that opens now and begins there.
    pub(super) fn interpretations(&mut self, run: SourceId, begins: Mark) -> Vec<Interpretation> {
        let Some(run) = self.runs.get(&run) else { return Vec::new() };
        let mut carried: Vec<Interpretation> = Vec::new();
        for Interpreter { source, .. } in self.given.recording.sources().interpreters {
            let Some(booth) = self.booths.get_mut(&source).filter(|booth| booth.heard_within(BROKEN_OFF)) else {
                continue;
            };
            let Some(track) =
                booth.track.clone().filter(|track| fits(track, run, carried.iter().map(Interpretation::track)))
            else {
                continue;
            };
            booth.carried = true;
            carried.push(Interpretation::new(source, track, begins));
        }
        carried
    }

    /// What is kept of the interpreters goes to a run whose take has just opened.
    pub(super) async fn interpret_recent(&mut self, run: SourceId) -> Fate {
        let Some(run) = self.runs.get_mut(&run) else { return Fate::Kept };
        for (source, booth) in &self.booths {
            for part in &booth.recent {
                match run.interpreted(*source, part).await {
                    Fate::Kept => {}
                    other => return other,
                }
            }
        }
        Fate::Kept
    }

    /// Interpreters who have come or gone since a take opened are taken up or let go at its next keyframe.
    pub(super) fn seat_interpreters(&mut self) {
        let interpreters = self.given.recording.sources().interpreters;
        self.booths.retain(|source, _| interpreters.iter().any(|one| one.source == *source));
        for run in self.runs.values_mut() {
            let Some(carried) = run.interpreters() else { continue };
            let gone = carried.iter().any(|(source, track)| {
                let booth = self.booths.get(source);
                booth.is_none_or(|booth| {
                    !booth.is_wanted(true) || booth.track.as_ref().is_none_or(|own| !same(own, track))
                })
            });
            let comes = interpreters.iter().any(|one| {
                let booth = self.booths.get(&one.source).filter(|booth| booth.is_wanted(false));
                let track = booth.and_then(|booth| booth.track.as_ref());
                track.is_some_and(|track| fits(track, run, carried.iter().map(|(_, track)| *track)))
            });
            if gone || comes {
                run.moves();
            }
        }
    }
}

/// Whether a take of the run can carry the track beside these: a language stands in a take once, the source's own first.
fn fits<'a>(track: &Track, run: &Run, mut carried: impl Iterator<Item = &'a Track>) -> bool {
    !run.has(&track.name) && carried.all(|other| other.name != track.name)
}

/// Whether sound of the one goes on in the other.
fn same(one: &Track, other: &Track) -> bool {
    one.init == other.init && one.name == other.name
}
