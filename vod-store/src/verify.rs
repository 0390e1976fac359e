//! Whether the record is what it was: the chain of every journal followed, every byte of every part hashed again.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{
    journal::{self, Unsound, hex},
    program::{Entry as ProgramEntry, PROGRAM},
    store::{Error, Store},
    take::{Entry, JOURNAL, track_path},
};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Recordings that were looked at.
    pub recordings: u64,
    /// Takes.
    pub takes: u64,
    /// Parts whose bytes were hashed.
    pub parts: u64,
    /// Bytes that were hashed.
    pub bytes: u64,
    /// What is not as the journals say, each with its file.
    pub faults: Vec<String>,
    /// What a crash left behind, which is nobody's fault: a line or bytes that were never acknowledged.
    pub torn: Vec<String>,
}

impl Store {
    /// Verifies every recording on disk; `progress` is told after each take.
    ///
    /// # Errors
    /// When a folder cannot be read at all. What is wrong within is in the report.
    pub fn verify(&self, mut progress: impl FnMut(&Report)) -> Result<Report, Error> {
        let mut report = Report::default();
        let mut meetings: Vec<PathBuf> = Vec::new();
        for folder in self.all_folders() {
            let read = std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
            let entries = read.map_err(|source| Error::Io { what: folder.display().to_string(), source })?;
            meetings.extend(entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_dir()));
        }
        meetings.sort();
        for meeting in meetings {
            if meeting.join(PROGRAM).exists() {
                report.recordings += 1;
                follow::<ProgramEntry>(&meeting.join(PROGRAM), &mut report);
            }
            let takes = std::fs::read_dir(&meeting).and_then(Iterator::collect::<io::Result<Vec<_>>>);
            let Ok(mut takes) = takes.map_err(|error| report.faults.push(format!("{}: {error}", meeting.display())))
            else {
                continue;
            };
            takes.sort_by_key(std::fs::DirEntry::path);
            for take in takes.into_iter().map(|take| take.path()).filter(|path| path.is_dir()) {
                report.takes += 1;
                verify_take(&take, &mut report);
                progress(&report);
            }
        }
        Ok(report)
    }
}

/// Follows a journal's chain; answers its entries as far as it is sound.
fn follow<E: serde::de::DeserializeOwned>(path: &Path, report: &mut Report) -> Vec<E> {
    match journal::read::<E>(path) {
        Ok(contents) => {
            match contents.unsound {
                Some(Unsound::Broken(line)) => {
                    report.faults.push(format!("{}: line {line} does not follow from the line before", path.display()));
                }
                Some(Unsound::Torn) => report.torn.push(format!("{}: the last line is torn", path.display())),
                None => {}
            }
            contents.entries
        }
        Err(error) => {
            report.faults.push(format!("{}: {error}", path.display()));
            Vec::new()
        }
    }
}

fn verify_take(folder: &Path, report: &mut Report) {
    let entries = follow::<Entry>(&folder.join(JOURNAL), report);
    let Some(Entry::Take { tracks, .. }) = entries.first() else {
        return report.faults.push(format!("{}: the journal does not begin with its take", folder.display()));
    };
    let paths: Vec<PathBuf> = tracks.iter().map(|track| track_path(folder, &track.name)).collect();
    let open = |path: &PathBuf| File::open(path).map_err(|error| format!("{}: {error}", path.display()));
    let files: Vec<File> = match paths.iter().map(open).collect() {
        Ok(files) => files,
        Err(fault) => return report.faults.push(fault),
    };
    for entry in &entries[1..] {
        let (track, offset, length, sha256) = match entry {
            Entry::Init { track, length, sha256 } => {
                (tracks.iter().position(|other| other.name == *track), 0, *length, sha256)
            }
            Entry::Part { t, o, n, h, .. } => (Some(usize::from(*t)), *o, u64::from(*n), h),
            Entry::Take { .. } | Entry::Early { .. } | Entry::Closed { .. } => continue,
        };
        let Some((file, path)) = track.and_then(|track| Some((files.get(track)?, &paths[track]))) else {
            report.faults.push(format!("{}: a line names a track that is not there", folder.display()));
            continue;
        };
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        match file.read_exact_at(&mut bytes, offset) {
            Ok(()) if hex(&Sha256::digest(&bytes)) == *sha256 => {}
            Ok(()) => report.faults.push(format!("{}: {length} bytes from {offset} were changed", path.display())),
            Err(error) => report.faults.push(format!("{}: {length} bytes from {offset}: {error}", path.display())),
        }
        report.parts += 1;
        report.bytes += length;
    }
}
