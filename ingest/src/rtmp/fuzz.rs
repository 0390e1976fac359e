//! The protocol's part of [`crate::fuzz`].

use super::{
    amf,
    chunks::Chunks,
    session::{Event, Session},
};

/// AMF0 values.
pub fn amf(bytes: &[u8]) {
    let _ = amf::read(bytes);
}

/// Chunks of messages, before and after a key was accepted.
pub fn chunks(bytes: &[u8]) {
    for trusted in [false, true] {
        let mut chunks = Chunks::default();
        if trusted {
            chunks.trust();
        }
        for piece in bytes.chunks(61) {
            chunks.buffer().extend_from_slice(piece);
            while let Ok(Some(_)) = chunks.next() {}
        }
    }
}

/// A whole conversation after the handshake; every key is right.
pub fn session(bytes: &[u8]) {
    let Ok(mut session) = Session::new() else { return };
    for piece in bytes.chunks(211) {
        session.buffer().extend_from_slice(piece);
        if session.received(piece.len()).is_err() {
            return;
        }
        while let Ok(Some(event)) = session.next() {
            if let Event::Publish { stream, .. } = event
                && session.accept(stream).is_err()
            {
                return;
            }
        }
        drop(session.outgoing());
    }
}

#[cfg(test)]
mod tests {
    use fuzz::round;
    use rml_rtmp::{chunk_io::ChunkSerializer, messages::RtmpMessage, rml_amf0::Amf0Value, time::RtmpTimestamp};

    use super::*;

    /// What an encoder says: connect, create a stream, publish, and a picture.
    fn conversation() -> Vec<u8> {
        let mut serializer = ChunkSerializer::new();
        let mut said = Vec::new();
        let mut say = |stream: u32, message: RtmpMessage| {
            let payload = message.into_message_payload(RtmpTimestamp::new(0), stream).unwrap();
            said.extend(serializer.serialize(&payload, true, false).unwrap().bytes);
        };
        let command = |name: &str, id: f64, object: Amf0Value, arguments: Vec<Amf0Value>| RtmpMessage::Amf0Command {
            command_name: name.into(),
            transaction_id: id,
            command_object: object,
            additional_arguments: arguments,
        };
        let text = |text: &str| Amf0Value::Utf8String(text.into());
        let about =
            Amf0Value::Object([("app".to_owned(), text("live")), ("flashVer".to_owned(), text("FMLE/3.0"))].into());
        say(0, command("connect", 1.0, about, vec![]));
        say(0, command("createStream", 2.0, Amf0Value::Null, vec![]));
        say(1, command("publish", 3.0, Amf0Value::Null, vec![text("bema-key"), text("live")]));
        say(1, RtmpMessage::VideoData { data: vec![0x17, 1, 0, 0, 0, 1, 2, 3].into() });
        say(1, RtmpMessage::AudioData { data: vec![0xaf, 1, 0x21].into() });
        said
    }

    #[test]
    fn nothing_makes_the_protocol_panic() {
        let said = conversation();
        round(std::slice::from_ref(&said), session);
        round(&[said], chunks);
        round(
            &[b"\x02\x00\x07connect\x00\x3f\xf0\x00\x00\x00\x00\x00\x00\x03\x00\x03app\x02\x00\x04live\x00\x00\x09"
                .to_vec()],
            amf,
        );
    }
}
