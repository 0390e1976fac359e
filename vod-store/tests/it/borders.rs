//! Where stretches meet: sound goes on without a hole, at which players stop for a moment.

use std::{collections::HashMap, path::Path, time::Duration};

use serde_json::Value;
use vod_store::{
    MeetingId, SourceId,
    recording::{Shows, State},
};

use crate::{
    camera::{Camera, about},
    watching::{store, until},
};

/// Until what was sent is on the disk.
const MOMENT: Duration = Duration::from_millis(300);

/// The lines of a journal, without their hashes.
fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let json = |line: &str| serde_json::from_str(&line[line.find('{')?..=line.rfind('}')?]).ok();
    text.lines().filter_map(json).collect()
}

/// Of a stretch: when, in its take's time, the parts of each track begin and end, milliseconds.
type Stretch = HashMap<String, (i64, i64)>;

fn stretch(folder: &Path, cut: &Value, until: &Value) -> Stretch {
    let journal = lines(&folder.join(cut["take"].as_str().unwrap()).join("journal"));
    let tracks = journal[0]["tracks"].as_array().unwrap();
    let of = |(number, track): (usize, &Value)| {
        let parts: Vec<_> = journal.iter().filter(|line| line["k"] == "part" && line["t"] == number).collect();
        let bound = |which: &Value| usize::try_from(which[number].as_u64().unwrap()).unwrap();
        let shown = parts.get(bound(&cut["from"])..bound(until)).filter(|shown| !shown.is_empty())?;
        let ms = |ticks: i64| ticks * 1000 / track["timescale"].as_i64().unwrap();
        let (first, last) = (shown[0], shown[shown.len() - 1]);
        let ends = last["s"].as_i64().unwrap() + last["d"].as_i64().unwrap();
        Some((track["name"].as_str().unwrap().to_owned(), (ms(first["s"].as_i64().unwrap()), ms(ends))))
    };
    tracks.iter().enumerate().filter_map(of).collect()
}

/// At each border between two stretches: for how long there are pictures and no sound, milliseconds. The second
/// stretch's pictures begin where the first one's end, and its sound where it stands to them.
fn holes(folder: &Path) -> Vec<i64> {
    let program = lines(&folder.join("program"));
    let cuts: Vec<_> = program.iter().filter(|line| line["k"] == "cut" || line["k"] == "ended").collect();
    let stretches: Vec<_> = cuts.windows(2).map(|pair| stretch(folder, pair[0], &pair[1]["until"])).collect();
    let hole = |pair: &[Stretch]| {
        let [before, after] = pair else { return None };
        let missing = before.get("video")?.1 - before.get("audio")?.1;
        Some(missing - (after.get("video")?.0 - after.get("audio")?.0))
    };
    stretches.windows(2).filter_map(hole).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stretch_whose_sound_ends_before_its_pictures_is_followed_by_sound_that_begins_sooner() {
    let folder = tempfile::tempdir().unwrap();
    let (meeting, primary, backup) = (MeetingId::new(), SourceId::new(), SourceId::new());
    let store = store(folder.path());
    let recording = store.begin(meeting, &about(), &[primary, backup]).await.unwrap();
    let shows = async |shown: Shows| {
        until("it is on air", async || recording.stretches().last().map(|stretch| &stretch.shows) == Some(&shown))
            .await;
    };
    let mut first = Camera::connect(&store, primary).await;
    first.send(7).await;
    shows(Shows::Source { source: primary }).await;
    // To a pause: the sound of the last picture is not there yet.
    first.send_pictures(1).await;
    tokio::time::sleep(MOMENT).await;
    store.pause(meeting).await.unwrap();
    shows(Shows::Pause).await;
    store.resume(meeting).await.unwrap();
    first.send(10).await;
    shows(Shows::Source { source: primary }).await;
    // To another source.
    let mut second = Camera::connect(&store, backup).await;
    second.send(4).await;
    tokio::time::sleep(MOMENT).await;
    first.send_pictures(2).await;
    drop(first);
    tokio::time::sleep(Duration::from_millis(20)).await;
    second.send(7).await;
    shows(Shows::Source { source: backup }).await;
    // To the slate of a gap.
    second.send_pictures(1).await;
    drop(second);
    recording.state().wait_for(|state| matches!(state, State::Away { .. })).await.unwrap();
    tokio::time::sleep(MOMENT).await;
    store.end(meeting).await.unwrap();
    let holes = holes(&folder.path().join(meeting.to_string()));
    // The slate may have stood before the first source.
    assert!(holes.len() >= 4, "{holes:?}");
    assert!(holes.iter().all(|hole| *hole <= 0), "milliseconds without sound at each border: {holes:?}");
}
