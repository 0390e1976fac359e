//! An encoder that ffmpeg here cannot play: HEVC by the enhanced header, sent with another implementation of RTMP.

use std::time::Duration;

use bytes::Bytes;
use rml_rtmp::{
    handshake::{Handshake, HandshakeProcessResult, PeerType},
    sessions::{ClientSession, ClientSessionConfig, ClientSessionEvent, ClientSessionResult, PublishRequestType},
    time::RtmpTimestamp,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use vod_store::intake::Refusal;

use crate::bench::{Bench, KEY};

/// Sends what the session wants sent; gives what it tells.
async fn tell(socket: &mut TcpStream, results: Vec<ClientSessionResult>) -> Vec<ClientSessionEvent> {
    let mut events = Vec::new();
    for result in results {
        match result {
            ClientSessionResult::OutboundResponse(packet) => socket.write_all(&packet.bytes).await.unwrap(),
            ClientSessionResult::RaisedEvent(event) => events.push(event),
            ClientSessionResult::UnhandleableMessageReceived(_) => {}
        }
    }
    events
}

async fn until(socket: &mut TcpStream, session: &mut ClientSession, wanted: impl Fn(&ClientSessionEvent) -> bool) {
    let mut bytes = [0; 4096];
    loop {
        let read = socket.read(&mut bytes).await.unwrap();
        assert!(read > 0, "the server closed");
        let results = session.handle_input(&bytes[..read]).unwrap();
        if tell(socket, results).await.iter().any(&wanted) {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hevc_is_refused_by_name() {
    let bench = Bench::start().await;
    let mut socket = TcpStream::connect(bench.address).await.unwrap();
    let mut handshake = Handshake::new(PeerType::Client);
    socket.write_all(&handshake.generate_outbound_p0_and_p1().unwrap()).await.unwrap();
    let mut bytes = [0; 4096];
    let early = loop {
        let read = socket.read(&mut bytes).await.unwrap();
        match handshake.process_bytes(&bytes[..read]).unwrap() {
            HandshakeProcessResult::InProgress { response_bytes } => socket.write_all(&response_bytes).await.unwrap(),
            HandshakeProcessResult::Completed { response_bytes, remaining_bytes } => {
                socket.write_all(&response_bytes).await.unwrap();
                break remaining_bytes;
            }
        }
    };
    let (mut session, hello) = ClientSession::new(ClientSessionConfig::new()).unwrap();
    tell(&mut socket, hello).await;
    let results = session.handle_input(&early).unwrap();
    tell(&mut socket, results).await;
    let connect = session.request_connection("live".into()).unwrap();
    tell(&mut socket, vec![connect]).await;
    let accepted = |event: &ClientSessionEvent| matches!(event, ClientSessionEvent::ConnectionRequestAccepted);
    until(&mut socket, &mut session, accepted).await;
    let publish = session.request_publishing(KEY.into(), PublishRequestType::Live).unwrap();
    tell(&mut socket, vec![publish]).await;
    let accepted = |event: &ClientSessionEvent| matches!(event, ClientSessionEvent::PublishRequestAccepted);
    until(&mut socket, &mut session, accepted).await;
    let hevc = Bytes::from_static(&[0x90, b'h', b'v', b'c', b'1', 1, 2, 3]);
    let packet = session.publish_video_data(hevc, RtmpTimestamp::new(0), false).unwrap();
    tell(&mut socket, vec![packet]).await;
    let mut said = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), socket.read_to_end(&mut said)).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("HEVC (H.265) is not taken here. Set the encoder to H.264."), "{said}");
    let refused = bench.until("the refusal", |status| status.refused.is_some()).await.refused.unwrap();
    assert_eq!(refused.reason, Refusal::Codec { got: "HEVC (H.265)".into(), set: "H.264".into() });
}
