//! A smaller form of the source's pictures, 360 lines, for poor lines and small screens.
//!
//! It must never hold up the source. One thread makes it, which gives way to all others; what it is given waits
//! in a queue of its own. Whether the machine can hold it is measured by its doing so: where it stays behind,
//! it ends, and the source's next keyframe begins a set without it. Nothing in between is left out, for then the
//! segments of the two would no longer stand side by side.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::mpsc::{Receiver, channel},
};

use gstreamer as gst;
use serde::{Deserialize, Serialize};

use super::{
    branch::{Branch, avc_caps},
    transcode::{Coded, forward, nanoseconds},
};
use crate::{
    Result,
    packager::{Packager, VideoFrame, config::Avc},
};

/// Whether a smaller form of the pictures is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rendition {
    /// Where the machine has [`PROCESSORS`], and for as long as it keeps up.
    #[default]
    Auto,
    /// On any machine, for as long as it keeps up.
    On,
    /// Never.
    Off,
}

/// With fewer processors it is not tried unasked: on a small machine, whatever else it has to do would end it, which is
/// an interruption for all who watch.
pub const PROCESSORS: usize = 4;

/// It has so many pixels at most, and sources that have not many more are small enough.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
const SMALL_ENOUGH: u16 = 480;
const KILOBITS: u32 = 600;
/// What its thread gives way by; a tenth of the share of a thread that gives way to none.
const NICE: i32 = 10;
/// So far behind for so long, and it ends.
const BEHIND_MS: i64 = 2_000;
const LASTING_MS: i64 = 5_000;
/// So far behind, or so much that waits, and it ends at once.
const MOST_BEHIND_MS: i64 = 10_000;
const MOST_WAITING_BYTES: u64 = 32 << 20;
/// Stamps are the source's if they are this close, 90 kHz: the rounding of GStreamer's times; that of milliseconds.
const SAME: i64 = 45;
const NEAR: i64 = 20 * 90;
/// Stamps that go on otherwise begin anew.
const GOES_ON: std::ops::RangeInclusive<i64> = -45_000..=900_000;

/// Watches whether it keeps up. Pure.
#[derive(Debug, Default)]
struct Pace {
    since_ms: Option<i64>,
}

impl Pace {
    /// Whether it can be held, being `behind_ms` at `now_ms`.
    fn holds(&mut self, behind_ms: i64, now_ms: i64) -> bool {
        if behind_ms < BEHIND_MS {
            self.since_ms = None;
        }
        let lasting = behind_ms >= BEHIND_MS && now_ms - *self.since_ms.get_or_insert(now_ms) >= LASTING_MS;
        !lasting && behind_ms < MOST_BEHIND_MS
    }
}

/// A picture of the source.
struct Stamp {
    dts: i64,
    key: bool,
}

/// A decoder, a scaler and an encoder.
struct Coder {
    branch: Branch,
    coded: Receiver<Coded>,
    /// The source's pictures that are under way, by presentation time.
    stamps: BTreeMap<i64, Stamp>,
    /// And their decoding times.
    decoding: BTreeSet<i64>,
    /// How far the last keyframe is decoded before it is shown.
    ahead: i64,
    /// Last stamps in and out.
    given: Option<i64>,
    newest: Option<i64>,
    done: Option<i64>,
    pace: Pace,
}

impl Coder {
    fn new(avc: &Avc) -> Result<Self> {
        let (width, height) = size(avc);
        let mut branch = Branch::new(&format!(
            "appsrc name=in format=time is-live=false block=false max-bytes=0 max-buffers=0 \
             ! avdec_h264 max-threads=1 ! videoscale ! videoconvert \
             ! video/x-raw,format=I420,width={width},height={height} \
             ! x264enc name=coder tune=zerolatency speed-preset=superfast threads=1 key-int-max=1000 \
             bitrate={KILOBITS} option-string=scenecut=0 ! video/x-h264,stream-format=avc,alignment=au,profile=main \
             ! appsink name=out sync=false async=false"
        ))?;
        let (to, coded) = channel();
        let (mut record, mut gave_way) = (None, false);
        branch.on_sample("out", move |sample| {
            if !std::mem::replace(&mut gave_way, true) {
                // All of the branch is one thread: this one. Where it may not give way, it is like any other.
                let _ = rustix::process::setpriority_process(None, NICE);
            }
            forward(sample, &mut record, &to);
        })?;
        branch.begin(&avc_caps(avc));
        let (stamps, decoding, pace) = (BTreeMap::new(), BTreeSet::new(), Pace::default());
        Ok(Self { branch, coded, stamps, decoding, ahead: 0, given: None, newest: None, done: None, pace })
    }

    /// Whether this picture follows those before.
    fn goes_on(&self, frame: &VideoFrame) -> bool {
        self.given.is_none_or(|given| GOES_ON.contains(&(frame.dts - given)))
    }

    fn push(&mut self, frame: &VideoFrame) {
        if self.given.is_none() && !frame.key {
            return;
        }
        self.done.get_or_insert(frame.pts);
        self.given = Some(frame.dts);
        self.newest = self.newest.max(Some(frame.pts));
        self.stamps.insert(frame.pts, Stamp { dts: frame.dts, key: frame.key });
        self.decoding.insert(frame.dts);
        let pts = nanoseconds(frame.pts);
        if frame.key {
            self.branch.force_keyframe(pts);
        }
        self.branch.push(&frame.data, pts, nanoseconds(frame.dts), frame.key);
    }

    /// What is ready, with the source's stamps.
    fn take(&mut self) -> Vec<Coded> {
        let mut coded: Vec<Coded> = self.coded.try_iter().collect();
        for item in &mut coded {
            if let Coded::Frame(frame) = item {
                self.as_source(frame);
            }
        }
        coded
    }

    /// Coded without reordering, a picture is shown when it is decoded; the source's may be decoded sooner.
    /// Both are to be decoded alike, or the segments of the one would lie beside those of the other.
    fn as_source(&mut self, frame: &mut VideoFrame) {
        if let Some((&pts, stamp)) = self.stamps.range(frame.pts - SAME..=frame.pts + SAME).next() {
            frame.pts = pts;
            if stamp.key {
                self.ahead = pts - stamp.dts;
            }
        }
        let wanted = frame.pts - self.ahead;
        let near = self.decoding.range(wanted - NEAR..=wanted + NEAR).min_by_key(|dts| (*dts - wanted).abs());
        frame.dts = near.copied().unwrap_or(wanted);
        self.done = Some(frame.pts);
        self.stamps = self.stamps.split_off(&(frame.pts - 90_000));
        self.decoding = self.decoding.split_off(&(frame.dts - 90_000));
    }

    fn behind_ms(&self) -> i64 {
        self.newest.zip(self.done).map_or(0, |(newest, done)| (newest - done) / 90)
    }

    fn holds(&mut self, now_ms: i64) -> bool {
        let behind_ms = self.behind_ms();
        self.branch.is_ready() && self.branch.waiting_bytes() < MOST_WAITING_BYTES && self.pace.holds(behind_ms, now_ms)
    }
}

/// Width and height, even, of the source's shape.
fn size(avc: &Avc) -> (u32, u32) {
    let (width, height) = (f64::from(avc.width), f64::from(avc.height));
    let scale = (WIDTH / width).min(HEIGHT / height);
    let even = |pixels: f64| ((pixels * scale / 2.0).round() as u32 * 2).max(2);
    (even(width), even(height))
}

/// The smaller pictures of a source, where there are to be any.
pub(super) struct Smaller {
    wanted: bool,
    /// The pictures that it is made from.
    avc: Option<Avc>,
    coder: Option<Coder>,
    /// Since when they are not made although they should be, milliseconds UTC.
    missing_ms: Option<i64>,
}

impl Rendition {
    /// Whether it is to be tried on this machine.
    pub(super) fn is_wanted(self) -> bool {
        match self {
            Self::Auto => std::thread::available_parallelism().map_or(1, usize::from) >= PROCESSORS,
            Self::On => true,
            Self::Off => false,
        }
    }
}

impl Smaller {
    pub(super) fn new(wanted: bool) -> Self {
        Self { wanted, avc: None, coder: None, missing_ms: None }
    }

    /// The source's pictures are described anew.
    pub(super) fn configure(&mut self, avc: Avc, packager: &mut Packager) -> Result<()> {
        self.let_go();
        if self.wanted && avc.height.min(avc.width) > SMALL_ENOUGH {
            self.coder = Some(Coder::new(&avc)?);
        }
        packager.expect_rendition(self.coder.is_some());
        self.avc = Some(avc);
        Ok(())
    }

    /// A picture goes its way to the packager.
    pub(super) fn push(&mut self, frame: &VideoFrame) -> Result<()> {
        if self.coder.as_ref().is_some_and(|coder| !coder.goes_on(frame)) {
            self.let_go();
            self.coder = self.avc.as_ref().map(Coder::new).transpose()?;
        }
        if let Some(coder) = &mut self.coder {
            coder.push(frame);
        }
        Ok(())
    }

    /// What is ready goes to the packager; where it does not keep up, it ends.
    pub(super) fn take(&mut self, now_ms: i64, packager: &mut Packager) -> Result<()> {
        let Some(coder) = &mut self.coder else { return Ok(()) };
        for coded in coder.take() {
            match coded {
                Coded::Configuration(record) => packager.rendition_configuration(record)?,
                Coded::Frame(frame) => packager.rendition(frame),
            }
        }
        if !coder.holds(now_ms) {
            eprintln!("the 360p rendition ends: it is {} ms behind", coder.behind_ms());
            self.let_go();
            self.give_up(now_ms);
            packager.expect_rendition(false);
        }
        Ok(())
    }

    /// Not made any more until the source comes anew.
    fn give_up(&mut self, now_ms: i64) {
        self.wanted = false;
        self.missing_ms = Some(now_ms);
    }

    /// Since when the machine cannot hold it, milliseconds UTC.
    pub(super) fn missing_ms(&self) -> Option<i64> {
        self.missing_ms
    }

    /// Waits for the last pictures.
    pub(super) fn finish(&mut self, within: gst::ClockTime) {
        if let Some(coder) = &mut self.coder {
            coder.branch.finish(within);
        }
    }

    /// A branch that stops waits for the picture that it is at, and on a busy machine its thread may have to wait long:
    /// another thread does, so that the source does not.
    fn let_go(&mut self) {
        if let Some(Coder { branch, .. }) = self.coder.take() {
            // Where no thread can be had, the branch is dropped here.
            let _ = std::thread::Builder::new().name("rendition-ends".into()).spawn(move || drop(branch));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_the_shape_within_360_lines() {
        let (record, sets) = (bytes::Bytes::new(), bytes::Bytes::new());
        let any = Avc { record, width: 1, height: 1, rate: None, length_size: 4, sets };
        for (width, height, expected) in [
            (1280, 720, (640, 360)),
            (1920, 1080, (640, 360)),
            (1024, 768, (480, 360)),
            (2560, 1080, (640, 270)),
            (1080, 1920, (202, 360)),
        ] {
            assert_eq!(size(&Avc { width, height, ..any.clone() }), expected);
        }
    }

    #[test]
    fn it_ends_where_it_stays_behind_and_not_for_a_moment() {
        let ends = |behind: &dyn Fn(i64) -> i64| {
            let mut pace = Pace::default();
            (0..60).find(|second| !pace.holds(behind(*second), second * 1000))
        };
        assert_eq!(ends(&|_| 400), None);
        assert_eq!(ends(&|second| if second % 5 == 4 { 100 } else { 6_000 }), None, "it catches up");
        assert_eq!(ends(&|second| if second < 20 { 100 } else { 2_500 }), Some(25));
        assert_eq!(ends(&|second| second * 1_000), Some(7), "it does nothing");
        assert_eq!(ends(&|second| if second < 3 { 0 } else { 11_000 }), Some(3));
    }
}
