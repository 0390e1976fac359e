//! What the fuzz targets run (`tests/fuzz`): whatever stands on a disk or in an address, reading it does not panic.

use crate::{journal, media::TrackName, program, take};

/// A take's journal.
pub fn journal(bytes: &[u8]) {
    drop(journal::parse::<take::Entry>(bytes));
}

/// A recording's programme.
pub fn programme(bytes: &[u8]) {
    let read = journal::parse::<program::Entry>(bytes);
    program::outline(&read.entries);
}

/// A line of either, whose chain is not looked at.
pub fn line(bytes: &[u8]) {
    let _ = serde_json::from_slice::<take::Entry>(bytes);
    if let Ok(entry) = serde_json::from_slice::<program::Entry>(bytes) {
        program::outline(&[entry]);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = text.parse::<TrackName>();
    }
}

#[cfg(test)]
mod tests {
    use fuzz::round;

    use super::*;
    use crate::{Clock, Intake, MeetingId, Store, store::About};

    #[tokio::test(flavor = "multi_thread")]
    async fn nothing_on_the_disk_makes_the_readers_panic() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().to_owned(), Intake::new(Clock::system()), Clock::system()).unwrap();
        let meeting = MeetingId::new();
        let about = About {
            municipality: "m".into(),
            body: "b".into(),
            body_name: "Δημοτικό Συμβούλιο".into(),
            title: "τίτλος".into(),
            place: String::new(),
            starts_at_ms: 0,
            agenda: vec!["θέμα".into()],
        };
        let recording = store.begin(meeting, &about, &[]).await.unwrap();
        let mut state = recording.state();
        while recording.multivariant(false).is_none() {
            let _ = tokio::time::timeout(std::time::Duration::from_millis(50), state.changed()).await;
        }
        store.end(meeting).await.unwrap();
        store.close().await;
        let own = folder.path().join(meeting.to_string());
        let programme_bytes = std::fs::read(own.join(program::PROGRAM)).unwrap();
        let takes = std::fs::read_dir(&own).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
        let journals: Vec<Vec<u8>> = takes.map(|take| std::fs::read(take.join(take::JOURNAL)).unwrap()).collect();
        assert!(!journals.is_empty() && !programme_bytes.is_empty());
        let lines = journals.iter().chain([&programme_bytes]).flat_map(|bytes| bytes.split(|byte| *byte == b'\n'));
        let lines: Vec<Vec<u8>> = lines.filter(|line| !line.is_empty()).take(8).map(<[u8]>::to_vec).collect();
        round(&lines, line);
        round(&[programme_bytes], programme);
        round(&journals, journal);
    }
}
