//! What is said on one RTMP connection (Adobe RTMP 1.0 §7): bytes in, events and answers out. No input or output.

use std::collections::HashMap;

use bytes::{Bytes, BytesMut};
use rml_rtmp::{
    chunk_io::ChunkSerializer,
    messages::{PeerBandwidthLimitType, RtmpMessage, UserControlEventType},
    rml_amf0::Amf0Value,
    time::RtmpTimestamp,
};

use super::{
    amf,
    chunks::{Chunks, Message},
};
use crate::{
    Error, Result,
    flv::{Kind, Tag},
};

/// The chunks that we send.
const CHUNK_BYTES: u32 = 4096;
/// How much may be on the way unacknowledged, in either direction.
const WINDOW_BYTES: u32 = 2_500_000;
/// The most streams that a connection may create.
const MAX_STREAMS: u32 = 16;

/// The longest name of an encoder.
const MAX_NAME: usize = 100;

/// What the peer wants, or sends.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Event {
    /// To publish under a name, which is the stream key.
    Publish {
        stream: u32,
        key: String,
        /// What the encoder calls itself.
        encoder: String,
    },
    /// Pictures or sound of what it publishes.
    Media(Tag),
    /// It has ended its publish.
    Finished,
    /// It wants to play, or what else nobody may here.
    NotHere { stream: u32 },
}

/// One connection's state after the handshake.
pub(super) struct Session {
    chunks: Chunks,
    serializer: ChunkSerializer,
    out: BytesMut,
    streams: u32,
    publishing: Option<u32>,
    received: u32,
    acknowledged: u32,
    window: u32,
    encoder: String,
}

impl Session {
    pub(super) fn new() -> Result<Self> {
        let mut session = Self {
            chunks: Chunks::default(),
            serializer: ChunkSerializer::new(),
            out: BytesMut::new(),
            streams: 0,
            publishing: None,
            received: 0,
            acknowledged: 0,
            window: WINDOW_BYTES,
            encoder: String::new(),
        };
        let size = session.serializer.set_max_chunk_size(CHUNK_BYTES, RtmpTimestamp::new(0)).map_err(unsayable)?;
        session.out.extend_from_slice(&size.bytes);
        session.say(0, RtmpMessage::WindowAcknowledgement { size: WINDOW_BYTES })?;
        let limit_type = PeerBandwidthLimitType::Dynamic;
        session.say(0, RtmpMessage::SetPeerBandwidth { size: WINDOW_BYTES, limit_type })?;
        Ok(session)
    }

    /// Room to read into; call [`Session::received`] afterwards.
    pub(super) fn buffer(&mut self) -> &mut BytesMut {
        self.chunks.buffer()
    }

    /// So many bytes were read: acknowledges them when it is time.
    pub(super) fn received(&mut self, bytes: usize) -> Result<()> {
        self.received = self.received.wrapping_add(u32::try_from(bytes).unwrap_or(u32::MAX));
        if self.received.wrapping_sub(self.acknowledged) >= self.window / 2 {
            self.acknowledged = self.received;
            self.say(0, RtmpMessage::Acknowledgement { sequence_number: self.received })?;
        }
        Ok(())
    }

    /// What is to be sent.
    pub(super) fn outgoing(&mut self) -> Bytes {
        self.out.split().freeze()
    }

    /// The next thing that the peer wants, if its bytes are here.
    pub(super) fn next(&mut self) -> Result<Option<Event>> {
        while let Some(message) = self.chunks.next()? {
            if let Some(event) = self.message(message)? {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    fn message(&mut self, message: Message) -> Result<Option<Event>> {
        let media = |kind| Event::Media(Tag { kind, timestamp: message.timestamp, data: message.data.clone() });
        let ours = self.publishing == Some(message.stream);
        Ok(match message.kind {
            4 => {
                self.user_control(&message.data)?;
                None
            }
            5 => {
                let size = message.data.first_chunk().copied().map_or(0, u32::from_be_bytes);
                self.window = size.clamp(4096, WINDOW_BYTES);
                None
            }
            8 if ours => Some(media(Kind::Audio)),
            9 if ours => Some(media(Kind::Video)),
            // An AMF 3 message holds AMF 0 after one byte.
            17 | 20 => {
                let values = amf::read(message.data.get(usize::from(message.kind == 17)..).unwrap_or_default())?;
                self.command(message.stream, &values)?
            }
            _ => None,
        })
    }

    /// A ping is answered; all else needs no answer.
    fn user_control(&mut self, data: &[u8]) -> Result<()> {
        if let &[0, 6, a, b, c, d, ..] = data {
            let timestamp = Some(RtmpTimestamp::new(u32::from_be_bytes([a, b, c, d])));
            let event_type = UserControlEventType::PingResponse;
            self.say(0, RtmpMessage::UserControl { event_type, stream_id: None, buffer_length: None, timestamp })?;
        }
        Ok(())
    }

    fn command(&mut self, stream: u32, values: &[Amf0Value]) -> Result<Option<Event>> {
        let transaction = amf::number(values.get(1)).unwrap_or_default();
        match amf::text(values.first()).unwrap_or_default() {
            "connect" => {
                if let Some(Amf0Value::Object(properties)) = values.get(2) {
                    let name = amf::text(properties.get("flashVer")).unwrap_or_default();
                    self.encoder = name.chars().filter(|letter| !letter.is_control()).take(MAX_NAME).collect();
                }
                self.connect(transaction)?;
            }
            "createStream" => {
                self.streams += 1;
                if self.streams > MAX_STREAMS {
                    return Err(Error::Rtmp("the peer creates stream after stream"));
                }
                let id = Amf0Value::Number(f64::from(self.streams));
                self.result(transaction, Amf0Value::Null, id)?;
            }
            "releaseStream" | "FCPublish" => self.result(transaction, Amf0Value::Null, Amf0Value::Undefined)?,
            "publish" => {
                let key = amf::text(values.get(3)).unwrap_or_default();
                let key = key.split_once('?').map_or(key, |(key, _)| key).to_owned();
                return Ok(Some(Event::Publish { stream, key, encoder: self.encoder.clone() }));
            }
            "play" | "play2" => return Ok(Some(Event::NotHere { stream })),
            "deleteStream" | "closeStream" | "FCUnpublish" if self.publishing.is_some() => {
                self.publishing = None;
                return Ok(Some(Event::Finished));
            }
            _ => {}
        }
        Ok(None)
    }

    fn connect(&mut self, transaction: f64) -> Result<()> {
        let event_type = UserControlEventType::StreamBegin;
        self.say(0, RtmpMessage::UserControl { event_type, stream_id: Some(0), buffer_length: None, timestamp: None })?;
        let properties = object([
            ("fmsVer", Amf0Value::Utf8String("FMS/3,5,7,7009".into())),
            ("capabilities", Amf0Value::Number(31.0)),
        ]);
        let information = object([
            ("level", Amf0Value::Utf8String("status".into())),
            ("code", Amf0Value::Utf8String("NetConnection.Connect.Success".into())),
            ("description", Amf0Value::Utf8String("Welcome.".into())),
            ("objectEncoding", Amf0Value::Number(0.0)),
        ]);
        self.result(transaction, properties, information)
    }

    /// The peer may publish on this stream.
    pub(super) fn accept(&mut self, stream: u32) -> Result<()> {
        self.publishing = Some(stream);
        self.chunks.trust();
        let event_type = UserControlEventType::StreamBegin;
        let begin =
            RtmpMessage::UserControl { event_type, stream_id: Some(stream), buffer_length: None, timestamp: None };
        self.say(0, begin)?;
        self.status(stream, "status", "NetStream.Publish.Start", "You are on.")
    }

    /// The peer may not, or no longer; `description` is for the encoder's log.
    pub(super) fn refuse(&mut self, stream: u32, code: &str, description: &str) -> Result<()> {
        self.publishing = None;
        self.status(stream, "error", code, description)
    }

    fn status(&mut self, stream: u32, level: &str, code: &str, description: &str) -> Result<()> {
        let text = |text: &str| Amf0Value::Utf8String(text.to_owned());
        let information = object([("level", text(level)), ("code", text(code)), ("description", text(description))]);
        let command = RtmpMessage::Amf0Command {
            command_name: "onStatus".into(),
            transaction_id: 0.0,
            command_object: Amf0Value::Null,
            additional_arguments: vec![information],
        };
        self.say(stream, command)
    }

    fn result(&mut self, transaction_id: f64, command_object: Amf0Value, value: Amf0Value) -> Result<()> {
        let command_name = "_result".into();
        let additional_arguments = vec![value];
        self.say(0, RtmpMessage::Amf0Command { command_name, transaction_id, command_object, additional_arguments })
    }

    fn say(&mut self, stream: u32, message: RtmpMessage) -> Result<()> {
        let payload = message.into_message_payload(RtmpTimestamp::new(0), stream).map_err(unsayable)?;
        let packet = self.serializer.serialize(&payload, true, false).map_err(unsayable)?;
        self.out.extend_from_slice(&packet.bytes);
        Ok(())
    }
}

fn object<const N: usize>(properties: [(&str, Amf0Value); N]) -> Amf0Value {
    Amf0Value::Object(properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<HashMap<_, _>>())
}

fn unsayable<E>(_: E) -> Error {
    Error::Rtmp("an answer could not be written")
}
