//! What a viewer gets of a recording, and waiting for it.

use std::{os::unix::fs::FileExt as _, path::Path, sync::Arc, time::Duration};

use vod_store::{
    Clock, Intake, MeetingId, Recording, SourceId, Store,
    recording::{Media, PlaylistRequest, State},
};

use crate::camera::{Camera, about};

/// A store in one folder.
pub(crate) fn store(folder: &Path) -> Store {
    Store::open(folder.to_owned(), Intake::new(Clock::system()), Clock::system()).unwrap()
}

/// A store with a meeting in session whose slate, which `rendition` shows, stands first:
/// so cuts have the same numbers every time.
pub(crate) async fn running(
    sources: &[SourceId],
    rendition: &str,
) -> (Store, MeetingId, Arc<Recording>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let meeting = MeetingId::new();
    let recording = store.begin(meeting, &about(), sources).await.unwrap();
    playlist(&recording, rendition, |text| text.contains("init-0.mp4")).await;
    (store, meeting, recording, folder)
}

/// Sends until the take is on air, and `more` beyond that.
pub(crate) async fn on_air(camera: &mut Camera, recording: &Recording, more: u64) {
    camera.send(6).await;
    recording.state().wait_for(|state| *state == State::Running).await.unwrap();
    camera.send(more).await;
}

/// A rendition's playlist; empty where it has none.
pub(crate) async fn text(recording: &Recording, rendition: &str) -> String {
    let Some(rendition) = recording.rendition(rendition) else { return String::new() };
    let playlist = rendition.playlist(PlaylistRequest::default()).await.unwrap();
    String::from_utf8(playlist.text.to_vec()).unwrap()
}

/// The multivariant playlist.
pub(crate) fn index(recording: &Recording) -> String {
    String::from_utf8(recording.multivariant(false).unwrap().text.to_vec()).unwrap()
}

/// Waits for what must come, ten seconds at most.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("in ten seconds it did not come to this: {what}");
}

/// Waits until a playlist of the recording is as wanted, ten seconds at most.
pub(crate) async fn playlist(recording: &Recording, rendition: &str, holds: impl Fn(&str) -> bool) -> String {
    for _ in 0..1000 {
        let text = text(recording, rendition).await;
        if holds(&text) {
            return text;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("in ten seconds it did not come to this: {}", text(recording, rendition).await);
}

/// The bytes of media; those that the disk does not give are zero.
pub(crate) fn bytes(media: Media) -> Vec<u8> {
    match media {
        Media::Memory(bytes) => bytes.to_vec(),
        Media::File { file, offset, length } => {
            let mut bytes = vec![0; usize::try_from(length).unwrap()];
            // Of a part that is lost there may be nothing to read.
            let _ = file.read_exact_at(&mut bytes, offset);
            bytes
        }
    }
}
