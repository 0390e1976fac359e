//! The small pictures of a recording: JPEGs one after another in a file, their instants in another.
//!
//! They are a convenience, not the record: nothing waits for them to reach the disk.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use crate::{intake::Thumbnail, recording::Media};

const PICTURES: &str = "thumbnails.jpegs";
const INSTANTS: &str = "thumbnails";
/// A picture this long after the one before is kept.
const EVERY_MS: i64 = 5_000;

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct At {
    at_ms: i64,
    offset: u64,
    length: u64,
}

#[derive(Debug)]
pub(crate) struct Thumbnails {
    folder: PathBuf,
    kept: Mutex<Kept>,
    /// Held while one is written, so that a disk that hangs does not hold up those who only look.
    writing: Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    at: Vec<At>,
    file: Option<Arc<File>>,
}

impl Thumbnails {
    /// Those in a recording's folder, as far as their lines are whole.
    pub(crate) fn open(folder: PathBuf) -> Self {
        let text = std::fs::read_to_string(folder.join(INSTANTS)).unwrap_or_default();
        let at = text.lines().map_while(|line| serde_json::from_str(line).ok()).collect();
        let file = File::open(folder.join(PICTURES)).ok().map(Arc::new);
        Self { folder, kept: Mutex::new(Kept { at, file }), writing: Mutex::default() }
    }

    /// Keeps a picture, unless the last one is hardly older. Blocks on the disk.
    pub(crate) fn keep(&self, picture: &Thumbnail) -> io::Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let last = self.kept.lock().unwrap_or_else(PoisonError::into_inner).at.last().copied();
        if last.is_some_and(|last| picture.at_ms < last.at_ms + EVERY_MS) {
            return Ok(());
        }
        let append = |name: &str| OpenOptions::new().create(true).append(true).open(self.folder.join(name));
        let mut pictures = append(PICTURES)?;
        let offset = pictures.metadata()?.len();
        pictures.write_all(&picture.jpeg)?;
        let at = At { at_ms: picture.at_ms, offset, length: picture.jpeg.len() as u64 };
        let mut line = serde_json::to_vec(&at)?;
        line.push(b'\n');
        append(INSTANTS)?.write_all(&line)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.at.push(at);
        if kept.file.is_none() {
            kept.file = Some(Arc::new(File::open(self.folder.join(PICTURES))?));
        }
        Ok(())
    }

    pub(crate) fn nearest(&self, at_ms: i64) -> Option<(i64, Media)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let after = kept.at.partition_point(|at| at.at_ms <= at_ms);
        let at = kept.at.get(after.saturating_sub(1))?;
        let file = kept.file.clone()?;
        Some((at.at_ms, Media::File { file, offset: at.offset, length: at.length }))
    }

    pub(crate) fn instants(&self) -> Vec<i64> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.at.iter().map(|at| at.at_ms).collect()
    }
}
