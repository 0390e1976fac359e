//! What players fetch, through the router, on a real database and disk.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use vod_store::recording::State;

use crate::{
    camera::{Camera, payload},
    house::{HOST, House, municipality},
};

/// A meeting in session of which at least three segments of the source are complete.
async fn running() -> (House, String, Camera) {
    let house = House::open().await;
    let (meeting, source) = house.live().await;
    let mut camera = Camera::connect(&house.store, source).await;
    camera.send(16).await;
    let recording = house.store.recording(meeting).await.unwrap().unwrap();
    recording.state().wait_for(|state| *state == State::Running).await.unwrap();
    let media = format!("/media/{meeting}");
    for _ in 0..500 {
        let playlist = house.get(&format!("{media}/video.m3u8")).await.text();
        if playlist.matches("#EXTINF:1.0,").count() == 3
            && playlist.contains(".0.m4s\",INDEPENDENT=YES\n#EXT-X-PRELOAD")
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    (house, media, camera)
}

/// The last complete segment's address and number.
fn last_segment(playlist: &str) -> (String, u64) {
    let uri = playlist.lines().rfind(|line| line.ends_with(".m4s")).unwrap();
    (uri.to_owned(), uri.trim_start_matches("video/").trim_end_matches(".m4s").parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn playlists_segments_parts_and_inits_are_there_and_cached_as_they_should() {
    let (house, media, _camera) = running().await;
    let index = house.get(&format!("{media}/index.m3u8")).await;
    assert_eq!((index.status, index.header(header::CONTENT_TYPE)), (StatusCode::OK, "application/vnd.apple.mpegurl"));
    let text = index.text();
    assert!(text.contains("CODECS=\"avc1.64001f,mp4a.40.2\"") && text.contains("RESOLUTION=1280x720"), "{text}");
    assert!(
        text.contains("FRAME-RATE=25") && text.contains("TYPE=AUDIO") && text.contains("LANGUAGE=\"el\""),
        "{text}"
    );
    let playlist = house.get(&format!("{media}/video.m3u8")).await;
    assert_eq!(playlist.header(header::CACHE_CONTROL), "no-cache");
    assert_eq!(playlist.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    let text = playlist.text();
    let (segment, number) = last_segment(&text);
    let whole = house.get(&format!("{media}/{segment}")).await;
    let expected: Vec<u8> = (10..15).flat_map(|n| payload("video", n)).collect();
    assert_eq!((whole.status, &whole.body[..]), (StatusCode::OK, &expected[..]));
    assert!(whole.header(header::CACHE_CONTROL).contains("immutable"));
    let part = house.get(&format!("{media}/video/{number}.2.m4s")).await;
    assert_eq!(&part.body[..], &payload("video", 12)[..]);
    let map = text.lines().rfind(|line| line.starts_with("#EXT-X-MAP")).unwrap();
    let map = map.trim_start_matches("#EXT-X-MAP:URI=\"").trim_end_matches('"');
    assert_eq!(&house.get(&format!("{media}/{map}")).await.body[..], b"video");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocking_request_is_answered_with_the_part_that_it_names() {
    let (house, media, mut camera) = running().await;
    let (_, number) = last_segment(&house.get(&format!("{media}/video.m3u8")).await.text());
    let next = format!("{media}/video.m3u8?_HLS_msn={}&_HLS_part=1", number + 1);
    let waiting = house.get(&next);
    let hinted = format!("{media}/video/{}.1.m4s", number + 1);
    let part = house.get(&hinted);
    let (answer, part, ()) = tokio::join!(waiting, part, async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        camera.send(1).await;
    });
    assert!(answer.text().contains(&format!("video/{}.1.m4s", number + 1)));
    assert_eq!(&part.body[..], &payload("video", 16)[..]);
    for (query, status) in [
        ("_HLS_msn=abc", StatusCode::BAD_REQUEST),
        ("_HLS_part=1", StatusCode::BAD_REQUEST),
        ("_HLS_msn=-1", StatusCode::BAD_REQUEST),
        (&format!("_HLS_msn={}", number + 5), StatusCode::BAD_REQUEST),
        (&format!("_HLS_msn={number}"), StatusCode::OK),
        ("_HLS_msn=0&_HLS_part=0&_HLS_skip=YES", StatusCode::OK),
    ] {
        assert_eq!(house.get(&format!("{media}/video.m3u8?{query}")).await.status, status, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn gzip_conditions_ranges_and_head_are_honoured() {
    let (house, media, _camera) = running().await;
    let address = format!("{media}/video.m3u8");
    let plain = house.get(&address).await;
    let packed = house.get_with(&address, &[(header::ACCEPT_ENCODING, "br, gzip")]).await;
    assert_eq!((packed.header(header::CONTENT_ENCODING), packed.header(header::VARY)), ("gzip", "Accept-Encoding"));
    assert_eq!(&packed.body[..2], &[0x1f, 0x8b]);
    let same = house.get_with(&address, &[(header::IF_NONE_MATCH, plain.header(header::ETAG))]).await;
    assert!(same.status == StatusCode::NOT_MODIFIED || same.header(header::ETAG) != plain.header(header::ETAG));
    let (segment, _) = last_segment(&plain.text());
    let segment = format!("{media}/{segment}");
    let whole = house.get(&segment).await;
    let range = house.get_with(&segment, &[(header::RANGE, "bytes=2-5")]).await;
    assert_eq!((range.status, &range.body[..]), (StatusCode::PARTIAL_CONTENT, &whole.body[2..6]));
    assert_eq!(range.header(header::CONTENT_RANGE), format!("bytes 2-5/{}", whole.body.len()));
    let beyond = house.get_with(&segment, &[(header::RANGE, "bytes=100000-")]).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    let head = house.ask(Request::head(&segment).header(header::HOST, HOST).body(Body::empty()).unwrap()).await;
    assert_eq!(
        (head.status, head.header(header::CONTENT_LENGTH), head.body.len()),
        (StatusCode::OK, whole.body.len().to_string().as_str(), 0)
    );
    let tagged = house.get_with(&segment, &[(header::IF_NONE_MATCH, whole.header(header::ETAG))]).await;
    assert_eq!(tagged.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_404_and_never_cached() {
    let (house, media, _camera) = running().await;
    for path in [
        "/nothing.m3u8",
        "/../video.m3u8",
        "/video/999.m4s",
        "/video/0.99.m4s",
        "/video/init-77.mp4",
        "/audio/x.m4s",
        "/nothing/0.m4s",
        "/video/00.m4s",
        "/thumbnail/5.jpg",
        "/poster.jpg",
        "/.hidden",
    ] {
        let answer = house.get(&format!("{media}{path}")).await;
        assert_eq!(
            (answer.status, answer.header(header::CACHE_CONTROL)),
            (StatusCode::NOT_FOUND, "no-store"),
            "{path}"
        );
    }
    assert_eq!(house.get("/media/not-an-id/video.m3u8").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_municipality_and_a_meeting_not_begun_show_nothing() {
    let (house, media, _camera) = running().await;
    municipality(&house.council, "chania", "chania.test").await;
    for path in [
        "index.m3u8",
        "video.m3u8",
        "video/0.m4s",
        "video/0.0.m4s",
        "video/init-0.mp4",
        "stretches.json",
        "download.mp4",
    ] {
        let request = Request::get(format!("{media}/{path}")).header(header::HOST, "chania.test");
        let answer = house.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let (scheduled, _) = house.meeting().await;
    assert_eq!(house.get(&format!("/media/{scheduled}/index.m3u8")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn media_goes_on_while_the_database_is_gone() {
    let (house, media, mut camera) = running().await;
    let before = house.get(&format!("{media}/video.m3u8")).await;
    assert_eq!(before.status, StatusCode::OK);
    house.council.close().await;
    tokio::time::sleep(std::time::Duration::from_millis(5200)).await;
    camera.send(5).await;
    let after = house.get(&format!("{media}/video.m3u8")).await;
    assert_eq!(after.status, StatusCode::OK, "{}", after.text());
}
