//! Further languages on the record: offered beside the floor, which stands in where a take lacks them.

use vod_store::{Recording, SourceId};

use crate::{
    camera::Camera,
    watching::{self, bytes, index, on_air, playlist, running, text},
};

/// What a playlist lists of a cut, without the rendition's name.
fn of_cut(text: &str, cut: u32) -> Vec<String> {
    let from = text.split(&format!("init-{cut}.mp4\"")).nth(1).unwrap_or_default();
    let lines = from.split("#EXT-X-MAP").next().unwrap_or_default().lines();
    lines.filter(|line| line.starts_with("#EXTINF")).map(str::to_owned).collect()
}

/// The bytes of the segments that a playlist lists of a cut.
async fn heard(recording: &Recording, rendition: &str, cut: u32) -> String {
    let text = text(recording, rendition).await;
    let from = text.split(&format!("init-{cut}.mp4\"")).nth(1).unwrap().split("#EXT-X-MAP").next().unwrap().to_owned();
    let mut heard = String::new();
    for line in from.lines().filter(|line| line.ends_with(".m4s")) {
        let number = line.split(['/', '.']).nth(1).unwrap().parse().unwrap();
        let media = recording.rendition(rendition).unwrap().segment(number).await.unwrap();
        heard.push_str(&String::from_utf8(bytes(media)).unwrap());
    }
    heard
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_is_offered_by_its_name_with_a_playlist_of_its_own_that_reports_on_the_others() {
    let source = SourceId::new();
    let (store, meeting, recording, folder) = running(&[source], "audio").await;
    let mut camera = Camera::connect(&store, source).await;
    camera.with_language(Some("en")).await;
    on_air(&mut camera, &recording, 19).await;
    let english = playlist(&recording, "audio-en", |text| of_cut(text, 1).len() >= 3).await;
    assert!(english.contains("#EXT-X-PART:DURATION=0.2,URI=\"audio-en/"), "{english}");
    assert!(english.contains("#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"audio-en/"), "{english}");
    for other in ["video", "audio"] {
        assert!(english.contains(&format!("#EXT-X-RENDITION-REPORT:URI=\"{other}.m3u8\"")), "{english}");
        let playlist = text(&recording, other).await;
        assert!(playlist.contains("#EXT-X-RENDITION-REPORT:URI=\"audio-en.m3u8\""), "{playlist}");
    }
    let index = index(&recording);
    let offered = |name: &str, language: &str, uri: &str, more: &str| {
        let line = index.lines().find(|line| line.contains(&format!("URI=\"{uri}\""))).unwrap().to_owned();
        let said = format!("LANGUAGE=\"{language}\",NAME=\"{name}\",{more}AUTOSELECT=YES");
        assert!(line.starts_with("#EXT-X-MEDIA:TYPE=AUDIO") && line.contains(&said), "{line}");
    };
    offered("Ελληνικά", "el", "audio.m3u8", "DEFAULT=YES,");
    offered("English", "en", "audio-en.m3u8", "");
    let heard_now = heard(&recording, "audio-en", 1).await;
    assert!(heard_now.starts_with("[audio-en 0]") && !heard_now.contains("[audio "), "{heard_now}");
    drop(camera);
    store.end(meeting).await.unwrap();
    let ended = text(&recording, "audio-en").await;
    assert!(ended.contains("#EXT-X-PLAYLIST-TYPE:VOD") && ended.ends_with("#EXT-X-ENDLIST\n"), "{ended}");
    let report = store.verify(|_| ()).unwrap();
    assert_eq!((report.faults, report.torn), (Vec::new(), Vec::new()));
    // What a restart reads from the disk is the same.
    store.close().await;
    let again = watching::store(folder.path());
    let recording = again.recording(meeting).await.unwrap().unwrap();
    assert_eq!(text(&recording, "audio-en").await, ended);
    assert!(self::index(&recording).contains("NAME=\"English\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_take_lacks_the_language_the_floor_stands_in_and_nobody_waits() {
    let (primary, backup) = (SourceId::new(), SourceId::new());
    let (store, meeting, recording, _folder) = running(&[primary, backup], "audio").await;
    let mut camera = Camera::connect(&store, primary).await;
    camera.with_language(Some("en")).await;
    on_air(&mut camera, &recording, 10).await;
    playlist(&recording, "audio-en", |text| !of_cut(text, 1).is_empty()).await;
    // The encoder comes back without it.
    camera.with_language(None).await;
    camera.send(16).await;
    let english = playlist(&recording, "audio-en", |text| of_cut(text, 2).len() >= 2).await;
    let floor = playlist(&recording, "audio", |text| of_cut(text, 2).len() >= of_cut(&english, 2).len()).await;
    assert!(of_cut(&floor, 2).starts_with(&of_cut(&english, 2)), "{floor}{english}");
    let count = |text: &str| text.matches("#EXT-X-DISCONTINUITY\n").count();
    assert_eq!(count(&english), count(&floor));
    assert!(heard(&recording, "audio-en", 2).await.starts_with("[audio 0]"));
    assert_eq!(recording.rendition("audio-en").unwrap().init(2).unwrap(), "audio");
    let now = index(&recording);
    assert!(now.contains("NAME=\"English\"") && now.contains("NAME=\"Ελληνικά\""), "it is still offered: {now}");
    // It drops out, the slate stands; then the spare comes, which never had it, and the primary with it again.
    drop(camera);
    playlist(&recording, "audio-en", |text| text.contains("init-3.mp4") && text.contains("#EXT-X-PART")).await;
    let mut spare = Camera::connect(&store, backup).await;
    on_air(&mut spare, &recording, 10).await;
    playlist(&recording, "audio-en", |text| !of_cut(text, 4).is_empty()).await;
    let mut camera = Camera::connect(&store, primary).await;
    camera.with_language(Some("en")).await;
    camera.send(16).await;
    playlist(&recording, "audio-en", |text| !of_cut(text, 5).is_empty()).await;
    assert!(heard(&recording, "audio-en", 5).await.starts_with("[audio-en "));
    drop((camera, spare));
    store.end(meeting).await.unwrap();
    let (english, floor) = (text(&recording, "audio-en").await, text(&recording, "audio").await);
    for cut in [0, 2, 3, 4] {
        assert_eq!(of_cut(&english, cut), of_cut(&floor, cut), "cut {cut}");
    }
}
