//! RTMP's chunk stream (Adobe RTMP 1.0 §5.3) into messages.
//!
//! Written here because every byte is foreign: sizes and counts are bounded before memory is taken, chunk streams may
//! interleave as the specification allows, and no input overflows a sum.

use std::collections::HashMap;

use bytes::{Buf, Bytes, BytesMut};

use crate::{Error, Result};

/// The longest message: a keyframe of the largest picture that we expect is shorter.
pub(super) const MAX_MESSAGE_BYTES: usize = crate::flv::MAX_TAG_BYTES;
/// The longest chunk that a peer may announce is cut to a message's length.
const MAX_CHUNK_BYTES: u32 = 0x00ff_ffff;
/// The most chunk streams of one connection; encoders use three to five.
pub(super) const MAX_CHUNK_STREAMS: usize = 64;
/// The longest message of a peer that has not shown a known key.
pub(super) const MAX_STRANGER_BYTES: usize = 64 << 10;

const EXTENDED: u32 = 0x00ff_ffff;

/// One RTMP message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) kind: u8,
    pub(super) stream: u32,
    /// Milliseconds, wrapping.
    pub(super) timestamp: u32,
    pub(super) data: Bytes,
}

#[derive(Debug, Default)]
struct Stream {
    timestamp: u32,
    /// The last header's timestamp field: a delta for formats 1 and 2.
    delta: u32,
    extended: bool,
    length: usize,
    kind: u8,
    stream: u32,
    partial: BytesMut,
}

/// Puts chunks together.
#[derive(Debug)]
pub(super) struct Chunks {
    buffer: BytesMut,
    chunk_bytes: usize,
    streams: HashMap<u32, Stream>,
    partial_bytes: usize,
    /// The longest message now; twice as much may be begun and not completed.
    most: usize,
}

impl Default for Chunks {
    fn default() -> Self {
        let (buffer, streams) = (BytesMut::new(), HashMap::new());
        Self { buffer, chunk_bytes: 128, streams, partial_bytes: 0, most: MAX_STRANGER_BYTES }
    }
}

impl Chunks {
    /// Room to read into.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// The peer is known: its messages may be as long as media is.
    pub(super) fn trust(&mut self) {
        self.most = MAX_MESSAGE_BYTES;
    }

    /// The next whole message, if it is there.
    pub(super) fn next(&mut self) -> Result<Option<Message>> {
        while let Some(message) = self.chunk()? {
            match message {
                Some(Message { kind: 1, data, .. }) => {
                    let size = data.first_chunk().copied().map_or(0, u32::from_be_bytes) & 0x7fff_ffff;
                    if size == 0 {
                        return Err(Error::Rtmp("the peer announced chunks of no length"));
                    }
                    self.chunk_bytes = size.min(MAX_CHUNK_BYTES) as usize;
                }
                Some(Message { kind: 2, data, .. }) => {
                    let id = data.first_chunk().copied().map_or(0, u32::from_be_bytes);
                    if let Some(stream) = self.streams.get_mut(&id) {
                        self.partial_bytes -= stream.partial.len();
                        stream.partial.clear();
                    }
                }
                Some(message) => return Ok(Some(message)),
                None => {}
            }
        }
        Ok(None)
    }

    /// Takes one chunk off the buffer: none while it is not all there, otherwise the message that it completes.
    #[expect(clippy::option_option, reason = "whether a chunk was there, and whether it completed a message")]
    fn chunk(&mut self) -> Result<Option<Option<Message>>> {
        let mut head = Cursor { bytes: &self.buffer, at: 0 };
        let Some((format, id)) = head.basic() else { return Ok(None) };
        if !self.streams.contains_key(&id) {
            if format != 0 {
                return Err(Error::Rtmp("a chunk stream begins without its header"));
            }
            if self.streams.len() >= MAX_CHUNK_STREAMS {
                return Err(Error::Rtmp("too many chunk streams"));
            }
        }
        let known = self.streams.get(&id);
        let begins = known.is_none_or(|stream| stream.partial.is_empty());
        let Some(header) = head.header(format, known, begins) else { return Ok(None) };
        if !begins && format != 3 && header.length != known.map_or(0, |stream| stream.length) {
            return Err(Error::Rtmp("a message changes its length on the way"));
        }
        if header.length > self.most {
            return Err(Error::Rtmp("a message is too long"));
        }
        let missing = header.length - known.map_or(0, |stream| stream.partial.len());
        let take = missing.min(self.chunk_bytes);
        let at = head.at;
        if self.buffer.len() < at + take {
            return Ok(None);
        }
        if self.partial_bytes + take > 2 * self.most {
            return Err(Error::Rtmp("too much is begun and not completed"));
        }
        self.buffer.advance(at);
        let data = self.buffer.split_to(take);
        let stream = self.streams.entry(id).or_default();
        let partial = std::mem::take(&mut stream.partial);
        *stream = Stream { partial, ..header };
        if take == missing && stream.partial.is_empty() {
            return Ok(Some(Some(stream.message(data.freeze()))));
        }
        stream.partial.extend_from_slice(&data);
        self.partial_bytes += take;
        if take < missing {
            return Ok(Some(None));
        }
        let whole = std::mem::take(&mut stream.partial).freeze();
        self.partial_bytes -= whole.len();
        Ok(Some(Some(stream.message(whole))))
    }
}

impl Stream {
    fn message(&self, data: Bytes) -> Message {
        Message { kind: self.kind, stream: self.stream, timestamp: self.timestamp, data }
    }
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = self.bytes.get(self.at..)?.first_chunk().copied()?;
        self.at += N;
        Some(bytes)
    }

    fn three(&mut self) -> Option<u32> {
        self.take().map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    /// The basic header: format and chunk stream.
    fn basic(&mut self) -> Option<(u8, u32)> {
        let [first] = self.take()?;
        let id = match first & 0x3f {
            0 => 64 + u32::from(self.take::<1>()?[0]),
            1 => 64 + u32::from(u16::from_le_bytes(self.take()?)),
            id => u32::from(id),
        };
        Some((first >> 6, id))
    }

    /// The message header and the extended timestamp, on top of what is known of the chunk stream.
    fn header(&mut self, format: u8, known: Option<&Stream>, begins: bool) -> Option<Stream> {
        let mut header = known.map_or_else(Stream::default, |known| Stream { partial: BytesMut::new(), ..*known });
        if format < 3 {
            header.delta = self.three()?;
            header.extended = header.delta == EXTENDED;
            if format < 2 {
                header.length = self.three()? as usize;
                header.kind = self.take::<1>()?[0];
            }
            if format == 0 {
                header.stream = u32::from_le_bytes(self.take()?);
            }
        }
        if header.extended {
            // Some encoders leave it out of the chunks that go on with a message: then the media's bytes stand here.
            let next = u32::from_be_bytes(self.take()?);
            match format {
                3 if !begins && next != header.delta => self.at -= 4,
                _ => header.delta = next,
            }
        }
        match format {
            0 => header.timestamp = header.delta,
            3 if !begins => {}
            _ => header.timestamp = header.timestamp.wrapping_add(header.delta),
        }
        Some(header)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rml_rtmp::{chunk_io::ChunkSerializer, messages::MessagePayload, time::RtmpTimestamp};

    use super::*;

    fn read(bytes: &[u8], piece: usize) -> Result<Vec<Message>> {
        let (mut chunks, mut read) = (Chunks::default(), Vec::new());
        for piece in bytes.chunks(piece) {
            chunks.buffer().extend_from_slice(piece);
            while let Some(message) = chunks.next()? {
                read.push(message);
            }
        }
        Ok(read)
    }

    #[test]
    fn chunk_streams_may_interleave() {
        let mut bytes = vec![4, 0, 0, 5, 0, 0, 200, 9, 1, 0, 0, 0];
        bytes.extend([7; 128]);
        bytes.extend([6, 0, 0, 6, 0, 0, 2, 8, 1, 0, 0, 0, 1, 2]);
        bytes.push(0xc4);
        bytes.extend([8; 72]);
        let messages = read(&bytes, 3).unwrap();
        assert_eq!(messages[0], Message { kind: 8, stream: 1, timestamp: 6, data: Bytes::from_static(&[1, 2]) });
        assert_eq!((messages[1].kind, messages[1].timestamp, messages[1].data.len()), (9, 5, 200));
    }

    #[test]
    fn stamps_beyond_four_hours_are_read_whether_or_not_later_chunks_repeat_them() {
        let time = 0x0123_4567_u32;
        for repeats in [true, false] {
            let mut bytes = vec![4, 0xff, 0xff, 0xff, 0, 0, 200, 9, 1, 0, 0, 0];
            bytes.extend(time.to_be_bytes());
            bytes.extend([7; 128]);
            bytes.push(0xc4);
            bytes.extend(repeats.then(|| time.to_be_bytes()).into_iter().flatten());
            bytes.extend([8; 72]);
            bytes.extend([0x44, 0, 0, 40, 0, 0, 1, 9, 5]);
            let messages = read(&bytes, 11).unwrap();
            assert_eq!(messages.iter().map(|message| message.timestamp).collect::<Vec<_>>(), [time, time + 40]);
            assert_eq!(messages[0].data[127..130], [7, 8, 8]);
        }
    }

    #[test]
    fn a_stranger_sends_commands_and_no_more() {
        let long = [4, 0, 0, 0, 1, 0, 1, 9, 1, 0, 0, 0];
        assert!(read(&long, 99).is_err());
        let mut chunks = Chunks::default();
        chunks.trust();
        chunks.buffer().extend_from_slice(&long);
        assert!(chunks.next().unwrap().is_none());
    }

    #[test]
    fn limits_hold() {
        let long = [4, 0, 0, 0, 0xff, 0xff, 0xff, 9, 1, 0, 0, 0];
        assert!(matches!(read(&long, 99), Err(Error::Rtmp("a message is too long"))));
        let many: Vec<u8> = (3..=70).flat_map(|id| [0, id - 3, 0, 0, 0, 0, 0, 1, 9, 1, 0, 0, 0, 1]).collect();
        assert!(matches!(read(&many, 99), Err(Error::Rtmp("too many chunk streams"))));
        assert!(matches!(read(&[0xc4, 1], 99), Err(Error::Rtmp(_))));
        let zero = [2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(matches!(read(&zero, 99), Err(Error::Rtmp(_))));
    }

    proptest! {
        #[test]
        fn what_another_implementation_writes_is_read(
            messages in prop::collection::vec((8..10_u8, any::<u32>(), prop::collection::vec(any::<u8>(), 1..500)), 1..20),
            size in 64..300_u32,
            piece in 1..200_usize,
        ) {
            let mut serializer = ChunkSerializer::new();
            let mut bytes = serializer.set_max_chunk_size(size, RtmpTimestamp::new(0)).unwrap().bytes;
            let mut expected = Vec::new();
            for (kind, time, data) in messages {
                // Its extended timestamps are not the specification's.
                let time = time % (EXTENDED - 1);
                let data = Bytes::from(data);
                let payload = MessagePayload { timestamp: RtmpTimestamp::new(time), type_id: kind, message_stream_id: 1, data: data.clone() };
                bytes.extend(serializer.serialize(&payload, false, false).unwrap().bytes);
                expected.push(Message { kind, stream: 1, timestamp: time, data });
            }
            prop_assert_eq!(read(&bytes, piece).unwrap(), expected);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), piece in 1..99_usize) {
            let _ = read(&bytes, piece);
        }
    }
}
