//! Whether the record is what it was: the chain of every journal followed, every byte of every part hashed again.

use std::{
    collections::{BTreeMap, HashSet},
    ffi::OsString,
    fs::File,
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::{
    journal::{self, Unsound, hex},
    program::{Entry as ProgramEntry, PROGRAM},
    store::{Error, FILMS, Store},
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
        let mut meetings = BTreeMap::<OsString, Vec<PathBuf>>::new();
        for folder in self.all_folders() {
            let read = std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
            let entries = read.map_err(|source| Error::Io { what: folder.display().to_string(), source })?;
            let recording = |entry: &std::fs::DirEntry| entry.path().is_dir() && entry.file_name() != FILMS;
            for entry in entries.into_iter().filter(recording) {
                meetings.entry(entry.file_name()).or_default().push(entry.path());
            }
        }
        for folders in meetings.values() {
            verify_meeting(folders, &mut report, &mut progress);
        }
        Ok(report)
    }
}

/// Verifies a meeting's folders, one on each disk that has something of it.
fn verify_meeting(folders: &[PathBuf], report: &mut Report, progress: &mut impl FnMut(&Report)) {
    let mut program: Vec<ProgramEntry> = Vec::new();
    for path in folders.iter().map(|folder| folder.join(PROGRAM)).filter(|path| path.exists()) {
        let entries = follow(&path, report);
        // After a fail-over an older copy is left behind: the longest is the newest.
        if entries.len() > program.len() {
            program = entries;
        }
    }
    report.recordings += u64::from(!program.is_empty());
    let mut promised = promised(&program);
    for folder in folders {
        let read = std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let Ok(mut takes) = read.map_err(|error| report.faults.push(format!("{}: {error}", folder.display()))) else {
            continue;
        };
        takes.sort_by_key(std::fs::DirEntry::path);
        for take in takes.into_iter().filter(|take| take.path().is_dir()) {
            let promise = promised.remove(take.file_name().to_string_lossy().as_ref());
            verify_take(&take.path(), promise, report);
            progress(report);
        }
    }
    for take in promised.keys() {
        report.faults.push(format!("{}: the take {take}, which was shown, is not there", folders[0].display()));
    }
}

/// What the programme says was public of a take: by track, how many parts, but for those that are noted as lost.
#[derive(Debug, Default)]
struct Promise {
    until: Vec<u32>,
    lost: HashSet<(u8, u32)>,
}

/// What the programme says was public of each take, by the take's name.
fn promised(program: &[ProgramEntry]) -> BTreeMap<String, Promise> {
    let mut promised = BTreeMap::<String, Promise>::new();
    let mut on_air = None;
    for entry in program {
        let (until, next) = match entry {
            ProgramEntry::Cut { take, until, .. } => (until, Some(take.to_string())),
            ProgramEntry::Ended { until, .. } => (until, None),
            ProgramEntry::Lost { take, parts, .. } => {
                let lost = &mut promised.entry(take.to_string()).or_default().lost;
                lost.extend(parts.iter().map(|part| (part.t, part.i)));
                continue;
            }
            _ => continue,
        };
        if let Some(before) = on_air.take() {
            let own = &mut promised.entry(before).or_default().until;
            own.resize(own.len().max(until.len()), 0);
            own.iter_mut().zip(until).for_each(|(own, until)| *own = (*own).max(*until));
        }
        if let Some(next) = &next {
            promised.entry(next.clone()).or_default();
        }
        on_air = next;
    }
    promised
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

fn verify_take(folder: &Path, promise: Option<Promise>, report: &mut Report) {
    if promise.is_none() && begun(folder) {
        return report.torn.push(format!("{}: a take that was begun, and holds nothing", folder.display()));
    }
    report.takes += 1;
    let entries = follow::<Entry>(&folder.join(JOURNAL), report);
    let Some(Entry::Take { tracks, .. }) = entries.first() else {
        return report.faults.push(format!("{}: the journal does not begin with its take", folder.display()));
    };
    let mut counts = vec![0; tracks.len()];
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
            Entry::Part { t, o, n, h, .. } => {
                if let Some(count) = counts.get_mut(usize::from(*t)) {
                    *count += 1;
                }
                (Some(usize::from(*t)), *o, u64::from(*n), h)
            }
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
    let Promise { until, lost } = promise.unwrap_or_default();
    for (track, (&has, until)) in counts.iter().zip(until).enumerate() {
        let missing = |i: &u32| !lost.contains(&(u8::try_from(track).unwrap_or(u8::MAX), *i));
        let missing = (has..until).filter(missing).count();
        if missing > 0 {
            report.faults.push(format!("{}: {missing} parts that were public are missing", paths[track].display()));
        }
    }
}

/// Whether a take's journal has not one whole line: what a crash leaves of a take that was just being made.
fn begun(folder: &Path) -> bool {
    match std::fs::read(folder.join(JOURNAL)) {
        Ok(bytes) => !bytes.contains(&b'\n'),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}
