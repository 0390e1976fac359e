//! The programme's way to the disks: a thread for each folder, so that a disk that hangs holds up itself alone.

use std::{
    io,
    path::{Path, PathBuf},
    sync::mpsc,
    time::Duration,
};

use super::{Entry, PROGRAM, newest};
use crate::{disk, journal::Journal};

/// How long a line may take while there is another folder.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it may take where there is none.
const LONG_PATIENCE: Duration = Duration::from_secs(10);

/// A programme open for more lines, in one of the recording's folders.
#[derive(Debug)]
pub(crate) struct Writer {
    /// One for the recording's folder on each disk.
    copies: Vec<Keeper>,
    /// Which of them is written to.
    at: usize,
    entries: Vec<Entry>,
}

impl Writer {
    /// Begins a programme in the first folder that takes it.
    pub(crate) fn begin(folders: &[PathBuf], opened: Entry) -> io::Result<Self> {
        let copies = folders.iter().map(|folder| Keeper::start(folder, None)).collect::<io::Result<_>>()?;
        let mut writer = Self { copies, at: 0, entries: vec![opened] };
        writer.keep()?;
        Ok(writer)
    }

    /// Takes up the programme that lies in one of the folders; none where there is none.
    pub(crate) fn resume(folders: &[PathBuf]) -> io::Result<Option<Self>> {
        let Some((at, entries)) = newest(folders)? else { return Ok(None) };
        let (mut resumed, entries) = match Journal::resume(&folders[at].join(PROGRAM)) {
            Ok((journal, entries)) => (Some((journal, entries.len())), entries),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(error),
            Err(error) => {
                tracing::error!(folder = %folders[at].display(), %error, "the programme goes on elsewhere");
                (None, entries)
            }
        };
        let moved = resumed.is_none();
        let mut keeper = |index: usize| Keeper::start(&folders[index], resumed.take_if(|_| index == at));
        let copies = (0..folders.len()).map(&mut keeper).collect::<io::Result<_>>()?;
        let mut writer = Self { copies, at, entries };
        if moved {
            writer.at = (at + 1) % folders.len();
            writer.keep()?;
        }
        Ok(Some(writer))
    }

    /// Its lines so far.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Writes a line and waits until it is on a disk.
    /// Where the disk refuses or hangs, the whole programme is written anew: to the next folder, or at last to the same one.
    pub(crate) fn note(&mut self, entry: Entry) -> io::Result<()> {
        self.entries.push(entry);
        self.keep().inspect_err(|_| {
            self.entries.pop();
        })
    }

    /// Brings a folder up to the entries: the one that is written to, or else the next.
    fn keep(&mut self) -> io::Result<()> {
        let count = self.copies.len();
        let patience = if count > 1 { PATIENCE } else { LONG_PATIENCE };
        let mut refused = None;
        for index in (self.at..=self.at + count).map(|index| index % count) {
            match self.copies[index].keep(&self.entries, patience) {
                Ok(()) => {
                    self.at = index;
                    return Ok(());
                }
                Err(error) => {
                    let folder = self.copies[index].folder.display();
                    tracing::error!(%folder, %error, "the programme is written anew elsewhere");
                    refused = Some(error);
                }
            }
        }
        Err(refused.unwrap_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no folder")))
    }
}

/// What a folder's thread is told: all lines, and whether they are to be a new file.
struct Order {
    entries: Vec<Entry>,
    anew: bool,
    answer: mpsc::Sender<io::Result<()>>,
}

/// The programme in one folder, kept by a thread that ends when this is dropped.
#[derive(Debug)]
struct Keeper {
    folder: PathBuf,
    orders: mpsc::Sender<Order>,
    /// The disk has not answered yet.
    hangs: Option<mpsc::Receiver<io::Result<()>>>,
    /// What lies there may not be what was last kept: it is to be written anew.
    anew: bool,
}

impl Keeper {
    fn start(folder: &Path, kept: Option<(Journal, usize)>) -> io::Result<Self> {
        let (orders, queue) = mpsc::channel();
        let (anew, own) = (kept.is_none(), folder.to_owned());
        std::thread::Builder::new().name("programme".into()).spawn(move || follow(&own, kept, &queue))?;
        Ok(Self { folder: folder.to_owned(), orders, hangs: None, anew })
    }

    fn keep(&mut self, entries: &[Entry], patience: Duration) -> io::Result<()> {
        let hangs = || io::Error::new(io::ErrorKind::TimedOut, "the disk does not answer");
        if self.hangs.as_ref().is_some_and(|answer| matches!(answer.try_recv(), Err(mpsc::TryRecvError::Empty))) {
            return Err(hangs());
        }
        self.hangs = None;
        let (answer, answered) = mpsc::channel();
        let gone = || io::Error::other("the programme's thread has ended");
        let order = Order { entries: entries.to_vec(), anew: self.anew, answer };
        self.anew = true;
        self.orders.send(order).map_err(|_| gone())?;
        match answered.recv_timeout(patience) {
            Ok(done) => {
                self.anew = done.is_err();
                done
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(gone()),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                self.hangs = Some(answered);
                Err(hangs())
            }
        }
    }
}

/// A folder's thread: orders are carried out one after another, so an old one never comes over a newer one.
fn follow(folder: &Path, mut kept: Option<(Journal, usize)>, orders: &mpsc::Receiver<Order>) {
    while let Ok(Order { entries, anew, answer }) = orders.recv() {
        let done = match kept.take().filter(|_| !anew) {
            Some((mut journal, lines)) => {
                entries[lines..].iter().for_each(|entry| journal.push(entry));
                journal.commit().map(|()| journal)
            }
            None => create(folder, &entries),
        };
        let done = done.map(|journal| kept = Some((journal, entries.len())));
        // Whoever asked may have lost patience.
        let _ = answer.send(done);
    }
}

/// Makes a recording's folder with a programme in it, so that a crash leaves either both or neither.
fn create(folder: &Path, entries: &[Entry]) -> io::Result<Journal> {
    disk::make_folder(folder)?;
    let begun = folder.join("program.begun");
    match std::fs::remove_file(&begun) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut journal = Journal::create(&begun)?;
    entries.iter().for_each(|entry| journal.push(entry));
    journal.commit()?;
    std::fs::rename(&begun, folder.join(PROGRAM))?;
    disk::sync_parent(&folder.join(PROGRAM))?;
    Ok(journal)
}
