//! Disks that are full, read-only, broken or frozen under a growing recording: the transmission goes on,
//! what was public is kept or noted as lost, and what is wrong is said.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use vod_store::{
    Clock, Intake, MeetingId, Recording, SourceId, Store,
    recording::{Alarm, PlaylistRequest, State},
    verify::Report,
};

use crate::{
    camera::{Camera, about},
    mounted::{self, Disk},
    watching::{bytes, until},
};

/// A part in real time lasts longer; the faults do not know.
const STEP: Duration = Duration::from_millis(10);

fn store(folders: &[&Path]) -> Store {
    let folders: Vec<PathBuf> = folders.iter().map(|folder| folder.to_path_buf()).collect();
    Store::open_with_spares(folders, Duration::ZERO, Intake::new(Clock::system()), Clock::system()).unwrap()
}

/// Every byte of the picture that viewers got so far, the open segment's parts too.
async fn seen(recording: &Recording) -> String {
    let Some(rendition) = recording.rendition("video") else { return String::new() };
    let playlist = rendition.playlist(PlaylistRequest::default()).await.unwrap();
    let segments = String::from_utf8_lossy(&playlist.text).matches("#EXTINF").count() as u64;
    let mut all = Vec::new();
    for number in 0..segments {
        // Of a broken disk only what is in memory can be read, part by part.
        match rendition.segment(number).await {
            Some(media) => all.extend(bytes(media)),
            None => {
                for part in 0..10 {
                    all.extend(rendition.part(number, part).await.map(bytes).unwrap_or_default());
                }
            }
        }
    }
    for part in 0.. {
        let wait = tokio::time::timeout(Duration::from_millis(1), rendition.part(segments, part)).await;
        let Ok(Some(media)) = wait else { break };
        all.extend(bytes(media));
    }
    String::from_utf8_lossy(&all).into_owned()
}

/// Which of `count` parts of the picture are in it.
fn numbers(all: &str, count: u64) -> Vec<u64> {
    (0..count).filter(|number| all.contains(&format!("[video {number}]"))).collect()
}

/// Part by part, as a camera sends.
async fn film(camera: &mut Camera, parts: u64) {
    for _ in 0..parts {
        camera.send(1).await;
        tokio::time::sleep(STEP).await;
    }
}

async fn begin(store: &Store) -> (MeetingId, SourceId, Arc<Recording>) {
    let (meeting, source) = (MeetingId::new(), SourceId::new());
    (meeting, source, store.begin(meeting, &about(), &[source]).await.unwrap())
}

async fn live(store: &Store) -> (MeetingId, Arc<Recording>, Camera) {
    let (meeting, source, recording) = begin(store).await;
    let mut camera = Camera::connect(store, source).await;
    film(&mut camera, 7).await;
    until("it is live", async || *recording.state().borrow() == State::Running).await;
    until("its parts are public", async || numbers(&seen(&recording).await, 7).len() == 7).await;
    (meeting, recording, camera)
}

fn stands(recording: &Recording, alarm: impl Fn(&Alarm) -> bool) -> bool {
    recording.alarms().borrow().iter().any(alarm)
}

fn sound(store: &Store) -> Report {
    let report = store.verify(|_| {}).unwrap();
    assert!(report.faults.is_empty(), "{report:#?}");
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_disk_is_full_the_recording_goes_on_in_the_spare_folder() {
    if !mounted::possible() {
        return;
    }
    let (disk, spare) = (Disk::small(512), tempfile::tempdir().unwrap());
    let folders = [&*disk.recordings(), spare.path()];
    let first = store(&folders);
    let (meeting, recording, mut camera) = live(&first).await;
    disk.fill();
    film(&mut camera, 53).await;
    until("the last part is public", async || seen(&recording).await.contains("[video 59]")).await;
    assert!(
        stands(&recording, |alarm| matches!(alarm, Alarm::DiskRefused { .. })),
        "{:?}",
        recording.alarms().borrow()
    );
    assert!(stands(&recording, |alarm| matches!(alarm, Alarm::Failover { .. })), "{:?}", recording.alarms().borrow());
    let public = seen(&recording).await;
    let missing = 60 - numbers(&public, 60).len();
    assert!(missing <= 5, "up to the next keyframe at most, and not {missing} parts");
    first.end(meeting).await.unwrap();
    first.close().await;

    let again = store(&folders);
    sound(&again);
    let kept = again.recording(meeting).await.unwrap().unwrap();
    assert!(seen(&kept).await.starts_with(&public), "what was public is there, in its order");
    assert!(again.catalogue().await.unwrap()[0].ended_at_ms.is_some(), "the newest programme counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_without_a_spare_is_tried_again_and_not_littered() {
    if !mounted::possible() {
        return;
    }
    let disk = Disk::small(512);
    let store = store(&[&disk.recordings()]);
    let (meeting, recording, mut camera) = live(&store).await;
    disk.fill();
    let takes = || std::fs::read_dir(disk.recordings().join(meeting.to_string())).unwrap().count();
    film(&mut camera, 40).await;
    until("the alarm", async || stands(&recording, |alarm| matches!(alarm, Alarm::DiskRefused { .. }))).await;
    let before = takes();
    film(&mut camera, 150).await;
    assert!(takes() <= before + 4, "{} takes more", takes() - before);
    disk.empty();
    let (mut sent, mut back) = (0, false);
    while !back && sent < 200 {
        film(&mut camera, 1).await;
        sent += 1;
        back = seen(&recording).await.contains(&format!("[video {}]", 197 + sent - 3));
    }
    assert!(back, "there is room again, and the recording does not go on");
    assert_eq!(*recording.alarms().borrow(), []);
    store.end(meeting).await.unwrap();
    sound(&store);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_disk_breaks_what_was_public_is_there_after_the_restart() {
    if !mounted::possible() {
        return;
    }
    let ((disk, image), spare) = (Disk::ext4(), tempfile::tempdir().unwrap());
    let first = store(&[&disk.recordings(), spare.path()]);
    let (meeting, recording, mut camera) = live(&first).await;
    disk.pull();
    film(&mut camera, 33).await;
    until("the last part is public", async || seen(&recording).await.contains("[video 39]")).await;
    assert!(stands(&recording, |alarm| matches!(alarm, Alarm::Failover { .. })), "{:?}", recording.alarms().borrow());
    assert!(!stands(&recording, |alarm| matches!(alarm, Alarm::Lost { .. })), "{:?}", recording.alarms().borrow());
    first.end(meeting).await.unwrap();
    first.close().await;
    drop((recording, camera, first, disk));

    let disk = Disk::of(&image);
    let again = store(&[&disk.recordings(), spare.path()]);
    sound(&again);
    let kept = seen(&again.recording(meeting).await.unwrap().unwrap()).await;
    let missing = 40 - numbers(&kept, 40).len();
    assert!(kept.contains("[video 6]") && kept.contains("[video 39]") && missing <= 5, "{missing} parts are missing");
    // Whoever loses a disk for good is told which takes it had.
    let alone = store(&[spare.path()]).verify(|_| {}).unwrap();
    assert!(alone.faults.iter().any(|fault| fault.contains("which was shown, is not there")), "{alone:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_first_folder_is_read_only_the_meeting_begins_in_the_spare() {
    if !mounted::possible() {
        return;
    }
    let (disk, spare) = (Disk::small(512), tempfile::tempdir().unwrap());
    std::fs::create_dir(disk.recordings()).unwrap();
    disk.read_only();
    let store = store(&[&disk.recordings(), spare.path()]);
    let (meeting, source, recording) = begin(&store).await;
    let mut camera = Camera::connect(&store, source).await;
    film(&mut camera, 20).await;
    until("it is live", async || seen(&recording).await.contains("[video 19]")).await;
    assert!(stands(&recording, |alarm| matches!(alarm, Alarm::Failover { .. })), "{:?}", recording.alarms().borrow());
    store.end(meeting).await.unwrap();
    sound(&store);
}

/// What the files of a folder hold, as text.
fn texts(folder: &Path, name: &str) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push_str(&texts(&path, name));
        } else if path.file_name().unwrap() == name {
            all.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_hangs_does_not_stop_the_transmission_and_keeps_all_when_it_comes_back() {
    if !mounted::possible() {
        return;
    }
    let (disk, _image) = Disk::ext4();
    let store = store(&[&disk.recordings()]);
    let (meeting, recording, mut camera) = live(&store).await;
    disk.freeze();
    film(&mut camera, 100).await;
    until("the parts are public from memory", async || seen(&recording).await.contains("[video 106]")).await;
    assert!(stands(&recording, |alarm| matches!(alarm, Alarm::Slow { .. })), "{:?}", recording.alarms().borrow());
    let public = seen(&recording).await;
    disk.thaw();
    film(&mut camera, 5).await;
    until("it goes on", async || seen(&recording).await.contains("[video 111]")).await;
    store.end(meeting).await.unwrap();
    sound(&store);
    let all = seen(&recording).await;
    assert_eq!(numbers(&all, 112).len(), 112);
    assert!(all.starts_with(&public), "what was shown from memory is what is kept");
    assert!(texts(&disk.recordings(), "journal").contains(r#""k":"early""#), "the journal says what was shown early");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_goes_on_hanging_is_left_for_the_spare_and_nothing_is_missing() {
    if !mounted::possible() {
        return;
    }
    let ((disk, _image), spare) = (Disk::ext4(), tempfile::tempdir().unwrap());
    let folders = [&*disk.recordings(), spare.path()];
    let first = store(&folders);
    let (meeting, recording, mut camera) = live(&first).await;
    disk.freeze();
    let mut sent = 7;
    while !stands(&recording, |alarm| matches!(alarm, Alarm::Failover { .. })) {
        film(&mut camera, 1).await;
        sent += 1;
        // Slow enough that the queue, which is half a minute long in real time, is not full before the disk is left.
        tokio::time::sleep(3 * STEP).await;
        assert!(sent < 400, "it did not go on in the spare folder: {:?}", recording.alarms().borrow());
    }
    film(&mut camera, 20).await;
    let last = format!("[video {}]", sent + 19);
    until("the spare folder's parts are public", async || seen(&recording).await.contains(&last)).await;
    let public = seen(&recording).await;
    assert_eq!(numbers(&public, sent + 20), (0..sent + 20).collect::<Vec<_>>(), "none is missing between the disks");
    disk.thaw();
    first.end(meeting).await.unwrap();
    first.close().await;
    let again = store(&folders);
    sound(&again);
    let kept = again.recording(meeting).await.unwrap().unwrap();
    assert_eq!(seen(&kept).await, public, "the disk came back, and has what was shown from memory");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_were_shown_and_then_refused_are_noted_as_lost() {
    if !mounted::possible() {
        return;
    }
    let ((disk, image), spare) = (Disk::ext4(), tempfile::tempdir().unwrap());
    let first = store(&[&disk.recordings(), spare.path()]);
    let (meeting, recording, mut camera) = live(&first).await;
    disk.freeze();
    film(&mut camera, 20).await;
    until("the parts are public from memory", async || seen(&recording).await.contains("[video 26]")).await;
    disk.pull();
    disk.thaw();
    until("the alarm", async || stands(&recording, |alarm| matches!(alarm, Alarm::Lost { .. }))).await;
    film(&mut camera, 20).await;
    until("it goes on", async || seen(&recording).await.contains("[video 46]")).await;
    let public = numbers(&seen(&recording).await, 27);
    assert!(public.ends_with(&(7..27).collect::<Vec<_>>()), "what was shown is still there, from memory: {public:?}");
    first.end(meeting).await.unwrap();
    first.close().await;
    drop((recording, camera, first, disk));

    let disk = Disk::of(&image);
    let again = store(&[&disk.recordings(), spare.path()]);
    sound(&again);
    assert!(texts(spare.path(), "program").contains(r#""k":"lost""#), "the programme says what is lost");
    let kept = again.recording(meeting).await.unwrap().unwrap();
    assert_eq!(numbers(&seen(&kept).await, 47).last(), Some(&46), "what came after the loss keeps its number");
    let playlist = kept.rendition("video").unwrap().playlist(PlaylistRequest::default()).await.unwrap();
    let playlist = String::from_utf8(playlist.text.to_vec()).unwrap();
    let gap = playlist.split("#EXT-X-GAP").nth(1).expect("players are told where the gap is");
    let number = gap.split("video/").nth(1).unwrap().split('.').next().unwrap();
    assert!(kept.rendition("video").unwrap().segment(number.parse().unwrap()).await.is_none());
}
