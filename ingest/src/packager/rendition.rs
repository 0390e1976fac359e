//! The smaller pictures beside the source's own: cut into parts and segments where those are.
//!
//! They come later than the source's, since they are coded anew, and with the same stamps.
//! What the source's track said of a part is remembered, so that a viewer who changes from one to the other
//! finds segments, dates and decoding times alike.

use std::collections::VecDeque;

use bytes::Bytes;

use super::{
    Cut, Held, MS, Packager, Set,
    anchor::Anchor,
    config::Avc,
    describe::{part, video_track},
    video::{VideoFrame, VideoTrack},
};
use crate::Result;

/// Parts of the source's track that are remembered: half a minute.
const MARKS: usize = 150;
/// Parts whose starts are this close are the same: stamps are rounded to milliseconds.
const SAME: i64 = 3 * MS;

/// What the source's track said of a part.
#[derive(Clone, Copy, Debug)]
struct Mark {
    start: u64,
    opens_segment: bool,
    captured_at_ms: i64,
}

/// The smaller picture track of a set.
pub(super) struct RenditionTrack {
    track: VideoTrack,
    /// Where the set begins, on the source's clock.
    zero: i64,
    begun: bool,
    marks: VecDeque<Mark>,
}

impl RenditionTrack {
    pub(super) fn new(rate: Option<f64>, zero: i64) -> Self {
        Self { track: VideoTrack::new(rate, zero), zero, begun: false, marks: VecDeque::new() }
    }

    /// Remembers a part of the source's track.
    pub(super) fn mark(&mut self, cut: &Cut) {
        if self.marks.len() == MARKS {
            self.marks.pop_front();
        }
        let Cut { start, opens_segment, captured_at_ms, .. } = *cut;
        self.marks.push_back(Mark { start, opens_segment, captured_at_ms });
    }

    /// Takes a picture; answers the parts that it ends. Pictures from before the set are left out.
    pub(super) fn push(&mut self, frame: VideoFrame, anchor: &Anchor) -> Vec<Cut> {
        self.begun |= frame.key && frame.dts >= self.zero - SAME;
        if !self.begun {
            return Vec::new();
        }
        // Segments of the source's own pictures move the anchor; these only read it.
        let cuts = self.track.push(frame, &mut anchor.clone());
        cuts.into_iter().map(|cut| self.as_marked(cut)).collect()
    }

    pub(super) fn finish(&mut self, anchor: &Anchor) -> Vec<Cut> {
        let cuts = self.track.finish(&mut anchor.clone());
        cuts.into_iter().map(|cut| self.as_marked(cut)).collect()
    }

    fn as_marked(&self, mut cut: Cut) -> Cut {
        let same = |mark: &&Mark| mark.start.abs_diff(cut.start) <= SAME.unsigned_abs();
        if let Some(mark) = self.marks.iter().rev().find(same) {
            cut.opens_segment = mark.opens_segment && cut.independent;
            cut.captured_at_ms = mark.captured_at_ms;
        }
        cut
    }
}

impl Packager {
    /// Whether smaller pictures will come. A set waits a little for the first of them; where none come any more,
    /// the next keyframe begins a set without them.
    pub fn expect_rendition(&mut self, expects: bool) {
        self.expects_rendition = expects;
        if !expects {
            self.rendition_track = None;
        }
    }

    /// The AVCDecoderConfigurationRecord of the smaller pictures.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn rendition_configuration(&mut self, record: Bytes) -> Result<()> {
        let avc = Avc::read(record)?;
        // Their rate is the source's: their own is what the encoder made of its input's.
        let rate = self.avc.as_ref().and_then(|source| source.rate);
        let avc = Avc { rate, ..avc };
        self.rendition_track = Some(video_track(&self.names.small, &avc)?);
        self.rendition_avc = Some(avc);
        Ok(())
    }

    /// A smaller picture, stamped as the source's own that it was made from.
    pub fn rendition(&mut self, mut frame: VideoFrame) {
        if let Some(avc) = self.rendition_avc.as_ref().filter(|_| frame.key) {
            frame.data = avc.announced(frame.data);
        }
        match &mut self.set {
            Some(Set { rendition: Some(track), .. }) => {
                let cuts = track.push(frame, &self.anchor);
                self.output.extend(cuts.into_iter().map(|cut| part(&self.names.small, cut)));
            }
            Some(_) => {}
            None if !self.held.is_empty() => self.hold(Held::Rendition(frame)),
            None => {}
        }
    }
}
