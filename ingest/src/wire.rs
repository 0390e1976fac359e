//! Messages from the worker to its parent, over a pipe.
//!
//! A frame is two little-endian `u32` lengths, a JSON head and a payload. The worker may have been taken over by what
//! it read: the parent believes no length and no word of it beyond what is checked here.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use vod_store::{
    intake::{Cause, Fault, Health, Refusal, Thumbnail},
    media::{MAX_PART_BYTES, Part, Track, TrackName},
};

use crate::{Error, Result};

/// The longest JSON head.
pub const MAX_HEAD_BYTES: usize = 64 << 10;
/// The longest JPEG of a thumbnail.
pub const MAX_THUMBNAIL_BYTES: usize = 256 << 10;
/// The longest init segment.
pub const MAX_INIT_BYTES: usize = 64 << 10;
/// The most tracks in a set.
pub const MAX_TRACKS: usize = 16;
/// The longest sentence that a worker may say.
pub const MAX_WORDS: usize = 500;

/// What a worker says.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// A (new) set of tracks: times begin anew.
    Tracks(Vec<Track>),
    /// A part of one of them.
    Part(Part),
    /// A measurement, and what is wrong at it.
    Health {
        /// The measurement.
        health: Health,
        /// What is wrong.
        faults: Vec<Fault>,
    },
    /// A small picture.
    Thumbnail(Thumbnail),
    /// The media cannot be taken; the source is to be refused.
    Problem(Problem),
    /// How far an import has come, in thousandths.
    Progress(u16),
    /// All that came in has gone out.
    End,
}

/// Why the media cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Problem {
    /// A codec that we do not carry.
    Codec {
        /// What came.
        got: String,
        /// What to set.
        set: String,
    },
    /// The media could not be read.
    Unreadable {
        /// Why.
        cause: Cause,
        /// What was found.
        what: String,
    },
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Codec { got, set } => Self::Codec { got, set },
            Problem::Unreadable { cause, what } => Self::Unreadable { cause, what },
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "message")]
enum Head {
    Tracks { tracks: Vec<Track>, init_bytes: Vec<u32> },
    Part { track: TrackName, start: u64, duration: u32, independent: bool, opens_segment: bool, captured_at_ms: i64 },
    Health { health: Health, faults: Vec<Fault> },
    Thumbnail { at_ms: i64 },
    Problem { problem: Problem },
    Progress { thousandths: u16 },
    End,
}

/// The message as a frame.
#[must_use]
pub fn encode(message: Message) -> BytesMut {
    let mut payloads = Vec::new();
    let head = match message {
        Message::Tracks(tracks) => {
            payloads = tracks.iter().map(|track| track.init.clone()).collect();
            let init_bytes = payloads.iter().map(|init| length(init.len())).collect();
            Head::Tracks { tracks, init_bytes }
        }
        Message::Part(part) => {
            payloads.push(part.data);
            Head::Part {
                track: part.track,
                start: part.start,
                duration: part.duration,
                independent: part.independent,
                opens_segment: part.opens_segment,
                captured_at_ms: part.captured_at_ms,
            }
        }
        Message::Health { health, faults } => Head::Health { health, faults },
        Message::Thumbnail(thumbnail) => {
            payloads.push(thumbnail.jpeg);
            Head::Thumbnail { at_ms: thumbnail.at_ms }
        }
        Message::Problem(problem) => Head::Problem { problem },
        Message::Progress(thousandths) => Head::Progress { thousandths },
        Message::End => Head::End,
    };
    let head = serde_json::to_vec(&head).expect("heads are plain data");
    let payload: usize = payloads.iter().map(Bytes::len).sum();
    let mut frame = BytesMut::with_capacity(8 + head.len() + payload);
    frame.put_u32_le(length(head.len()));
    frame.put_u32_le(length(payload));
    frame.extend_from_slice(&head);
    payloads.iter().for_each(|payload| frame.extend_from_slice(payload));
    frame
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("no payload reaches 4 GiB: parts and init segments are bounded where they are made")
}

/// Takes the next whole frame from the front of `buffer`; none while it is not all there.
///
/// # Errors
/// [`Error::Wire`] when the frame is none that a worker may send; nothing after it can be read.
pub fn decode(buffer: &mut BytesMut) -> Result<Option<Message>> {
    let Some(&lengths) = buffer.first_chunk::<8>() else { return Ok(None) };
    let [a, b, c, d, e, f, g, h] = lengths;
    let (head, payload) = (u32::from_le_bytes([a, b, c, d]) as usize, u32::from_le_bytes([e, f, g, h]) as usize);
    if head > MAX_HEAD_BYTES {
        return Err(Error::Wire("its head is too long"));
    }
    if payload > MAX_PART_BYTES {
        return Err(Error::Wire("its payload is too long"));
    }
    if buffer.len() < 8 + head + payload {
        buffer.reserve(8 + head + payload - buffer.len());
        return Ok(None);
    }
    buffer.advance(8);
    let head = buffer.split_to(head);
    let payload = buffer.split_to(payload).freeze();
    let head = serde_json::from_slice(&head).map_err(|_| Error::Wire("its head is not as agreed"))?;
    check(head, payload).map(Some)
}

fn check(head: Head, mut payload: Bytes) -> Result<Message> {
    let carries = matches!(head, Head::Tracks { .. } | Head::Part { .. } | Head::Thumbnail { .. });
    if carries == payload.is_empty() {
        return Err(Error::Wire("it has a payload where none belongs, or none where one does"));
    }
    Ok(match head {
        Head::Tracks { mut tracks, init_bytes } => {
            let total: u64 = init_bytes.iter().copied().map(u64::from).sum();
            if tracks.len() != init_bytes.len() || tracks.len() > MAX_TRACKS || total != payload.len() as u64 {
                return Err(Error::Wire("its tracks and init segments do not match"));
            }
            for (track, length) in tracks.iter_mut().zip(init_bytes) {
                if length as usize > MAX_INIT_BYTES || track.timescale == 0 || track.codec.len() > 64 {
                    return Err(Error::Wire("a track is described wrongly"));
                }
                track.init = payload.split_to(length as usize);
            }
            Message::Tracks(tracks)
        }
        Head::Part { track, start, duration, independent, opens_segment, captured_at_ms } => {
            let data = payload;
            Message::Part(Part { track, start, duration, independent, opens_segment, captured_at_ms, data })
        }
        Head::Health { health, faults } => Message::Health { health, faults },
        Head::Thumbnail { at_ms } => {
            if payload.len() > MAX_THUMBNAIL_BYTES || !payload.starts_with(&[0xff, 0xd8]) {
                return Err(Error::Wire("its picture is too large, or no JPEG"));
            }
            Message::Thumbnail(Thumbnail { at_ms, jpeg: payload })
        }
        Head::Problem { problem } => Message::Problem(bounded(problem)),
        Head::Progress { thousandths } => Message::Progress(thousandths.min(1000)),
        Head::End => Message::End,
    })
}

/// Words that a person will read: of bounded length and without control characters.
fn bounded(problem: Problem) -> Problem {
    let clean = |words: String| words.chars().filter(|letter| !letter.is_control()).take(MAX_WORDS).collect();
    match problem {
        Problem::Codec { got, set } => Problem::Codec { got: clean(got), set: clean(set) },
        Problem::Unreadable { cause, what } => Problem::Unreadable { cause, what: clean(what) },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vod_store::media::TrackKind;

    use super::*;

    fn samples() -> Vec<Message> {
        let name = || "video".parse::<TrackName>().unwrap();
        let kind = TrackKind::Video { width: 1280, height: 720, frame_rate: Some(25.0) };
        vec![
            Message::Tracks(vec![
                Track {
                    name: name(),
                    kind: kind.clone(),
                    codec: "avc1.64001f".into(),
                    timescale: 90_000,
                    init: Bytes::from_static(b"one"),
                },
                Track {
                    name: "audio".parse().unwrap(),
                    kind,
                    codec: "mp4a.40.2".into(),
                    timescale: 48_000,
                    init: Bytes::from_static(b"second"),
                },
            ]),
            Message::Part(Part {
                track: name(),
                start: 1 << 40,
                duration: 18_000,
                independent: true,
                opens_segment: false,
                captured_at_ms: 1_790_000_000_000,
                data: Bytes::from_static(b"moof"),
            }),
            Message::Health {
                health: Health { bit_rate: 2_000_000, audio_peak_db: Some(-3.5), ..Health::default() },
                faults: vec![Fault::Silence { since_ms: 7 }],
            },
            Message::Thumbnail(Thumbnail { at_ms: 5, jpeg: Bytes::from_static(&[0xff, 0xd8, 0xff]) }),
            Message::Problem(Problem::Codec { got: "HEVC".into(), set: "H.264".into() }),
            Message::Progress(500),
            Message::End,
        ]
    }

    #[test]
    fn messages_come_back_whatever_the_pieces() {
        let bytes: Vec<u8> = samples().into_iter().flat_map(encode).collect();
        for size in [1, 7, 4096] {
            let (mut buffer, mut read) = (BytesMut::new(), Vec::new());
            for piece in bytes.chunks(size) {
                buffer.extend_from_slice(piece);
                while let Some(message) = decode(&mut buffer).unwrap() {
                    read.push(message);
                }
            }
            assert_eq!(read, samples());
        }
    }

    #[test]
    fn what_a_worker_may_not_send_is_refused() {
        let frame = |head: &str, payload: &[u8]| {
            let mut frame = BytesMut::new();
            frame.put_u32_le(u32::try_from(head.len()).unwrap());
            frame.put_u32_le(u32::try_from(payload.len()).unwrap());
            frame.extend_from_slice(head.as_bytes());
            frame.extend_from_slice(payload);
            frame
        };
        let mut long = BytesMut::new();
        long.put_u32_le(10);
        long.put_u32_le(u32::MAX);
        let part = r#"{"message":"part","track":"../etc","start":0,"duration":1,"independent":true,"opens_segment":true,"captured_at_ms":0}"#;
        for mut bad in [
            long,
            frame("{}", b""),
            frame(r#"{"message":"end"}"#, b"more"),
            frame(r#"{"message":"thumbnail","at_ms":1}"#, b"<svg>"),
            frame(r#"{"message":"tracks","tracks":[],"init_bytes":[4]}"#, b"init"),
            frame(part, b"moof"),
        ] {
            assert!(matches!(decode(&mut bad), Err(Error::Wire(_))), "{bad:?}");
        }
    }

    #[test]
    fn words_for_people_carry_no_control_characters() {
        let said = Problem::Unreadable { cause: Cause::Damaged, what: format!("a\u{1b}[31m{}", "b".repeat(1000)) };
        let Some(Message::Problem(Problem::Unreadable { what, .. })) =
            decode(&mut encode(Message::Problem(said))).unwrap()
        else {
            panic!()
        };
        assert!(what.starts_with("a[31mb") && what.len() == MAX_WORDS);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(head in prop::collection::vec(any::<u8>(), 0..64), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut buffer = BytesMut::from(&[u8::try_from(head.len()).unwrap(), 0, 0, 0, u8::try_from(bytes.len()).unwrap(), 0, 0, 0][..]);
            buffer.extend_from_slice(&head);
            buffer.extend_from_slice(&bytes);
            let _ = decode(&mut buffer);
        }
    }
}
