//! The ways in which sources come: encoders over RTMP and SRT, let in by the same keys, and cameras that are called.

use std::{
    collections::{HashMap, hash_map::Entry},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use council::{Clock, Council, SourceId, source::Camera};
use ingest::{WorkerCommand, rtmp, rtsp, srt};
use player::server;
use tokio::{runtime::Handle, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use vod_store::Intake;

use crate::{config::Config, keys::Keys, lifecycle::Parts};

/// How soon a new camera is called, and one that was removed no longer.
const EVERY: Duration = Duration::from_secs(2);

/// What every way needs.
#[derive(Clone)]
pub(crate) struct Ways {
    intake: Intake,
    workers: WorkerCommand,
    admit: rtmp::Admit,
    /// Where what comes is worked off.
    record: Handle,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Ways {
    /// The ways of a server; what comes on them ends at `stopping` and is tracked by `tasks`.
    pub(crate) fn new(
        config: &Config,
        parts: &Parts,
        keys: Keys,
        stopping: CancellationToken,
        tasks: TaskTracker,
    ) -> anyhow::Result<Self> {
        let mut workers = WorkerCommand::this_program()?;
        workers.profile.analysis = config.media.analysis;
        workers.profile.rendition = config.media.rendition;
        workers.profile.chamber = config.media.language;
        workers.profile.untold.clone_from(&config.media.languages);
        let admit = Arc::new(move |presented: &str| keys.source(presented));
        let (intake, record) = (parts.store.intake().clone(), parts.record.handle().clone());
        Ok(Self { intake, workers, admit, record, stopping, tasks })
    }

    /// Opens the RTMP port; answers the address as bound, none where RTMP is off.
    pub(crate) fn open_rtmp(&self, config: &Config) -> anyhow::Result<Option<SocketAddr>> {
        let Some(address) = config.rtmp_address()? else { return Ok(None) };
        let _on_it = self.record.enter();
        let listener = server::listen(address).with_context(|| format!("RTMP at {address}"))?;
        let bound = listener.local_addr()?;
        let Self { intake, workers, admit, stopping, tasks, .. } = self.clone();
        self.tasks.spawn(rtmp::serve(listener, admit, intake, workers, Clock::system(), stopping, tasks));
        Ok(Some(bound))
    }

    /// Opens the SRT port; answers the address as bound, none where SRT is off.
    pub(crate) fn open_srt(&self, config: &Config) -> anyhow::Result<Option<SocketAddr>> {
        let Some(address) = config.srt_address()? else { return Ok(None) };
        let passphrase = config.srt_passphrase()?.map(str::to_owned);
        let _on_it = self.record.enter();
        let listener = srt::Listener::bind(address, passphrase)
            .with_context(|| format!("SRT at {address}, a UDP port (another is named by srt.listen or --srt)"))?;
        let bound = listener.local_addr()?;
        let Self { intake, workers, admit, stopping, tasks, .. } = self.clone();
        self.tasks.spawn(srt::serve(listener, admit, intake, workers, Clock::system(), stopping, tasks));
        Ok(Some(bound))
    }

    /// Calls the cameras that the council has until the server stops; while the database is away the last known ones.
    pub(crate) async fn call_cameras(self, council: Council) {
        let mut called = HashMap::new();
        let mut away = false;
        loop {
            match council.cameras().await {
                Ok(cameras) => {
                    self.settle(&mut called, &cameras.into_iter().collect());
                    away = false;
                }
                Err(error) if !away => {
                    tracing::error!(%error, "the cameras could not be read; the last known ones are called");
                    away = true;
                }
                Err(_) => {}
            }
            tokio::select! {
                () = self.stopping.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
        }
    }

    /// Calls exactly these cameras, each at its present address.
    fn settle(&self, called: &mut HashMap<SourceId, Called>, cameras: &HashMap<SourceId, Camera>) {
        let left = called.extract_if(|source, one| cameras.get(source) != Some(&one.camera));
        let mut left: HashMap<SourceId, Called> = left.collect();
        left.values().for_each(|one| one.stop.cancel());
        for (&source, camera) in cameras {
            if let Entry::Vacant(place) = called.entry(source) {
                let before = left.remove(&source).map(|one| one.task);
                place.insert(self.call(source, camera.clone(), before));
            }
        }
    }

    /// Calls a camera, once what was there `before` has ended: a source is taken from one place at a time.
    fn call(&self, source: SourceId, camera: Camera, before: Option<JoinHandle<()>>) -> Called {
        let stop = self.stopping.child_token();
        let (url, until) = (camera.expose().to_owned(), stop.clone());
        let Self { intake, workers, .. } = self.clone();
        let pull = async move {
            if let Some(before) = before {
                // However it ended, the place is free.
                let _ = before.await;
            }
            rtsp::pull(source, url, intake, workers, Clock::system(), until).await;
        };
        let task = self.tasks.spawn_on(pull, &self.record);
        Called { camera, stop, task }
    }
}

/// A camera that is called.
struct Called {
    camera: Camera,
    stop: CancellationToken,
    task: JoinHandle<()>,
}
