//! A GStreamer pipeline with one way in, as analysis and transcoding use it.

use bytes::Bytes;
use gstreamer::{self as gst, prelude::*};
use gstreamer_app::{AppSink, AppSinkCallbacks, AppSrc};

use crate::{
    Error, Result,
    packager::config::{Aac, Avc},
};

/// What all branches together are made of.
const ELEMENTS: [&str; 11] = [
    "appsrc",
    "avdec_h264",
    "videoscale",
    "videoconvert",
    "capsfilter",
    "tee",
    "jpegenc",
    "appsink",
    "avdec_aac",
    "audioconvert",
    "x264enc",
];

/// Loads what branches need; call it before the process is locked in.
pub(super) fn load() -> Result<()> {
    gst::init().map_err(|error| Error::Media(error.to_string()))?;
    for name in ELEMENTS {
        let factory = gst::ElementFactory::find(name).and_then(|factory| factory.load().ok());
        factory.ok_or_else(|| Error::Media(format!("the element {name} is not installed")))?;
    }
    Ok(())
}

/// A pipeline that is fed through its `appsrc` named `in`.
pub(super) struct Branch {
    pipeline: gst::Pipeline,
    input: AppSrc,
    ready: bool,
}

impl Branch {
    pub(super) fn new(description: &str) -> Result<Self> {
        let pipeline = gst::parse::launch(description).map_err(|error| Error::Media(error.to_string()))?;
        let pipeline = pipeline.downcast::<gst::Pipeline>().map_err(|_| Error::Media("no pipeline".into()))?;
        let input = element::<AppSrc>(&pipeline, "in")?;
        Ok(Self { pipeline, input, ready: false })
    }

    /// Begins anew with these caps. A branch that cannot start takes nothing: the parts go on without it.
    pub(super) fn begin(&mut self, caps: &gst::Caps) {
        let stopped = self.pipeline.set_state(gst::State::Null);
        self.input.set_caps(Some(caps));
        self.ready = stopped.and_then(|_| self.pipeline.set_state(gst::State::Playing)).is_ok();
    }

    /// Has the encoder named `coder` make a keyframe of the next picture from this time (in nanoseconds) on.
    pub(super) fn force_keyframe(&self, pts: u64) {
        let asked = gst::Structure::builder("GstForceKeyUnit")
            .field("running-time", gst::ClockTime::from_nseconds(pts))
            .field("all-headers", false)
            .field("count", 0_u32);
        let event = gst::event::CustomUpstream::new(asked.build());
        // A branch that is not ready has no encoder to ask.
        let _ = self.pipeline.by_name("coder").is_some_and(|coder| coder.send_event(event));
    }

    /// Whether it still takes anything.
    pub(super) fn is_ready(&self) -> bool {
        self.ready
    }

    /// Gives it coded bytes with their times in nanoseconds.
    pub(super) fn push(&mut self, data: &Bytes, pts: u64, dts: u64, key: bool) {
        if !self.ready {
            return;
        }
        let mut buffer = gst::Buffer::from_slice(data.clone());
        if let Some(buffer) = buffer.get_mut() {
            buffer.set_pts(gst::ClockTime::from_nseconds(pts));
            buffer.set_dts(gst::ClockTime::from_nseconds(dts));
            if !key {
                buffer.set_flags(gst::BufferFlags::DELTA_UNIT);
            }
        }
        self.ready = self.input.push_buffer(buffer).is_ok();
    }

    /// Bytes that it has not begun with yet.
    pub(super) fn waiting_bytes(&self) -> u64 {
        if self.ready { self.input.current_level_bytes() } else { 0 }
    }

    /// Waits until what went in has come out, at most `within`.
    pub(super) fn finish(&mut self, within: gst::ClockTime) {
        if self.ready && self.input.end_of_stream().is_ok() {
            let ends = [gst::MessageType::Eos, gst::MessageType::Error];
            // Where it takes longer, what is left is lost with the source that has ended.
            let _ = self.pipeline.bus().and_then(|bus| bus.timed_pop_filtered(within, &ends));
        }
    }

    /// Calls `act` with every sample that reaches the `appsink` of this name.
    pub(super) fn on_sample(&self, name: &str, mut act: impl FnMut(&gst::Sample) + Send + 'static) -> Result<()> {
        let sink = element::<AppSink>(&self.pipeline, name)?;
        let callbacks = AppSinkCallbacks::builder().new_sample(move |sink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            act(&sample);
            Ok(gst::FlowSuccess::Ok)
        });
        sink.set_callbacks(callbacks.build());
        Ok(())
    }
}

impl Drop for Branch {
    fn drop(&mut self) {
        // There is nothing to do about a pipeline that does not stop; the process ends soon.
        let _ = self.pipeline.set_state(gst::State::Null);
    }
}

fn element<E: IsA<gst::Element>>(pipeline: &gst::Pipeline, name: &str) -> Result<E> {
    let found = pipeline.by_name(name).and_then(|element| element.downcast::<E>().ok());
    found.ok_or_else(|| Error::Media(format!("no {name}")))
}

/// Caps of H.264 as FLV carries it.
pub(super) fn avc_caps(avc: &Avc) -> gst::Caps {
    gst::Caps::builder("video/x-h264")
        .field("stream-format", "avc")
        .field("alignment", "au")
        .field("codec_data", gst::Buffer::from_slice(avc.record.clone()))
        .field("width", i32::from(avc.width))
        .field("height", i32::from(avc.height))
        .build()
}

/// Caps of AAC as FLV carries it.
pub(super) fn aac_caps(aac: &Aac) -> gst::Caps {
    gst::Caps::builder("audio/mpeg")
        .field("mpegversion", 4)
        .field("stream-format", "raw")
        .field("framed", true)
        .field("codec_data", gst::Buffer::from_slice(aac.config.clone()))
        .field("rate", i32::try_from(aac.rate).unwrap_or(48_000))
        .field("channels", i32::from(aac.channels))
        .build()
}
