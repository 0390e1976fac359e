//! Looks at keyframes and listens to the sound, beside the parts' way and never in it: what it cannot take, it drops.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use gstreamer as gst;
use vod_store::Language;

use super::branch::{Branch, aac_caps, avc_caps};
use crate::{
    Result,
    packager::config::{Aac, Avc},
};

/// Keyframes are decoded one at a time, scaled, measured, and made a small picture.
const EYES: &str = "appsrc name=in format=time is-live=false block=false max-buffers=2 leaky-type=downstream \
    ! avdec_h264 max-threads=1 ! videoscale ! videoconvert \
    ! video/x-raw,format=I420,width=320,pixel-aspect-ratio=1/1 ! tee name=both \
    both. ! appsink name=raw sync=false async=false max-buffers=2 drop=true \
    both. ! jpegenc quality=75 ! appsink name=jpeg sync=false async=false max-buffers=2 drop=true";
/// Every frame of sound is decoded and measured.
const EARS: &str = "appsrc name=in format=time is-live=false block=false max-buffers=50 leaky-type=downstream \
    ! avdec_aac ! audioconvert ! audio/x-raw,format=F32LE,layout=interleaved \
    ! appsink name=raw sync=false async=false max-buffers=8 drop=true";
/// The level of digital silence, so that a level is always a number.
const FLOOR_DB: f64 = -120.0;
/// Wider than the pictures are scaled to: a stride.
const WIDTH: usize = 320;

/// What was last seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Mean luma of the last keyframe.
    pub(super) luma: Option<f64>,
    /// How far it differs from the one before, since this was last asked.
    pub(super) change: Option<f64>,
    /// The small picture, with the stamp of its keyframe, since this was last asked.
    pub(super) jpeg: Option<(i64, Bytes)>,
    previous: Vec<u8>,
    stamp: Option<u64>,
}

/// What was heard since this was last asked.
#[derive(Debug, Default)]
struct Heard {
    /// Of each channel: the peak, and the sum of squares.
    channels: Vec<(f64, f64)>,
    samples: u64,
}

/// A branch that listens to one sound.
struct Ears {
    branch: Branch,
    heard: Arc<Mutex<Heard>>,
}

impl Ears {
    fn new() -> Result<Self> {
        let (branch, heard) = (Branch::new(EARS)?, Arc::<Mutex<Heard>>::default());
        let to = Arc::clone(&heard);
        branch.on_sample("raw", move |sample| listen(&to, sample))?;
        Ok(Self { branch, heard })
    }
}

/// The branches: one that looks, and one that listens for each sound: the floor's (no language) and the further ones.
pub(super) struct Analysis {
    eyes: Branch,
    ears: BTreeMap<Option<Language>, Ears>,
    seen: Arc<Mutex<Seen>>,
}

impl Analysis {
    pub(super) fn new() -> Result<Self> {
        let (eyes, ears) = (Branch::new(EYES)?, BTreeMap::from([(None, Ears::new()?)]));
        let seen = Arc::<Mutex<Seen>>::default();
        let to = Arc::clone(&seen);
        eyes.on_sample("raw", move |sample| look(&to, sample))?;
        let to = Arc::clone(&seen);
        eyes.on_sample("jpeg", move |sample| keep(&to, sample))?;
        Ok(Self { eyes, ears, seen })
    }

    pub(super) fn video(&mut self, avc: &Avc) {
        self.eyes.begin(&avc_caps(avc));
    }

    /// What sound is now coded like: the floor's, or that in a further language.
    pub(super) fn audio(&mut self, language: Option<Language>, aac: &Aac) -> Result<()> {
        let ears = match self.ears.entry(language) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(Ears::new()?),
        };
        ears.branch.begin(&aac_caps(aac));
        Ok(())
    }

    /// A keyframe. The decoder of a source with reordered pictures holds one back: the second time it comes out.
    pub(super) fn keyframe(&mut self, data: &Bytes, pts: i64) {
        let stamp = u64::try_from(pts).unwrap_or_default();
        self.eyes.push(data, stamp, stamp, true);
        self.eyes.push(data, stamp, stamp, true);
    }

    /// Whether the last keyframe has been looked at.
    pub(super) fn has_looked(&self) -> bool {
        self.eyes.waiting_bytes() == 0
    }

    pub(super) fn sound(&mut self, language: Option<Language>, data: &Bytes, pts: i64) {
        let time = u64::try_from(pts).unwrap_or_default() * 100_000 / 9;
        if let Some(ears) = self.ears.get_mut(&language) {
            ears.branch.push(data, time, time, true);
        }
    }

    /// What was seen since the last call: luma, change and small picture.
    pub(super) fn seen(&self) -> (Option<f64>, Option<f64>, Option<(i64, Bytes)>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (seen.luma, seen.change.take(), seen.jpeg.take())
    }

    /// Peak and RMS, each of the loudest channel, since the last call.
    pub(super) fn heard(&self, language: Option<Language>) -> Option<(f64, f64)> {
        let ears = self.ears.get(&language)?;
        let heard = std::mem::take(&mut *ears.heard.lock().unwrap_or_else(PoisonError::into_inner));
        let samples = heard.samples as f64;
        let db = |level: f64| if level > 0.0 { (20.0 * level.log10()).max(FLOOR_DB) } else { FLOOR_DB };
        let peak = heard.channels.iter().map(|channel| channel.0).reduce(f64::max)?;
        let rms = heard.channels.iter().map(|channel| (channel.1 / samples).sqrt()).reduce(f64::max)?;
        Some((db(peak), db(rms)))
    }
}

fn look(seen: &Mutex<Seen>, sample: &gst::Sample) {
    let Some(buffer) = sample.buffer() else { return };
    let stamp = buffer.pts().map(gst::ClockTime::nseconds);
    let height = sample.caps().and_then(|caps| caps.structure(0)?.get::<i32>("height").ok()).unwrap_or_default();
    let (Ok(map), Ok(height)) = (buffer.map_readable(), usize::try_from(height)) else { return };
    let Some(luma) = map.get(..WIDTH * height).filter(|luma| !luma.is_empty()) else { return };
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    if seen.stamp == stamp {
        return;
    }
    seen.stamp = stamp;
    let count = luma.len() as f64;
    seen.luma = Some(luma.iter().map(|&value| f64::from(value)).sum::<f64>() / count);
    if seen.previous.len() == luma.len() {
        let apart = luma.iter().zip(&seen.previous).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>();
        let apart = apart as f64 / count;
        seen.change = Some(seen.change.map_or(apart, |other| other.max(apart)));
    }
    seen.previous.clear();
    seen.previous.extend_from_slice(luma);
}

fn keep(seen: &Mutex<Seen>, sample: &gst::Sample) {
    let Some(buffer) = sample.buffer() else { return };
    let stamp = buffer.pts().and_then(|stamp| i64::try_from(stamp.nseconds()).ok());
    if let (Some(stamp), Ok(map)) = (stamp, buffer.map_readable()) {
        let jpeg = Bytes::copy_from_slice(&map);
        seen.lock().unwrap_or_else(PoisonError::into_inner).jpeg = Some((stamp, jpeg));
    }
}

fn listen(heard: &Mutex<Heard>, sample: &gst::Sample) {
    let Some(buffer) = sample.buffer() else { return };
    let channels = sample.caps().and_then(|caps| caps.structure(0)?.get::<i32>("channels").ok());
    let Some(channels) = channels.and_then(|count| usize::try_from(count).ok()).filter(|&count| count > 0) else {
        return;
    };
    let Ok(map) = buffer.map_readable() else { return };
    let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    heard.channels.resize(channels, (0.0, 0.0));
    for frame in map.chunks_exact(4 * channels) {
        for (channel, sample) in heard.channels.iter_mut().zip(frame.chunks_exact(4)) {
            let level = f64::from(f32::from_le_bytes([sample[0], sample[1], sample[2], sample[3]]));
            channel.0 = channel.0.max(level.abs());
            channel.1 += level * level;
        }
        heard.samples += 1;
    }
}
