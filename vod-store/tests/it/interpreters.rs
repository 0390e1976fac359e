//! An interpreter's own encoder: its sound is a language of whatever is shown.

use std::{path::Path, time::Duration};

use vod_store::{MeetingId, Recording, SourceId, Sources, Store, sources::Interpreter};

use crate::{
    booth::{Booth, WORD},
    camera::{Camera, about},
    watching::{self, bytes, index, playlist, text},
};

/// When the camera's first part was taken.
const BASE_MS: i64 = 1_763_000_000_000;

/// A meeting with a camera, a spare one and an interpreter into English.
struct Session {
    store: Store,
    meeting: MeetingId,
    recording: std::sync::Arc<Recording>,
    folder: tempfile::TempDir,
    primary: SourceId,
    backup: SourceId,
    english: SourceId,
}

impl Session {
    async fn begin() -> Self {
        let (primary, backup, english) = (SourceId::new(), SourceId::new(), SourceId::new());
        let folder = tempfile::tempdir().unwrap();
        let (store, meeting) = (watching::store(folder.path()), MeetingId::new());
        let interpreters = vec![Interpreter { source: english, language: "en".parse().unwrap() }];
        let sources = Sources { pictures: vec![primary, backup], interpreters };
        let recording = store.begin(meeting, &about(), sources).await.unwrap();
        playlist(&recording, "audio", |text| text.contains("init-0.mp4")).await;
        Self { store, meeting, recording, folder, primary, backup, english }
    }
}

/// How far a camera and a booth have come, in real time.
struct Play {
    parts: i64,
    spoken_ms: i64,
}

impl Play {
    fn new() -> Self {
        Self { parts: 0, spoken_ms: 0 }
    }

    /// The camera sends `count` parts, each when it was taken, and the interpreter speaks beside it.
    async fn on(&mut self, camera: &mut Camera, mut booth: Option<&mut Booth>, count: i64) {
        for _ in 0..count {
            camera.send(1).await;
            self.parts += 1;
            while self.spoken_ms < self.parts * 200 {
                if let Some(booth) = &mut booth {
                    booth.speak(BASE_MS + self.spoken_ms).await;
                }
                self.spoken_ms += 213;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Play {
    /// Goes on until it holds, twelve seconds at most.
    async fn until(
        &mut self,
        camera: &mut Camera,
        mut booth: Option<&mut Booth>,
        what: &str,
        mut holds: impl AsyncFnMut() -> bool,
    ) {
        for _ in 0..60 {
            if holds().await {
                return;
            }
            self.on(camera, booth.as_deref_mut(), 1).await;
        }
        panic!("in twelve seconds it did not come to this: {what}");
    }
}

/// The bytes that a rendition has of a cut.
async fn heard(recording: &Recording, rendition: &str, cut: u32) -> Vec<u8> {
    let text = text(recording, rendition).await;
    let from = text.split(&format!("init-{cut}.mp4\"")).nth(1).unwrap_or_default();
    let mut heard = Vec::new();
    for line in from.split("#EXT-X-MAP").next().unwrap().lines().filter(|line| line.ends_with(".m4s")) {
        let number = line.split(['/', '.']).nth(1).unwrap().parse().unwrap();
        heard.extend(bytes(recording.rendition(rendition).unwrap().segment(number).await.unwrap()));
    }
    heard
}

/// The numbers of the words in it.
fn words(heard: &[u8]) -> Vec<u32> {
    let said = heard.windows(WORD.len() + 6).filter(|window| window.starts_with(WORD));
    said.map(|word| std::str::from_utf8(&word[WORD.len()..]).unwrap().parse().unwrap()).collect()
}

/// Seconds that a playlist lists of a cut.
fn lasts(text: &str, cut: u32) -> f64 {
    let from = text.split(&format!("init-{cut}.mp4\"")).nth(1).unwrap_or_default();
    let lines = from.split("#EXT-X-MAP").next().unwrap().lines();
    lines.filter_map(|line| line.strip_prefix("#EXTINF:")?.trim_end_matches(',').parse::<f64>().ok()).sum()
}

fn holds(folder: &Path, what: &[u8]) -> bool {
    let mut found = false;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        found |= if path.is_dir() {
            holds(&path, what)
        } else {
            std::fs::read(&path).unwrap().windows(what.len()).any(|window| window == what)
        };
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_there_is_heard_from_the_first_picture_and_on_the_spare_as_well() {
    let session = Session::begin().await;
    let Session { store, meeting, recording, .. } = &session;
    let mut booth = Booth::connect(store, session.english).await;
    booth.speak(BASE_MS - 213).await;
    let mut camera = Camera::connect(store, session.primary).await;
    let mut play = Play::new();
    play.on(&mut camera, Some(&mut booth), 16).await;
    assert!(index(recording).contains("LANGUAGE=\"en\",NAME=\"English\""), "{}", index(recording));
    let said = words(&heard(recording, "audio-en", 1).await);
    assert!(said.len() > 80 && said.windows(2).all(|pair| pair[1] == pair[0] + 1), "{said:?}");
    assert!(said[0] == 10, "what was said before the first picture has no place: {}", said[0]);
    let init = recording.rendition("audio-en").unwrap().init(1).unwrap();
    assert!(init.windows(3).all(|window| window != b"und"), "the language is in the track");
    // The camera is lost and the spare comes: its take has the language as well, with no word lost in between.
    drop(camera);
    let mut spare = Camera::connect(store, session.backup).await;
    let mut play = Play { parts: 0, spoken_ms: 0 };
    play.on(&mut spare, Some(&mut booth), 16).await;
    let cut = 2;
    let on_spare = words(&heard(recording, "audio-en", cut).await);
    assert!(on_spare.len() > 60, "{on_spare:?} in {}", text(recording, "audio-en").await);
    drop((spare, booth));
    store.end(*meeting).await.unwrap();
    let english = text(recording, "audio-en").await;
    let floor = text(recording, "audio").await;
    for cut in [1, 2] {
        let (english, floor) = (lasts(&english, cut), lasts(&floor, cut));
        assert!((english - floor).abs() < 0.45, "cut {cut}: {english} s of English beside {floor} s of the floor");
    }
    assert_eq!((store.verify(|_| ()).unwrap().faults, english.contains("#EXT-X-ENDLIST")), (Vec::new(), true));
    // What the disk knows is the same.
    store.close().await;
    let again = watching::store(session.folder.path());
    let entry = again.catalogue().await.unwrap().remove(0);
    assert_eq!(entry.sources.interpreters[0].source, session.english);
    let read = again.recording(*meeting).await.unwrap().unwrap();
    assert_eq!(text(&read, "audio-en").await, english);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_later_is_taken_up_and_who_goes_is_silence_until_the_floor_stands_in() {
    let session = Session::begin().await;
    let Session { store, meeting, recording, .. } = &session;
    let mut camera = Camera::connect(store, session.primary).await;
    let mut play = Play::new();
    play.on(&mut camera, None, 6).await;
    let mut booth = Booth::connect(store, session.english).await;
    // Two seconds must pass before everybody's stream breaks off for it, then the next keyframe.
    let said = async |cut| words(&heard(recording, "audio-en", cut).await).len();
    play.until(&mut camera, Some(&mut booth), "English is heard", async || said(2).await > 50).await;
    assert!(!text(recording, "audio").await.contains("init-3"), "everybody's stream has broken off once");
    // In other sound the language goes on in a new take.
    booth.in_mono().await;
    play.until(&mut camera, Some(&mut booth), "the new sound is heard", async || said(3).await > 0).await;
    // It goes: its listeners are not left waiting, and five seconds later hear the floor.
    drop(booth);
    play.on(&mut camera, None, 20).await;
    let behind = lasts(&text(recording, "video").await, 3) - lasts(&text(recording, "audio-en").await, 3);
    assert!(behind < 2.5, "silence stands in: {behind} s behind the picture");
    let floor = async || heard(recording, "audio-en", 4).await.starts_with(b"[audio ");
    play.until(&mut camera, None, "the floor stands in", floor).await;
    drop(camera);
    store.end(*meeting).await.unwrap();
    let (english, video) = (text(recording, "audio-en").await, text(recording, "video").await);
    for cut in [2, 3, 4] {
        let (english, video) = (lasts(&english, cut), lasts(&video, cut));
        assert!((english - video).abs() < 1.1, "cut {cut}: {english} s of English beside {video} s of pictures");
    }
    assert!(store.verify(|_| ()).unwrap().faults.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_closed_doors_nothing_of_the_interpreter_is_kept() {
    let session = Session::begin().await;
    let Session { store, meeting, recording, .. } = &session;
    let mut booth = Booth::connect(store, session.english).await;
    booth.speak(BASE_MS - 213).await;
    let mut camera = Camera::connect(store, session.primary).await;
    let mut play = Play::new();
    play.on(&mut camera, Some(&mut booth), 8).await;
    assert!(holds(session.folder.path(), b"word 000020"));
    store.close_doors(*meeting).await.unwrap();
    let first = u32::try_from(play.spoken_ms / 213 * 10 + 10).unwrap();
    play.on(&mut camera, Some(&mut booth), 10).await;
    let after = u32::try_from(play.spoken_ms / 213 * 10 + 10).unwrap();
    for number in (first..after).step_by(5) {
        let word = format!("word {number:06}");
        assert!(!holds(session.folder.path(), word.as_bytes()), "{word}, said in camera, is on the disk");
    }
    // A restart finds the doors closed for it as well.
    let sources = recording.sources();
    store.close().await;
    let again = watching::store(session.folder.path());
    again.begin(*meeting, &about(), &sources).await.unwrap();
    assert!(again.intake().closed(session.english) && again.intake().closed(session.primary));
    again.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_of_the_cameras_own_stays_and_an_interpreter_can_be_added_and_taken_away() {
    let session = Session::begin().await;
    let Session { store, meeting, recording, .. } = &session;
    let mut booth = Booth::connect(store, session.english).await;
    let mut camera = Camera::connect(store, session.primary).await;
    camera.with_language(Some("en")).await;
    let mut play = Play::new();
    play.on(&mut camera, Some(&mut booth), 18).await;
    let heard_now = heard(recording, "audio-en", 1).await;
    assert!(heard_now.starts_with(b"[audio-en 0]") && words(&heard_now).is_empty());
    // It interprets into German instead; then not at all.
    let german = vec![Interpreter { source: session.english, language: "de".parse().unwrap() }];
    store.set_sources(*meeting, Sources { pictures: vec![session.primary], interpreters: german }).await.unwrap();
    let german = async || !words(&heard(recording, "audio-de", 2).await).is_empty();
    play.until(&mut camera, Some(&mut booth), "German is heard", german).await;
    store.set_sources(*meeting, vec![session.primary]).await.unwrap();
    let floor = async || heard(recording, "audio-de", 3).await.starts_with(b"[audio ");
    play.until(&mut camera, Some(&mut booth), "the floor stands in", floor).await;
}
