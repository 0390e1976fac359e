//! The renditions of a meeting, as a player is offered them.

use axum::http::StatusCode;
use vod_store::recording::State;

use crate::{camera::Camera, house::House};

/// The attributes of the variant with this address.
fn variant<'a>(index: &'a str, uri: &str) -> &'a str {
    let lines: Vec<&str> = index.lines().collect();
    let at = lines.iter().position(|line| *line == uri).unwrap_or_else(|| panic!("no {uri} in {index}"));
    lines[at - 1]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_source_and_the_smaller_rendition_are_offered_with_what_a_player_must_know() {
    let house = House::open().await;
    let (meeting, source) = house.live().await;
    let mut camera = Camera::connect(&house.store, source).await;
    camera.with_smaller(Some(1)).await;
    let media = format!("/media/{meeting}");
    let recording = house.store.recording(meeting).await.unwrap().unwrap();
    camera.send(6).await;
    recording.state().wait_for(|state| *state == State::Running).await.unwrap();
    camera.send(10).await;
    let mut small = String::new();
    for _ in 0..500 {
        small = house.get(&format!("{media}/video-360p.m3u8")).await.text();
        if small.matches("#EXTINF:1.0,").count() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let index = house.get(&format!("{media}/index.m3u8")).await.text();
    let number = |attributes: &str, name: &str| {
        let value = attributes.split([':', ',']).find_map(|each| each.strip_prefix(name));
        value.unwrap_or_else(|| panic!("no {name} in {attributes}")).parse::<u64>().unwrap()
    };
    for (uri, resolution, codecs) in [
        ("video.m3u8", "RESOLUTION=1280x720", "CODECS=\"avc1.64001f,mp4a.40.2\""),
        ("video-360p.m3u8", "RESOLUTION=640x360", "CODECS=\"avc1.4d401e,mp4a.40.2\""),
    ] {
        let said = variant(&index, uri);
        assert!(said.contains(resolution) && said.contains(codecs), "{said}");
        assert!(said.contains("FRAME-RATE=25") && said.contains("AUDIO=\"sound\""), "{said}");
        assert!(number(said, "BANDWIDTH=") > 0 && number(said, "AVERAGE-BANDWIDTH=") > 0, "{said}");
    }
    let segment = small.lines().rfind(|line| line.ends_with(".m4s")).unwrap();
    assert_eq!(house.get(&format!("{media}/{segment}")).await.status, StatusCode::OK);
}
