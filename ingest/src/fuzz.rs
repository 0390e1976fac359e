//! What the fuzz targets run (`tests/fuzz`): whatever the bytes, no parser of this crate panics.

use bytes::{Bytes, BytesMut};

pub use crate::rtmp::fuzz::{amf, chunks, session};
use crate::{
    flv::{self, Body, Kind},
    packager::{
        AudioFrame, Packager, VideoFrame,
        config::{Aac, Avc},
    },
    srt, wire,
};

/// An FLV stream, and what its tags carry, to the packager's end.
pub fn flv(bytes: &[u8]) {
    let mut reader = flv::Reader::default();
    let mut packager = Packager::new();
    for (number, piece) in bytes.chunks(97).enumerate() {
        reader.buffer().extend_from_slice(piece);
        let arrived_ms = i64::try_from(number).unwrap_or_default() * 10;
        while let Ok(Some(tag)) = reader.next() {
            let stamp = i64::from(tag.timestamp) * 90;
            // What is refused in the middle must not upset what follows.
            let _ = match (tag.kind, flv::video(&tag.data), flv::audio(&tag.data)) {
                (Kind::Video, Body::Configuration(record), _) => packager.video_configuration(record),
                (Kind::Audio, _, Body::Configuration(config)) => packager.audio_configuration(config),
                (Kind::Video, Body::Frame { key, composition_ms, data }, _) => {
                    let pts = stamp + i64::from(composition_ms) * 90;
                    packager.video(VideoFrame { dts: stamp, pts, key, data, arrived_ms });
                    Ok(true)
                }
                (Kind::Audio, _, Body::Frame { data, .. }) => {
                    packager.audio(AudioFrame { pts: stamp, data, arrived_ms });
                    Ok(true)
                }
                _ => Ok(false),
            };
        }
    }
    drop(packager.take());
}

/// H.264's configuration, and a keyframe that it is announced in.
pub fn avc(bytes: &[u8]) {
    if let Ok(avc) = Avc::read(Bytes::copy_from_slice(bytes)) {
        avc.announced(Bytes::copy_from_slice(bytes));
    }
}

/// AAC's configuration.
pub fn aac(bytes: &[u8]) {
    let _ = Aac::read(Bytes::copy_from_slice(bytes));
}

/// What a worker says to its parent.
pub fn wire(bytes: &[u8]) {
    let mut buffer = BytesMut::from(bytes);
    while let Ok(Some(message)) = wire::decode(&mut buffer) {
        drop(wire::encode(message));
    }
}

/// The stream id of an SRT caller.
pub fn stream_id(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        srt::key_of(text);
    }
}

#[cfg(test)]
mod tests {
    use fuzz::round;

    use super::*;
    use crate::flv::Tag;

    const AVC: &[u8] =
        b"\x01\x64\x00\x1f\xff\xe1\x00\x1a\x67\x64\x00\x1f\xac\xd9\x40\x50\x05\xbb\x01\x10\x00\x00\x03\x00\x10\
        \x00\x00\x03\x03\x20\xf1\x83\x19\x60\x01\x00\x06\x68\xeb\xe3\xcb\x22\xc0";

    /// A stream of a second: configurations, then pictures and sound.
    fn stream() -> Vec<u8> {
        let mut out = BytesMut::from(flv::header());
        let mut tag = |kind, timestamp, data: Vec<u8>| Tag { kind, timestamp, data: data.into() }.write(&mut out);
        tag(Kind::Video, 0, [&[0x17, 0, 0, 0, 0][..], AVC].concat());
        tag(Kind::Audio, 0, vec![0xaf, 0, 0x12, 0x10]);
        for frame in 0..25_u8 {
            let head = if frame == 0 { 0x17 } else { 0x27 };
            tag(Kind::Video, u32::from(frame) * 40, vec![head, 1, 0, 0, 0, 0, 0, 0, 3, 0x65, frame, 9]);
            tag(Kind::Audio, u32::from(frame) * 40, vec![0xaf, 1, 0x21, frame]);
        }
        out.to_vec()
    }

    #[test]
    fn nothing_makes_the_parsers_panic() {
        round(&[stream()], flv);
        round(&[AVC.to_vec()], avc);
        round(&[vec![0x12, 0x10], vec![0x2b, 0x92, 0x08, 0x00]], aac);
        round(&[b"#!::r=bema-abc,m=publish".to_vec(), b"bema-abc".to_vec()], stream_id);
    }
}
