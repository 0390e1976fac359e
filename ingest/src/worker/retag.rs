//! What GStreamer's parsers give, as FLV tags: the one form in which media reaches the station.

use bytes::{BufMut as _, Bytes, BytesMut};
use gstreamer as gst;

use crate::flv::{Kind, Tag};

/// A tag of these pieces.
pub(super) fn tag(kind: Kind, timestamp: u32, pieces: &[&[u8]]) -> Tag {
    let mut data = BytesMut::with_capacity(pieces.iter().map(|piece| piece.len()).sum());
    pieces.iter().for_each(|piece| data.put_slice(piece));
    Tag { kind, timestamp, data: data.freeze() }
}

/// Nanoseconds as milliseconds, rounded.
pub(super) fn milliseconds(nanoseconds: i64) -> i64 {
    (nanoseconds + 500_000).div_euclid(1_000_000)
}

/// One access unit, or one frame of sound, with its times in nanoseconds, as a tag; before it the configuration where
/// that is new (`described` is the last one that was given).
pub(super) fn retag(kind: Kind, sample: &gst::Sample, pts: i64, dts: i64, described: &mut Option<Bytes>) -> Vec<Tag> {
    let (Some(buffer), Some(caps)) = (sample.buffer(), sample.caps()) else { return Vec::new() };
    let Ok(data) = buffer.map_readable() else { return Vec::new() };
    let (pts, dts) = (milliseconds(pts), milliseconds(dts));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a tag's clock wraps at 2³²")]
    let timestamp = dts as u32;
    let mut tags = Vec::with_capacity(1);
    let record = caps.structure(0).and_then(|caps| caps.get::<gst::Buffer>("codec_data").ok());
    if let Some(Ok(record)) = record.as_ref().map(|record| record.map_readable())
        && described.as_deref() != Some(&record[..])
    {
        *described = Some(Bytes::copy_from_slice(&record));
        let head: &[u8] = if kind == Kind::Video { &[0x17, 0, 0, 0, 0] } else { &[0xaf, 0] };
        tags.push(tag(kind, timestamp, &[head, &record]));
    }
    if kind == Kind::Audio {
        tags.push(tag(kind, timestamp, &[&[0xaf, 1], &data]));
        return tags;
    }
    let first = if buffer.flags().contains(gst::BufferFlags::DELTA_UNIT) { 0x27 } else { 0x17 };
    let [_, a, b, c] = i32::try_from(pts - dts).unwrap_or_default().to_be_bytes();
    tags.push(tag(kind, timestamp, &[&[first, 1, a, b, c], &data]));
    tags
}
