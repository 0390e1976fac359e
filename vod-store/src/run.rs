//! One run of a source, from its tracks to its going: first it waits for a keyframe, then its parts go to a take.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::{
    media::{Part, Track, TrackKind},
    take::{Hangs, TakeId, Writer},
};

/// Parts of the other tracks that are held while the leading one has no keyframe yet: more than two seconds of sound.
const HELD: usize = 16;

#[derive(Debug)]
pub(crate) struct Run {
    tracks: Arc<Vec<Track>>,
    stage: Stage,
    last_part: Instant,
}

#[derive(Debug)]
enum Stage {
    Waiting { held: VecDeque<Part> },
    Writing { take: TakeId, writer: Writer },
}

/// What becomes of a part.
#[derive(Debug)]
pub(crate) enum Fate {
    /// It is on its way to the disk, or is held.
    Kept,
    /// The take's disk does not take it.
    Hangs(TakeId, Part),
    /// It opens a take of these tracks, which begins with these parts.
    Opens { tracks: Arc<Vec<Track>>, parts: Vec<Part> },
}

impl Run {
    pub(crate) fn new(tracks: Arc<Vec<Track>>) -> Self {
        Self { tracks, stage: Stage::Waiting { held: VecDeque::new() }, last_part: Instant::now() }
    }

    /// Whether nothing has come for `limit`.
    pub(crate) fn stalled(&self, limit: Duration) -> bool {
        self.last_part.elapsed() >= limit
    }

    /// The take that is being written.
    pub(crate) fn take(&self) -> Option<TakeId> {
        match &self.stage {
            Stage::Waiting { .. } => None,
            Stage::Writing { take, .. } => Some(*take),
        }
    }

    pub(crate) async fn part(&mut self, part: Part) -> Fate {
        self.last_part = Instant::now();
        match &mut self.stage {
            Stage::Writing { take, writer } => match writer.part(part.clone()).await {
                Ok(()) => Fate::Kept,
                Err(Hangs) => Fate::Hangs(*take, part),
            },
            Stage::Waiting { held } => {
                let leading = leading(&self.tracks);
                if leading.is_some_and(|leading| leading.name == part.track) && part.opens_segment && part.independent {
                    let timescale = leading.map_or(1, |leading| leading.timescale);
                    let begins = crate::timeline::ticks_to_ns(part.start, timescale);
                    let tracks = self.tracks.clone();
                    let mut parts: Vec<Part> = held.drain(..).filter(|held| ends(held, &tracks) > begins).collect();
                    parts.push(part);
                    return Fate::Opens { tracks, parts };
                }
                if held.len() == HELD {
                    held.pop_front();
                }
                if leading.is_some_and(|leading| leading.name != part.track) {
                    held.push_back(part);
                }
                Fate::Kept
            }
        }
    }

    /// Its parts go to this take from now on.
    pub(crate) fn writes(&mut self, take: TakeId, writer: Writer) {
        self.stage = Stage::Writing { take, writer };
    }

    /// Its take is over; the next keyframe opens another. `unwritten` parts go before it if they fit.
    pub(crate) fn restart(&mut self, unwritten: Vec<Part>) {
        let skip = unwritten.len().saturating_sub(HELD);
        self.stage = Stage::Waiting { held: unwritten.into_iter().skip(skip).collect() };
    }
}

/// The track whose keyframes decide: the picture, or the sound where there is none.
fn leading(tracks: &[Track]) -> Option<&Track> {
    tracks.iter().find(|track| matches!(track.kind, TrackKind::Video { .. })).or(tracks.first())
}

fn ends(part: &Part, tracks: &[Track]) -> u64 {
    let timescale = tracks.iter().find(|track| track.name == part.track).map_or(1, |track| track.timescale);
    crate::timeline::ticks_to_ns(part.start + u64::from(part.duration), timescale)
}
