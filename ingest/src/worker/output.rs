//! The way to the parent: a thread that writes, so that a parent who waits for its disk does not stop the reading.

use std::{
    io::Write,
    os::fd::AsFd as _,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        mpsc::{Sender, channel},
    },
    thread::JoinHandle,
};

use bytes::Bytes;

use crate::{
    Result,
    wire::{self, Message},
};

/// So much may wait for the parent; beyond it the worker stops reading.
const QUEUE_BYTES: usize = 64 << 20;

#[derive(Default)]
struct Waiting {
    bytes: Mutex<usize>,
    less: Condvar,
}

/// Sends messages to the parent, in order.
pub(super) struct Output {
    frames: Sender<Bytes>,
    waiting: Arc<Waiting>,
    thread: JoinHandle<std::io::Result<()>>,
}

impl Output {
    pub(super) fn start() -> Result<Self> {
        let (frames, queue) = channel::<Bytes>();
        let waiting = Arc::<Waiting>::default();
        let done = Arc::clone(&waiting);
        let thread = std::thread::Builder::new().name("output".into()).spawn(move || {
            // Standard output itself would look for line ends in the media.
            let mut out = std::fs::File::from(std::io::stdout().as_fd().try_clone_to_owned()?);
            for frame in queue {
                if out.write_all(&frame).is_err() {
                    // Nobody is left to work for.
                    std::process::exit(0);
                }
                *done.bytes.lock().unwrap_or_else(PoisonError::into_inner) -= frame.len();
                done.less.notify_one();
            }
            Ok(())
        })?;
        Ok(Self { frames, waiting, thread })
    }

    /// Queues a message; waits while too much does.
    pub(super) fn send(&self, message: Message) {
        let frame = wire::encode(message).freeze();
        let bytes = self.waiting.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes =
            self.waiting.less.wait_while(bytes, |bytes| *bytes > QUEUE_BYTES).unwrap_or_else(PoisonError::into_inner);
        *bytes += frame.len();
        drop(bytes);
        // The thread ends before this only with the process.
        let _ = self.frames.send(frame);
    }

    /// Waits until all is written.
    pub(super) fn finish(self) -> Result<()> {
        drop(self.frames);
        Ok(self.thread.join().unwrap_or(Ok(()))?)
    }
}
