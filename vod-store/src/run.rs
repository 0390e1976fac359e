//! One run of a source, from its tracks to its going: first it waits for a keyframe, then its parts go to a take.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::{
    SourceId,
    interpretation::{Interpretation, Mark, ticks_to_ms},
    media::{Part, Track, TrackKind, TrackName},
    take::{Hangs, TakeId, Writer},
};

/// Parts that are held before a take is opened: six seconds, while the disks refuse. Before a keyframe has come only
/// those of the other tracks.
const HELD: usize = 64;
/// A source that sends nothing for this long has fallen silent.
pub(crate) const SILENT: Duration = Duration::from_millis(2_500);
/// A source that had fallen silent is back when its parts have kept coming for so long: two parts. What was still on its way
/// when its encoder died comes late, too, and is no return.
const KEEPS_COMING: Duration = Duration::from_millis(400);

#[derive(Debug)]
pub(crate) struct Run {
    tracks: Arc<Vec<Track>>,
    stage: Stage,
    last_part: Instant,
    /// Of a run that has been silent, until it is shown again.
    returning: Option<Returning>,
}

/// A run whose parts come again after a silence.
#[derive(Debug)]
struct Returning {
    since: Instant,
    /// The part of its take by which it can be shown, index in the leading track.
    opens: Option<u32>,
}

#[derive(Debug)]
enum Stage {
    Waiting {
        held: VecDeque<Part>,
    },
    /// `moves`: to another take from the next keyframe on.
    Writing {
        take: TakeId,
        writer: Writer,
        moves: bool,
        /// The interpreters whose sound the take carries.
        interpretations: Vec<Interpretation>,
    },
}

/// What becomes of a part.
#[derive(Debug)]
pub(crate) enum Fate {
    /// It is on its way to the disk, or is held.
    Kept,
    /// The take's disk does not take it; it is in the take's backlog.
    Hangs(TakeId),
    /// It opens a take of these tracks, which begins with these parts.
    Opens { tracks: Arc<Vec<Track>>, parts: Vec<Part> },
}

impl Run {
    pub(crate) fn new(tracks: Arc<Vec<Track>>) -> Self {
        let (stage, last_part) = (Stage::Waiting { held: VecDeque::new() }, Instant::now());
        Self { tracks, stage, last_part, returning: None }
    }

    /// Whether it has fallen silent.
    pub(crate) fn silent(&self) -> bool {
        self.last_part.elapsed() >= SILENT
    }

    /// Part `index` of its take's leading track, which may open a segment, is on disk and the take is not on air:
    /// answers from which part on it can be shown. A run that had been silent first has to keep coming.
    pub(crate) fn can_be_shown(&mut self, index: u32, opens: bool) -> Option<u32> {
        let opening = opens.then_some(index);
        let Some(returning) = &mut self.returning else { return opening };
        returning.opens = returning.opens.or(opening);
        let from = returning.opens.filter(|_| self.last_part.duration_since(returning.since) >= KEEPS_COMING)?;
        self.returning = None;
        Some(from)
    }

    /// The take that is being written.
    pub(crate) fn take(&self) -> Option<TakeId> {
        match &self.stage {
            Stage::Waiting { .. } => None,
            Stage::Writing { take, .. } => Some(*take),
        }
    }

    /// Takes a part; a take is opened only if it `may_open` now.
    pub(crate) async fn part(&mut self, part: Part, may_open: bool) -> Fate {
        self.came();
        let leads = leading(&self.tracks).is_some_and(|leading| opens(&part, leading));
        if leads && may_open && matches!(self.stage, Stage::Writing { moves: true, .. }) {
            self.finish().await;
            self.restart(Vec::new());
        }
        match &mut self.stage {
            Stage::Writing { take, writer, interpretations, .. } => {
                let follows = leading(&self.tracks).filter(|leading| leading.name == part.track).map(|leading| {
                    (
                        Mark::of(&part, leading.timescale),
                        ticks_to_ms(part.start + u64::from(part.duration), leading.timescale),
                    )
                });
                let mut parts = vec![part];
                if let Some((mark, end_ms)) = follows {
                    parts.extend(interpretations.iter_mut().flat_map(|one| one.follow(mark, end_ms)));
                }
                hand_on(*take, writer, parts).await
            }
            Stage::Waiting { held } => {
                held.push_back(part);
                if held.len() > HELD {
                    held.pop_front();
                }
                let tracks = self.tracks.clone();
                let Some(begins) = begin_with_keyframe(held, &tracks).filter(|_| may_open) else { return Fate::Kept };
                let parts = held.drain(..).filter(|held| ends(held, &tracks) > begins).collect();
                Fate::Opens { tracks, parts }
            }
        }
    }

    /// Something came: after a silence it has to keep coming. Before a take is opened, and behind a pause, nothing is missed.
    fn came(&mut self) {
        let now = Instant::now();
        let silence = now.duration_since(std::mem::replace(&mut self.last_part, now));
        if matches!(self.stage, Stage::Waiting { .. }) {
            self.returning = None;
        } else if silence >= SILENT {
            self.returning = Some(Returning { since: now, opens: None });
        }
    }

    /// Its parts go to this take from now on, and with them the sound of these interpreters.
    pub(crate) fn writes(&mut self, take: TakeId, writer: Writer, interpretations: Vec<Interpretation>) {
        self.stage = Stage::Writing { take, writer, moves: false, interpretations };
    }

    /// A part of an interpreter's sound, which goes to the take if that carries it.
    pub(crate) async fn interpreted(&mut self, source: SourceId, part: &Part) -> Fate {
        let Stage::Writing { take, writer, interpretations, .. } = &mut self.stage else { return Fate::Kept };
        let own = interpretations.iter_mut().filter(|one| one.source() == source);
        let parts = own.flat_map(|one| one.take_in(part)).collect();
        hand_on(*take, writer, parts).await
    }

    /// The interpreters whose sound the take carries, and as which track; none while no take is open.
    pub(crate) fn interpreters(&self) -> Option<Vec<(SourceId, &Track)>> {
        match &self.stage {
            Stage::Waiting { .. } => None,
            Stage::Writing { interpretations, .. } => {
                Some(interpretations.iter().map(|one| (one.source(), one.track())).collect())
            }
        }
    }

    /// Whether a track of the source's own has this name.
    pub(crate) fn has(&self, name: &TrackName) -> bool {
        self.tracks.iter().any(|track| track.name == *name)
    }

    /// Where a take that opens with these parts begins.
    pub(crate) fn begins(&self, parts: &[Part]) -> Option<Mark> {
        let leading = leading(&self.tracks)?;
        parts.iter().find(|part| part.track == leading.name).map(|part| Mark::of(part, leading.timescale))
    }

    /// The interpreters' last words go to the take, which ends.
    async fn finish(&mut self) {
        if let Stage::Writing { take, writer, interpretations, .. } = &mut self.stage {
            let parts = interpretations.iter_mut().filter_map(Interpretation::flush).collect();
            // A disk that hangs at the end of a take has been told of before.
            let _ = hand_on(*take, writer, parts).await;
        }
    }

    /// At the next keyframe another take is to be opened: on another disk, or with other interpreters.
    pub(crate) fn moves(&mut self) {
        if let Stage::Writing { moves, .. } = &mut self.stage {
            *moves = true;
        }
    }

    /// Its take is over; the next keyframe opens another, or one that is among the `unwritten` parts.
    pub(crate) fn restart(&mut self, unwritten: Vec<Part>) {
        let own = |part: &Part| self.tracks.iter().any(|track| track.name == part.track);
        let mut held: VecDeque<Part> = unwritten.into_iter().filter(own).collect();
        held.drain(..held.len().saturating_sub(HELD));
        self.stage = Stage::Waiting { held };
    }
}

async fn hand_on(take: TakeId, writer: &Writer, parts: Vec<Part>) -> Fate {
    for part in parts {
        if let Err(Hangs) = writer.part(part).await {
            return Fate::Hangs(take);
        }
    }
    Fate::Kept
}

/// Drops the leading track's parts before the first keyframe that is held; answers when that one begins, if there is one.
fn begin_with_keyframe(held: &mut VecDeque<Part>, tracks: &[Track]) -> Option<u64> {
    let leading = leading(tracks)?;
    let mut begins = None;
    held.retain(|part| {
        if part.track != leading.name {
            return true;
        }
        if begins.is_none() && opens(part, leading) {
            begins = Some(crate::timeline::ticks_to_ns(part.start, leading.timescale));
        }
        begins.is_some()
    });
    begins
}

/// The track whose keyframes decide: the picture, or the sound where there is none.
fn leading(tracks: &[Track]) -> Option<&Track> {
    tracks.iter().find(|track| matches!(track.kind, TrackKind::Video { .. })).or(tracks.first())
}

/// Whether a take can begin with this part of the leading track.
fn opens(part: &Part, leading: &Track) -> bool {
    part.track == leading.name && part.opens_segment && part.independent
}

fn ends(part: &Part, tracks: &[Track]) -> u64 {
    let timescale = tracks.iter().find(|track| track.name == part.track).map_or(1, |track| track.timescale);
    crate::timeline::ticks_to_ns(part.start + u64::from(part.duration), timescale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(name: &str, kind: TrackKind) -> Track {
        Track { name: name.parse().unwrap(), kind, codec: String::new(), timescale: 1000, init: bytes::Bytes::new() }
    }

    fn part(track: &str, number: u64, opens: bool) -> Part {
        Part {
            track: track.parse().unwrap(),
            start: number * 200,
            duration: 200,
            independent: opens,
            opens_segment: opens,
            captured_at_ms: 0,
            data: bytes::Bytes::new(),
        }
    }

    #[tokio::test]
    async fn a_take_opens_with_the_keyframe_that_the_disk_refused_and_the_sound_that_goes_with_it() {
        let video = TrackKind::Video { width: 1, height: 1, frame_rate: None };
        let audio = TrackKind::Audio { sample_rate: 1, channels: 1, language: None };
        let mut run = Run::new(Arc::new(vec![track("video", video), track("audio", audio)]));
        let refused = (3..8).flat_map(|number| [part("audio", number, true), part("video", number, number == 5)]);
        run.restart(refused.collect());
        // Not before the disks may be tried again; meanwhile what comes is held as well.
        assert!(matches!(run.part(part("audio", 8, true), false).await, Fate::Kept));
        let Fate::Opens { parts, .. } = run.part(part("video", 8, false), true).await else { panic!("no take opens") };
        let starts = |name: &str| -> Vec<u64> {
            parts.iter().filter(|part| part.track == name.parse().unwrap()).map(|part| part.start / 200).collect()
        };
        assert_eq!((starts("video"), starts("audio")), (vec![5, 6, 7, 8], vec![5, 6, 7, 8]));
    }
}
