//! Captions in HLS: words beside the pictures, in step with them, and nobody's who may not have them.

use axum::http::{StatusCode, header};
use council::{MeetingId, meeting::Act, transcript::Utterance};
use vod_store::recording::State;

use crate::{
    camera::Camera,
    house::{HOST, House, municipality},
};

/// When the camera's first picture was taken.
const TAKEN_MS: i64 = 1_763_000_000_000;

fn said(from_ms: i64, until_ms: i64, speaker: &str, text: &str) -> Utterance {
    Utterance { from_ms, until_ms, speaker: speaker.into(), text: text.into() }
}

/// Ends a meeting and gives it these words.
async fn end(house: &House, meeting: MeetingId, words: Vec<Utterance>) {
    house.store.end(meeting).await.unwrap();
    house.council.act(&house.clerk, meeting, Act::End).await.unwrap();
    house.council.replace_transcript(&house.clerk, meeting, "praktika.vtt", words).await.unwrap();
}

/// A meeting with the slate and two takes of a camera, whose clock begins anew with the second.
async fn two_takes(house: &House) -> MeetingId {
    let (meeting, source) = house.live().await;
    let recording = loop {
        match house.store.recording(meeting).await.unwrap() {
            Some(recording) if recording.duration_ms() > 0 => break recording,
            _ => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    };
    let mut camera = Camera::connect(&house.store, source).await;
    camera.send(21).await;
    recording.state().wait_for(|state| *state == State::Running).await.unwrap();
    camera.begin_anew().await;
    camera.send(21).await;
    let video = format!("/media/{meeting}/video.m3u8");
    while house.get(&video).await.text().matches("#EXT-X-DISCONTINUITY").count() < 2
        || house.get(&video).await.text().matches("#EXTINF:1.0,").count() < 8
    {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    meeting
}

/// A playlist of pictures as that of the captions beside them should be.
fn beside(video: &str) -> String {
    let media = ["#EXT-X-MAP:", "#EXT-X-PART", "#EXT-X-PRELOAD-HINT:", "#EXT-X-RENDITION-REPORT:", "#EXT-X-SERVER"];
    let kept = video.lines().filter(|line| !media.iter().any(|tag| line.starts_with(tag)));
    kept.map(|line| line.replace("video/", "captions/").replace(".m4s", ".vtt") + "\n").collect()
}

/// `HH:MM:SS.mmm` as milliseconds.
fn ms(time: &str) -> i64 {
    let numbers: Vec<i64> = time.split([':', '.']).map(|number| number.parse().unwrap()).collect();
    ((numbers[0] * 60 + numbers[1]) * 60 + numbers[2]) * 1000 + numbers[3]
}

/// The cues of a segment: from when until when on the media's clock, and in the recording, milliseconds; and the words.
fn cues(segment: &str) -> Vec<((i64, i64), i64, String)> {
    let map = segment.strip_prefix("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:").unwrap().lines().next().unwrap();
    let (mpegts, local) = map.split_once(",LOCAL:").unwrap();
    let clock = mpegts.parse::<i64>().unwrap() / 90 - ms(local);
    let cue = |block: &str| {
        let mut lines = block.lines().skip(1);
        let (from, until) = lines.next().unwrap().split_once(" --> ").unwrap();
        let words = lines.next().unwrap().to_owned();
        ((ms(from) + clock, ms(until) + clock), ms(from), words)
    };
    segment.split("\n\n").skip(1).map(cue).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_in_step_with_the_pictures_over_discontinuities() {
    let house = House::open().await;
    let meeting = two_takes(&house).await;
    let media = format!("/media/{meeting}");
    let live = house.get(&format!("{media}/captions.m3u8")).await.text();
    let lines = |text: &str| {
        text.lines().filter(|line| !line.starts_with("#EXT-X-RENDITION")).map(str::to_owned).collect::<Vec<_>>()
    };
    let pictures = beside(&house.get(&format!("{media}/video.m3u8")).await.text());
    let control = "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,HOLD-BACK=12,CAN-SKIP-UNTIL=24";
    assert!(live.contains(control) && live.contains("#EXT-X-RENDITION-REPORT:URI=\"video.m3u8\""), "{live}");
    assert_eq!(lines(&live.replace(&format!("{control}\n"), "")), lines(&pictures));
    let index = house.get(&format!("{media}/index.m3u8")).await.text();
    assert!(!index.contains("SUBTITLES"), "no words, none offered: {index}");
    let words = vec![
        said(TAKEN_MS + 1200, TAKEN_MS + 2700, "Πρόεδρος", "Αρχίζει η συνεδρίαση & η ψηφοφορία."),
        said(TAKEN_MS + 2700, TAKEN_MS + 3700, "Πρόεδρος", "Πρώτο θέμα."),
    ];
    end(&house, meeting, words).await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let index = house.get(&format!("{media}/index.m3u8")).await.text();
    assert!(index.contains("TYPE=SUBTITLES") && index.matches("SUBTITLES=\"words\"").count() == 2, "{index}");
    let captions = house.get(&format!("{media}/captions.m3u8")).await.text();
    let video = house.get(&format!("{media}/video.m3u8")).await.text();
    assert_eq!(captions, beside(&video));
    let (mut position, mut cut_at, mut found, mut number) = (0.0, 0.0, Vec::new(), 0);
    for line in captions.lines() {
        if line == "#EXT-X-DISCONTINUITY" {
            cut_at = position;
        }
        let Some(duration) = line.strip_prefix("#EXTINF:") else { continue };
        let segment = house.get(&format!("{media}/captions/{number}.vtt")).await;
        assert_eq!((segment.status, segment.header(header::CONTENT_TYPE)), (StatusCode::OK, "text/vtt; charset=utf-8"));
        for (clock, at_ms, words) in cues(&segment.text()) {
            #[expect(clippy::cast_possible_truncation, reason = "a few seconds")]
            let (within_ms, segment_ms) = (at_ms - (cut_at * 1000.0) as i64, ((position - cut_at) * 1000.0) as i64);
            assert!((within_ms - clock.0).abs() <= 2, "its position is that of the media: {within_ms} {clock:?}");
            found.push((segment_ms, clock, words));
        }
        position += duration.trim_end_matches(',').parse::<f64>().unwrap();
        number += 1;
    }
    let first = "<v Πρόεδρος>Πρόεδρος: Αρχίζει η συνεδρίαση &amp; η ψηφοφορία.";
    let second = "<v Πρόεδρος>Πρώτο θέμα.";
    let once = [
        (1000, (1200, 2700), first.to_owned()),
        (2000, (1200, 2700), first.to_owned()),
        (2000, (2700, 3700), second.to_owned()),
        (3000, (2700, 3700), second.to_owned()),
    ];
    assert_eq!(found, [once.clone(), once].concat(), "in each take, in each segment in which they are said");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_is_asked_for_again_since_words_are_corrected() {
    let house = House::open().await;
    let meeting = two_takes(&house).await;
    end(&house, meeting, vec![said(TAKEN_MS, TAKEN_MS + 900, "", "Αρχήζουμε.")]).await;
    let address = format!("/media/{meeting}/captions/1.vtt");
    let wrong = house.get(&address).await;
    assert!(wrong.text().contains("Αρχήζουμε."), "{}", wrong.text());
    assert_eq!(wrong.header(header::CACHE_CONTROL), "public, max-age=60");
    assert_eq!(wrong.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    let tag = wrong.header(header::ETAG).to_owned();
    assert_eq!(house.get_with(&address, &[(header::IF_NONE_MATCH, &tag)]).await.status, StatusCode::NOT_MODIFIED);
    let right = vec![said(TAKEN_MS, TAKEN_MS + 900, "", "Αρχίζουμε.")];
    house.council.replace_transcript(&house.clerk, meeting, "", right).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let answer = house.get_with(&address, &[(header::IF_NONE_MATCH, &tag)]).await;
    assert!(answer.text().contains("Αρχίζουμε."), "{}", answer.text());
    for wrong in ["99.vtt", "01.vtt", "1.m4s", "-1.vtt", "1.vtt.vtt", ".vtt"] {
        let answer = house.get(&format!("/media/{meeting}/captions/{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    let answer = house.get(&format!("/media/{meeting}/captions.m3u8?_HLS_part=1")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_words_of_closed_doors_of_a_draft_or_of_another_municipality() {
    let house = House::open().await;
    let (meeting, _) = house.live().await;
    let pictures = format!("/media/{meeting}/video.m3u8");
    let segments = async |count: usize| {
        while house.get(&pictures).await.text().matches("#EXT-X-DISCONTINUITY").count() < count {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    };
    segments(0).await;
    house.council.act(&house.clerk, meeting, Act::CloseDoors(String::new())).await.unwrap();
    house.store.close_doors(meeting).await.unwrap();
    segments(1).await;
    let began = house.store.recording(meeting).await.unwrap().unwrap().began_at_ms();
    end(&house, meeting, vec![said(began - 60_000, began + 60_000, "", "απόρρητο")]).await;
    let stretches = house.store.recording(meeting).await.unwrap().unwrap().stretches();
    let kinds: Vec<String> = stretches.iter().map(|stretch| format!("{:?}", stretch.shows)).collect();
    assert_eq!(kinds, ["Gap", "InCamera"]);
    let first = house.get(&format!("/media/{meeting}/captions/0.vtt")).await;
    assert!(first.text().contains("απόρρητο"), "{}", first.text());
    let playlist = house.get(&format!("/media/{meeting}/captions.m3u8")).await.text();
    let closed = playlist.split("#EXT-X-DISCONTINUITY").nth(1).unwrap();
    let closed: Vec<&str> = closed.lines().filter(|line| line.ends_with(".vtt")).collect();
    assert!(!closed.is_empty(), "{playlist}");
    for segment in closed {
        let answer = house.get(&format!("/media/{meeting}/{segment}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!answer.text().contains("-->"), "{segment}: {}", answer.text());
    }
    municipality(&house.council, "chania", "chania.test").await;
    let (draft, _) = house.meeting().await;
    for (host, meeting) in [("chania.test", meeting), (HOST, draft)] {
        for file in ["captions.m3u8", "captions/0.vtt"] {
            let address = format!("/media/{meeting}/{file}");
            let request = axum::http::Request::get(&address).header(header::HOST, host);
            let answer = house.ask(request.body(axum::body::Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{host} {address}");
        }
    }
}
