//! Import of films: an old meeting becomes a recording like any other.

use std::{path::Path, process::Stdio};

use vod_store::{
    Intake, SourceId,
    intake::{Cause, Connection, Refusal},
};

use crate::{
    Error, Result, WorkerCommand,
    supervisor::{self, Ended},
    worker::{Container, Profile},
};

/// Takes the film in as what `source` sent from `began_at_ms` (milliseconds UTC) on; answers when all of it has been
/// offered to the recording. `progress` is told the share of it that has been read, 0 to 1.
///
/// # Errors
/// [`Error::Io`] when the film cannot be opened; [`Error::Film`], in words for who imports it, when it cannot be read to
/// its end: what came before has been taken in.
pub async fn film(
    film: &Path,
    intake: &Intake,
    source: SourceId,
    began_at_ms: i64,
    workers: &WorkerCommand,
    mut progress: impl FnMut(f64) + Send,
) -> Result<()> {
    let file = std::fs::File::open(film)?;
    if !file.metadata()?.is_file() {
        return Err(Error::Film { cause: Cause::UnknownFormat, what: "it is no file".into() });
    }
    let name = film.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let since_ms = intake.clock().now_ms();
    let connection = Connection { protocol: "file", remote: name, encoder: String::new(), since_ms };
    let feed = intake.connect(source, connection).map_err(words)?;
    let mut command = workers.clone();
    command.profile = Profile { container: Container::Film { began_at_ms }, ..command.profile };
    let ended = supervisor::read_file(&command, &feed, Stdio::from(file), |thousandths| {
        progress(f64::from(thousandths) / 1000.0);
    });
    match ended.await? {
        Ended::Whole => Ok(()),
        Ended::Gone => Err(vod_store::intake::Gone.into()),
        Ended::Refused(reason) => Err(words(reason)),
    }
}

fn words(reason: Refusal) -> Error {
    let (cause, what) = match reason {
        Refusal::Busy => (Cause::Server, "it is being imported already".into()),
        Refusal::Codec { got, set } => (Cause::UnknownCodec, format!("it has {got}; {set} can be read")),
        Refusal::Unreachable | Refusal::Denied => (Cause::Server, "it cannot be opened".into()),
        Refusal::Unreadable { cause, what } => (cause, what),
    };
    Error::Film { cause, what }
}
