//! FLV (Adobe Flash Video File Format Specification 10.1, annex E) as RTMP carries it, with the enhanced headers
//! (Enhanced RTMP v2) as far as they name a codec. The parent re-tags messages with it; the worker reads them back.

use bytes::{Buf, Bytes, BytesMut};

use crate::{Error, Result};

/// The longest tag that is read. A keyframe of the largest picture that we expect has less.
pub(crate) const MAX_TAG_BYTES: usize = 8 << 20;

const HEADER: [u8; 13] = [b'F', b'L', b'V', 1, 5, 0, 0, 0, 9, 0, 0, 0, 0];
const TAG_HEAD: usize = 11;
const TAG_TAIL: usize = 4;

/// What a tag carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
    /// AMF: `onMetaData`.
    Script,
}

impl Kind {
    const fn code(self) -> u8 {
        match self {
            Self::Audio => 8,
            Self::Video => 9,
            Self::Script => 18,
        }
    }
}

/// One tag: the body of one RTMP message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) kind: Kind,
    /// Milliseconds, wrapping at 2³².
    pub(crate) timestamp: u32,
    pub(crate) data: Bytes,
}

/// The bytes before the first tag.
pub(crate) fn header() -> &'static [u8] {
    &HEADER
}

impl Tag {
    /// Appends the tag as FLV.
    pub(crate) fn write(&self, out: &mut BytesMut) {
        let length = u32::try_from(self.data.len()).unwrap_or(u32::MAX).min(0x00ff_ffff);
        let body = &self.data[..length as usize];
        let [extended, time @ ..] = self.timestamp.to_be_bytes();
        out.reserve(TAG_HEAD + body.len() + TAG_TAIL);
        out.extend_from_slice(&[self.kind.code()]);
        out.extend_from_slice(&length.to_be_bytes()[1..]);
        out.extend_from_slice(&time);
        out.extend_from_slice(&[extended, 0, 0, 0]);
        out.extend_from_slice(body);
        out.extend_from_slice(&(length + 11).to_be_bytes());
    }
}

/// Cuts a stream of bytes into tags.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    buffer: BytesMut,
    begun: bool,
}

impl Reader {
    /// Room to read into.
    pub(crate) fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// The next whole tag, if it is there.
    ///
    /// # Errors
    /// When the bytes are no FLV.
    pub(crate) fn next(&mut self) -> Result<Option<Tag>> {
        if !self.begun {
            if self.buffer.len() < HEADER.len() {
                return Ok(None);
            }
            if !self.buffer.starts_with(b"FLV\x01") {
                return Err(Error::Flv("the header is not FLV's"));
            }
            self.buffer.advance(HEADER.len());
            self.begun = true;
        }
        let Some(head) = self.buffer.first_chunk::<TAG_HEAD>() else { return Ok(None) };
        let kind = match head[0] {
            8 => Kind::Audio,
            9 => Kind::Video,
            18 => Kind::Script,
            _ => return Err(Error::Flv("a tag of an unknown type")),
        };
        let length = u32::from_be_bytes([0, head[1], head[2], head[3]]) as usize;
        if length > MAX_TAG_BYTES {
            return Err(Error::Flv("a tag is too long"));
        }
        let timestamp = u32::from_be_bytes([head[7], head[4], head[5], head[6]]);
        if self.buffer.len() < TAG_HEAD + length + TAG_TAIL {
            return Ok(None);
        }
        self.buffer.advance(TAG_HEAD);
        let data = self.buffer.split_to(length).freeze();
        if self.buffer.get_u32() as usize != length + TAG_HEAD {
            return Err(Error::Flv("a tag's two lengths disagree"));
        }
        Ok(Some(Tag { kind, timestamp, data }))
    }
}

/// What a tag's body says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// H.264's AVCDecoderConfigurationRecord or AAC's AudioSpecificConfig.
    Configuration(Bytes),
    /// An access unit or audio frame.
    Frame {
        /// Starts a picture group (always for sound).
        key: bool,
        /// Presentation minus decoding time, milliseconds.
        composition_ms: i32,
        /// H.264 with length prefixes, or raw AAC.
        data: Bytes,
    },
    /// Nothing that is shown.
    Nothing,
    /// A codec that is not taken, by its name.
    Foreign(String),
}

/// Reads the body of a video tag.
pub(crate) fn video(data: &Bytes) -> Body {
    let Some(&first) = data.first() else { return Body::Nothing };
    if first & 0x80 != 0 {
        return enhanced_video(first, data);
    }
    match first & 0x0f {
        // A command frame (type 5) shows nothing.
        7 if first >> 4 != 5 => avc(first >> 4 == 1, data.get(1).copied(), data, 2),
        7 => Body::Nothing,
        2 => Body::Foreign("Sorenson H.263".into()),
        4 | 5 => Body::Foreign("VP6".into()),
        12 => Body::Foreign("HEVC (H.265)".into()),
        13 => Body::Foreign("AV1".into()),
        other => Body::Foreign(format!("video codec {other}")),
    }
}

/// `at` is where the composition time stands.
fn avc(key: bool, packet: Option<u8>, data: &Bytes, at: usize) -> Body {
    let Some(&[a, b, c]) = data.get(at..at + 3).and_then(|time| time.first_chunk::<3>()) else { return Body::Nothing };
    let data = data.slice(at + 3..);
    match packet {
        Some(0) => Body::Configuration(data),
        // Twenty-four bits with a sign.
        Some(1) => Body::Frame { key, composition_ms: i32::from_be_bytes([a, b, c, 0]) >> 8, data },
        _ => Body::Nothing,
    }
}

fn enhanced_video(first: u8, data: &Bytes) -> Body {
    let (frame, packet) = ((first >> 4) & 7, first & 0x0f);
    let Some(four) = data.get(1..5) else { return Body::Nothing };
    match (four, packet) {
        (b"avc1", _) if frame == 5 => Body::Nothing,
        (b"avc1", 0) => Body::Configuration(data.slice(5..)),
        (b"avc1", 1) => avc(frame == 1, Some(1), data, 5),
        (b"avc1", 3) => Body::Frame { key: frame == 1, composition_ms: 0, data: data.slice(5..) },
        (b"avc1", _) => Body::Nothing,
        (b"hvc1" | b"hev1", _) => Body::Foreign("HEVC (H.265)".into()),
        (b"av01", _) => Body::Foreign("AV1".into()),
        (b"vp09", _) => Body::Foreign("VP9".into()),
        (b"vp08", _) => Body::Foreign("VP8".into()),
        (other, _) => Body::Foreign(printable(other)),
    }
}

/// Reads the body of an audio tag.
pub(crate) fn audio(data: &Bytes) -> Body {
    let Some(&first) = data.first() else { return Body::Nothing };
    let named = |name: &str| Body::Foreign(name.into());
    match first >> 4 {
        10 => aac(data.get(1).copied(), data, 2),
        9 => match (data.get(1..5), first & 0x0f) {
            // Several sounds in one stream come without their languages: the first, which stands alone, is taken.
            (_, 5) => Body::Nothing,
            (Some(b"mp4a"), packet @ (0 | 1)) => aac(Some(packet), data, 5),
            (Some(b"mp4a") | None, _) => Body::Nothing,
            (Some(b"Opus"), _) => named("Opus"),
            (Some(b".mp3"), _) => named("MP3"),
            (Some(b"ac-3" | b"ec-3"), _) => named("Dolby Digital"),
            (Some(other), _) => Body::Foreign(printable(other)),
        },
        2 | 14 => named("MP3"),
        11 => named("Speex"),
        4..=6 => named("Nellymoser"),
        0 | 3 => named("PCM"),
        7 | 8 => named("G.711"),
        other => Body::Foreign(format!("audio codec {other}")),
    }
}

fn aac(packet: Option<u8>, data: &Bytes, at: usize) -> Body {
    let rest = if data.len() > at { data.slice(at..) } else { return Body::Nothing };
    match packet {
        Some(0) => Body::Configuration(rest),
        Some(1) => Body::Frame { key: true, composition_ms: 0, data: rest },
        _ => Body::Nothing,
    }
}

/// A four-character code for people: what is no letter or digit is shown as a dot.
fn printable(code: &[u8]) -> String {
    code.iter().map(|&byte| if byte.is_ascii_alphanumeric() { char::from(byte) } else { '.' }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn body(bytes: &[u8]) -> Bytes {
        Bytes::copy_from_slice(bytes)
    }

    #[test]
    fn codecs_are_told_apart() {
        for (bytes, expected) in [
            (&[0x1c, 1, 0, 0, 0][..], "HEVC (H.265)"),
            (&[0x90, b'h', b'v', b'c', b'1'][..], "HEVC (H.265)"),
            (&[0x14, 0][..], "VP6"),
        ] {
            assert_eq!(video(&body(bytes)), Body::Foreign(expected.into()));
        }
        assert_eq!(audio(&body(&[0x2f, 0])), Body::Foreign("MP3".into()));
        assert_eq!(audio(&body(&[0xb2, 0])), Body::Foreign("Speex".into()));
        assert_eq!(audio(&body(&[0x95, 0x01, b'm', b'p', b'4', b'a', 1, 9])), Body::Nothing);
        assert_eq!(video(&body(&[0x17, 0, 0, 0, 0, 1, 2])), Body::Configuration(body(&[1, 2])));
        let frame = Body::Frame { key: false, composition_ms: -2, data: body(&[9]) };
        assert_eq!(video(&body(&[0x27, 1, 0xff, 0xff, 0xfe, 9])), frame);
        assert_eq!(video(&body(&[0xa1, b'a', b'v', b'c', b'1', 0xff, 0xff, 0xfe, 9])), frame);
        assert_eq!(audio(&body(&[0xaf, 0, 0x11, 0x90])), Body::Configuration(body(&[0x11, 0x90])));
    }

    proptest! {
        #[test]
        fn tags_come_back_whatever_the_pieces(
            tags in prop::collection::vec((0..3_u8, any::<u32>(), prop::collection::vec(any::<u8>(), 0..300)), 1..20),
            piece in 1..64_usize,
        ) {
            let tags: Vec<Tag> = tags.into_iter().map(|(kind, timestamp, data)| Tag {
                kind: [Kind::Audio, Kind::Video, Kind::Script][usize::from(kind)],
                timestamp,
                data: data.into(),
            }).collect();
            let mut bytes = BytesMut::from(header());
            tags.iter().for_each(|tag| tag.write(&mut bytes));
            let (mut reader, mut read) = (Reader::default(), Vec::new());
            for piece in bytes.chunks(piece) {
                reader.buffer().extend_from_slice(piece);
                while let Some(tag) = reader.next().unwrap() {
                    read.push(tag);
                }
            }
            prop_assert_eq!(read, tags);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut reader = Reader { begun: true, ..Reader::default() };
            reader.buffer().extend_from_slice(&bytes);
            while let Ok(Some(tag)) = reader.next() {
                video(&tag.data);
                audio(&tag.data);
            }
            video(&bytes.clone().into());
            audio(&bytes.into());
        }
    }
}
