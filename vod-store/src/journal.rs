//! An append-only file of JSON lines, each bound by hash to the one before.
//!
//! A line is the entry's JSON object with one more member at its end, `"chain"`:
//! the SHA-256, in hex, of the chain of the line before (64 zeros for the first) followed by the object without that member.
//! So whoever changes, removes or reorders a line must rewrite all that follow it, and `bema verify` says from where.
//! A line that a crash tore off is no entry: reading stops before it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::disk;

/// The chain before the first line.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const MEMBER: &str = ",\"chain\":\"";
/// `,"chain":"` + 64 hex + `"}`.
const TAIL: usize = MEMBER.len() + 64 + 2;

/// A journal open for appending.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    /// The chain after the last line pushed.
    chain: String,
    /// The chain after the last line committed, and where that line ends.
    committed: (String, u64),
    buffer: Vec<u8>,
    /// What a failed batch left could not be cut off: nothing may follow it.
    spoilt: bool,
}

/// What a journal held when it was read.
#[derive(Debug)]
pub(crate) struct Contents<E> {
    /// The entries, in order.
    pub(crate) entries: Vec<E>,
    /// The chain of the last of them.
    chain: String,
    /// Bytes of whole, sound lines.
    sound: u64,
    /// What stands after them, if anything: a torn line, or one that breaks the chain.
    pub(crate) unsound: Option<Unsound>,
}

/// Why reading stopped before the file's end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unsound {
    /// The last line has no end: a crash tore it off.
    Torn,
    /// A whole line is not what its chain says; its number, from 1.
    Broken(usize),
}

impl Journal {
    /// Makes a new journal; the file must not exist.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create_new(true).open(path)?;
        disk::sync_parent(path)?;
        Ok(Self {
            file,
            chain: GENESIS.to_owned(),
            committed: (GENESIS.to_owned(), 0),
            buffer: Vec::new(),
            spoilt: false,
        })
    }

    /// Opens a journal to go on after its last sound line. A torn end is set aside in a file beside it, never dropped.
    pub(crate) fn resume<E: DeserializeOwned>(path: &Path) -> io::Result<(Self, Vec<E>)> {
        let contents = read::<E>(path)?;
        match contents.unsound {
            Some(Unsound::Broken(line)) => {
                let what = format!("line {line} of {} does not follow from the line before", path.display());
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
            Some(Unsound::Torn) => set_aside(path, contents.sound)?,
            None => {}
        }
        let file = OpenOptions::new().append(true).open(path)?;
        let committed = (contents.chain.clone(), contents.sound);
        Ok((Self { file, chain: contents.chain, committed, buffer: Vec::new(), spoilt: false }, contents.entries))
    }

    /// Adds an entry to the batch that [`Journal::commit`] will write.
    pub(crate) fn push<E: Serialize>(&mut self, entry: &E) {
        let start = self.buffer.len();
        serde_json::to_writer(&mut self.buffer, entry).expect("an entry is plain data, and memory takes it");
        self.chain = link(&self.chain, &self.buffer[start..]);
        self.buffer.pop();
        self.buffer.extend_from_slice(MEMBER.as_bytes());
        self.buffer.extend_from_slice(self.chain.as_bytes());
        self.buffer.extend_from_slice(b"\"}\n");
    }

    /// Writes the batch and waits until it is on the disk.
    ///
    /// After an error none of the batch counts. What of it reached the file is cut off again, so that it is no torn line
    /// in the midst of what may follow; a journal on a disk that does not even do that takes nothing more.
    pub(crate) fn commit(&mut self) -> io::Result<()> {
        if self.spoilt {
            return Err(io::Error::other("an earlier batch was torn and could not be cut off"));
        }
        let length = self.buffer.len() as u64;
        let done = self.file.write_all(&self.buffer).and_then(|()| self.file.sync_data());
        self.buffer.clear();
        match done {
            Ok(()) => {
                self.committed.0.clone_from(&self.chain);
                self.committed.1 += length;
                Ok(())
            }
            Err(error) => {
                self.chain.clone_from(&self.committed.0);
                self.spoilt = self.file.set_len(self.committed.1).is_err();
                Err(error)
            }
        }
    }
}

fn link(chain: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(chain.as_bytes());
    hash.update(body);
    hex(&hash.finalize())
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

/// Reads a journal as far as it is sound, following the chain.
pub(crate) fn read<E: DeserializeOwned>(path: &Path) -> io::Result<Contents<E>> {
    Ok(parse(&std::fs::read(path)?))
}

/// The entries of a journal's bytes.
pub(crate) fn parse<E: DeserializeOwned>(bytes: &[u8]) -> Contents<E> {
    let mut contents = Contents { entries: Vec::new(), chain: GENESIS.to_owned(), sound: 0, unsound: None };
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some(end) = rest.iter().position(|&byte| byte == b'\n') else {
            contents.unsound = Some(Unsound::Torn);
            break;
        };
        let (line, after) = (&rest[..end], &rest[end + 1..]);
        let Some((entry, chain)) = sound(&contents.chain, line) else {
            // A line that was torn and then written over by nothing can still end in a newline of its payload's block:
            // only the very last line may be excused.
            contents.unsound =
                Some(if after.is_empty() { Unsound::Torn } else { Unsound::Broken(contents.entries.len() + 1) });
            break;
        };
        contents.entries.push(entry);
        contents.chain = chain;
        contents.sound += end as u64 + 1;
        rest = after;
    }
    contents
}

fn sound<E: DeserializeOwned>(before: &str, line: &[u8]) -> Option<(E, String)> {
    let cut = line.len().checked_sub(TAIL)?;
    let (body, tail) = line.split_at(cut);
    let chain = tail.strip_prefix(MEMBER.as_bytes())?.strip_suffix(b"\"}")?;
    let mut whole = Vec::with_capacity(body.len() + 1);
    whole.extend_from_slice(body);
    whole.push(b'}');
    if link(before, &whole).as_bytes() != chain {
        return None;
    }
    let entry = serde_json::from_slice(&whole).ok()?;
    Some((entry, String::from_utf8(chain.to_vec()).ok()?))
}

/// Moves what follows `sound` bytes into `<name>.torn-<n>` and cuts it off.
fn set_aside(path: &Path, sound: u64) -> io::Result<()> {
    let bytes = std::fs::read(path)?;
    let torn = &bytes[usize::try_from(sound).map_err(io::Error::other)?..];
    let aside = (1..).map(|n| PathBuf::from(format!("{}.torn-{n}", path.display()))).find(|path| !path.exists());
    let aside = aside.expect("the numbers do not end");
    disk::write_synced(&aside, torn)?;
    let file = OpenOptions::new().write(true).open(path)?;
    file.set_len(sound)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(lines: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::create(&path).unwrap();
        for line in lines {
            journal.push(&serde_json::json!({ "say": line }));
        }
        journal.commit().unwrap();
        (folder, path)
    }

    fn entries(path: &Path) -> (Vec<serde_json::Value>, Option<Unsound>) {
        let contents = read::<serde_json::Value>(path).unwrap();
        (contents.entries, contents.unsound)
    }

    #[test]
    fn what_is_committed_is_read_back() {
        let (_folder, path) = written(&["ένα", "δύο"]);
        let (entries, unsound) = entries(&path);
        assert_eq!(entries, [serde_json::json!({"say": "ένα"}), serde_json::json!({"say": "δύο"})]);
        assert_eq!(unsound, None);
    }

    #[test]
    fn a_torn_line_is_no_entry_and_is_set_aside() {
        let (folder, path) = written(&["ένα", "δύο"]);
        let bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - (bytes[..bytes.len() - 1].iter().rposition(|&byte| byte == b'\n').unwrap() + 1);
        for cut in 1..last {
            std::fs::write(&path, &bytes[..bytes.len() - cut]).unwrap();
            let (read, unsound) = entries(&path);
            assert_eq!((read.len(), unsound), (1, Some(Unsound::Torn)), "{cut} bytes short");
        }
        let (mut journal, before) = Journal::resume::<serde_json::Value>(&path).unwrap();
        assert_eq!(before.len(), 1);
        journal.push(&serde_json::json!({"say": "τρία"}));
        journal.commit().unwrap();
        let (read, unsound) = entries(&path);
        assert_eq!((read.len(), unsound), (2, None));
        assert!(folder.path().join("journal.torn-1").exists());
    }

    #[test]
    fn a_changed_a_removed_and_a_swapped_line_are_found() {
        let (_folder, path) = written(&["a", "b", "c", "d"]);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let tampered = [
            (text.replacen("\"b\"", "\"x\"", 1), 2),
            ([lines[0], lines[2], lines[3], ""].join("\n"), 2),
            ([lines[0], lines[2], lines[1], lines[3], ""].join("\n"), 2),
            ([lines[1], lines[2], lines[3], ""].join("\n"), 1),
        ];
        for (text, at) in tampered {
            std::fs::write(&path, text).unwrap();
            assert_eq!(entries(&path).1, Some(Unsound::Broken(at)));
        }
    }
}
