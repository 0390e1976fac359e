//! Codes a source's pictures anew, where its keyframes stand too far apart to be passed through.

use std::{
    collections::BTreeMap,
    sync::mpsc::{Receiver, Sender, channel},
};

use bytes::Bytes;
use gstreamer as gst;

use super::branch::{Branch, avc_caps};
use crate::{
    Result,
    packager::{VideoFrame, config::Avc},
};

/// Keyframes stand so far apart.
const KEYFRAME_SECONDS: f64 = 2.0;
/// Bit rates, kbit/s: what is coded anew gets what the source had, within these.
const BIT_RATES: std::ops::RangeInclusive<u64> = 400..=6_000;
/// Added to every stamp, so that none is negative: GStreamer's are unsigned. In 90 kHz ticks, 50 days.
const BASE: i64 = 90_000 * 3600 * 24 * 50;

/// What comes out.
pub(super) enum Coded {
    /// The AVCDecoderConfigurationRecord of what follows.
    Configuration(Bytes),
    /// A picture.
    Frame(VideoFrame),
}

/// A decoder and an encoder.
pub(super) struct Transcoder {
    branch: Branch,
    coded: Receiver<Coded>,
    /// When the picture with this stamp arrived.
    arrivals: BTreeMap<i64, i64>,
}

impl Transcoder {
    /// Begins with the configuration of a source that sends `rate` frames and `bit_rate` bits a second.
    pub(super) fn new(avc: &Avc, rate: f64, bit_rate: u64) -> Result<Self> {
        let keyframes = (rate * KEYFRAME_SECONDS).round().clamp(2.0, 480.0);
        let kilobits = (bit_rate / 1000).clamp(*BIT_RATES.start(), *BIT_RATES.end());
        let mut branch = Branch::new(&format!(
            "appsrc name=in format=time is-live=false block=false max-bytes=0 max-buffers=0 \
             ! avdec_h264 ! videoconvert ! video/x-raw,format=I420 \
             ! x264enc tune=zerolatency speed-preset=superfast key-int-max={keyframes} bitrate={kilobits} \
             option-string=scenecut=0 ! video/x-h264,stream-format=avc,alignment=au,profile=high \
             ! appsink name=out sync=false async=false"
        ))?;
        let (to, coded) = channel();
        let mut record = None;
        branch.on_sample("out", move |sample| forward(sample, &mut record, &to))?;
        branch.begin(&avc_caps(avc));
        Ok(Self { branch, coded, arrivals: BTreeMap::new() })
    }

    /// The source's configuration has changed.
    pub(super) fn reconfigure(&mut self, avc: &Avc) {
        self.branch.begin(&avc_caps(avc));
    }

    /// Whether it still works.
    pub(super) fn works(&self) -> bool {
        self.branch.is_ready()
    }

    pub(super) fn push(&mut self, frame: &VideoFrame) {
        self.arrivals.insert(frame.pts, frame.arrived_ms);
        self.branch.push(&frame.data, nanoseconds(frame.pts), nanoseconds(frame.dts), frame.key);
    }

    /// Bytes of pictures that it has not begun with yet.
    pub(super) fn waiting_bytes(&self) -> u64 {
        self.branch.waiting_bytes()
    }

    /// Waits for the last pictures.
    pub(super) fn finish(&mut self, within: gst::ClockTime) {
        self.branch.finish(within);
    }

    /// What is ready.
    pub(super) fn take(&mut self) -> Vec<Coded> {
        let mut coded: Vec<Coded> = self.coded.try_iter().collect();
        for item in &mut coded {
            if let Coded::Frame(frame) = item {
                // Coded pictures tell nothing new of the source's clock: they count as arrived with their source.
                let source = self.arrivals.range(..=frame.pts + 45).next_back().map(|(_, arrived)| *arrived);
                frame.arrived_ms = source.unwrap_or(frame.arrived_ms);
                self.arrivals = self.arrivals.split_off(&(frame.pts - 90_000));
            }
        }
        coded
    }
}

pub(super) fn nanoseconds(ticks: i64) -> u64 {
    u64::try_from(ticks + BASE).unwrap_or_default() * 100_000 / 9
}

fn ticks(time: gst::ClockTime) -> i64 {
    let ticks = (u128::from(time.nseconds()) * 9 + 50_000) / 100_000;
    i64::try_from(ticks).unwrap_or_default() - BASE
}

/// Passes on what the encoder has coded, with its configuration before it.
pub(super) fn forward(sample: &gst::Sample, record: &mut Option<Bytes>, to: &Sender<Coded>) {
    let (Some(buffer), Some(caps), Some(segment)) = (sample.buffer(), sample.caps(), sample.segment()) else { return };
    let described = caps.structure(0).and_then(|caps| caps.get::<gst::Buffer>("codec_data").ok());
    if let Some(Ok(map)) = described.as_ref().map(|described| described.map_readable())
        && record.as_deref() != Some(&map[..])
    {
        let bytes = Bytes::copy_from_slice(&map);
        *record = Some(bytes.clone());
        // The station ends with the process.
        let _ = to.send(Coded::Configuration(bytes));
    }
    // x264enc moves its times by a thousand hours, and the segment with them.
    let Some(segment) = segment.downcast_ref::<gst::ClockTime>() else { return };
    let (Some(pts), Ok(map)) = (buffer.pts().and_then(|pts| segment.to_running_time(pts)), buffer.map_readable())
    else {
        return;
    };
    let dts = buffer.dts().and_then(|dts| segment.to_running_time(dts)).unwrap_or(pts);
    let key = !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT);
    let data = Bytes::copy_from_slice(&map);
    let _ = to.send(Coded::Frame(VideoFrame { dts: ticks(dts), pts: ticks(pts), key, data, arrived_ms: 0 }));
}
