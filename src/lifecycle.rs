//! The parts of a running server, how they start on one another and in what order they end.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use chat::Floor;
use council::{
    Clock, Council, MeetingId,
    meeting::{Act, Stage},
    permission::Clerk,
    rebuild::Found,
};
use player::{
    App,
    server::{self, TlsAcceptor, acme::Acme},
};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use vod_store::{
    Intake, Store,
    store::{About, CatalogueEntry},
};

use crate::{config::Config, films, keys::Keys, sources::Ways};

/// How often the room on the recordings' disk is looked at.
const LOOK_AT_DISK: Duration = Duration::from_secs(30);
/// Less room than this is an alarm: about ten hours of a meeting.
const LITTLE_ROOM: u64 = 10 << 30;

/// The search index's folder in the data folder: a cache, built anew when it is missing.
pub(crate) const INDEX: &str = "search";

/// The parts that hold data, open.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) council: Council,
    pub(crate) floor: Floor,
    pub(crate) store: Store,
    pub(crate) record: Record,
}

/// A thread of its own for what brings media to the disk: it never stands behind those who watch.
#[derive(Clone, Debug)]
pub(crate) struct Record(Arc<Background>);

#[derive(Debug)]
struct Background(Option<Runtime>);

impl Record {
    fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread().worker_threads(1).thread_name("record").enable_all().build()?;
        Ok(Self(Arc::new(Background(Some(runtime)))))
    }

    /// Where its tasks are spawned.
    pub(crate) fn handle(&self) -> &Handle {
        self.0.0.as_ref().expect("taken only when dropped").handle()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Its tasks have been waited for by then; the last reference may go within another runtime, which must not block.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Parts {
    /// Opens the database and the recordings.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Self> {
        let folder = &config.data.folder;
        std::fs::create_dir_all(folder).with_context(|| format!("the data folder {}", folder.display()))?;
        let clock = Clock::system();
        let council = Council::open(&config.database_url(), clock.clone()).await.context("the database")?;
        let mut folders = vec![config.recordings()];
        folders.extend(config.data.spare_recordings.iter().cloned());
        let room_for = Duration::from_secs(u64::from(config.data.hold_room_hours) * 3600);
        let intake = Intake::new(clock.clone());
        let record = Record::start().context("the thread of the record")?;
        let store = {
            let _on_it = record.handle().enter();
            Store::open_with_spares(folders, room_for, intake, clock).context("the recordings")?
        };
        Ok(Self { floor: Floor::new(council.clone()), council, store, record })
    }
}

/// A running server.
pub(crate) struct Running {
    parts: Parts,
    /// Stops what takes in: HTTP, RTMP, SRT and the calls of cameras.
    stopping: CancellationToken,
    /// Stops what stands behind them.
    ending: CancellationToken,
    tasks: TaskTracker,
    addresses: Addresses,
}

/// Where the server listens, as bound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    pub(crate) http: std::net::SocketAddr,
    pub(crate) rtmp: Option<std::net::SocketAddr>,
}

impl Running {
    /// Starts everything: first the meetings that were in session are taken up again, then the doors open.
    pub(crate) async fn start(config: &Config, parts: Parts) -> anyhow::Result<Self> {
        let metrics =
            metrics_exporter_prometheus::PrometheusBuilder::new().install_recorder().context("the metrics")?;
        films::begin_again(&parts).await?;
        take_up(&parts).await?;
        let (stopping, ending, tasks) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
        let keys = Keys::default();
        tasks.spawn(keys.clone().follow(parts.council.clone(), ending.clone()));
        let index = search::Index::open(&config.data.folder.join(INDEX)).context("the search index")?;
        tasks.spawn(index.clone().follow(parts.council.clone(), ending.clone()));
        tasks.spawn(watch_disk(parts.store.clone(), ending.clone()));
        tasks.spawn(films::take_in(parts.clone(), stopping.clone()));
        tasks.spawn(config.mail()?.run(parts.council.clone(), ending.clone()));
        let ways = Ways::new(config, &parts, keys, stopping.clone(), tasks.clone())?;
        let (rtmp, srt) = (ways.open_rtmp(config)?, ways.open_srt(config)?);
        tasks.spawn(ways.call_cameras(parts.council.clone()));
        let pages = player::Config {
            public_url: some(config.server.public_url.trim_end_matches('/')),
            rtmp_url: some(config.rtmp.public_url.trim_end_matches('/')).or_else(|| odd_port(rtmp)),
            mail: !config.mail.host.is_empty(),
            srt: shown_srt(config, srt)?,
            trusted_proxies: networks(&config.server.trusted_proxies).context("server.trusted_proxies")?,
            metrics_from: networks(&config.server.metrics_from).context("server.metrics_from")?,
            metrics_text: Arc::new(move || metrics.render()),
        };
        let listener =
            server::listen(config.server.listen).with_context(|| format!("HTTP at {}", config.server.listen))?;
        let http = listener.local_addr()?;
        tasks.spawn(parts.floor.clone().run(ending.clone()));
        let (council, floor, store) = (parts.council.clone(), parts.floor.clone(), parts.store.clone());
        let mut router = player::router(App::new(council, floor, store, index, pages));
        if let Some(address) = config.tls_address()? {
            let acceptor = certificate(config, &tasks, &ending).context("tls")?;
            let listener = server::listen(address).with_context(|| format!("HTTPS at {address}"))?;
            tasks.spawn(server::serve(listener, Some(acceptor), router.clone(), stopping.clone()));
            router = server::only_to_https(router, config.server.public_url.trim_end_matches('/'));
            tracing::info!(%address, "serving HTTPS");
        }
        tasks.spawn(server::serve(listener, None, router, stopping.clone()));
        let addresses = Addresses { http, rtmp };
        let shown = |address: Option<std::net::SocketAddr>| address.map(tracing::field::display);
        tracing::info!(%http, rtmp = shown(rtmp), srt = shown(srt), "serving");
        Ok(Self { parts, stopping, ending, tasks, addresses })
    }

    pub(crate) fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Ends in order: the doors close, answers finish, the last parts reach the disk, the database closes.
    pub(crate) async fn stop(self) {
        tracing::info!("stopping");
        self.stopping.cancel();
        // What records must not wait for slow readers of pages.
        self.parts.store.close().await;
        self.ending.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.parts.council.close().await;
        tracing::info!("stopped");
    }
}

/// What takes TLS connections, by the operator's certificate or by one that is got, and the task that renews it.
fn certificate(config: &Config, tasks: &TaskTracker, ending: &CancellationToken) -> anyhow::Result<TlsAcceptor> {
    if let Some(settings) = config.acme()? {
        let folder = settings.folder.clone();
        let acme = Acme::open(settings, Clock::system()).with_context(|| folder.display().to_string())?;
        let acceptor = acme.acceptor()?;
        tasks.spawn(acme.follow(ending.clone()));
        return Ok(acceptor);
    }
    let certificate = server::Certificate::read(&config.tls.certificate, &config.tls.key)?;
    let acceptor = certificate.acceptor()?;
    tasks.spawn(certificate.follow(ending.clone()));
    Ok(acceptor)
}

/// Waits for SIGTERM or Ctrl-C.
pub(crate) async fn asked_to_stop() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A port that is not RTMP's own must stand in the address that clerks are shown.
fn odd_port(rtmp: Option<std::net::SocketAddr>) -> Option<String> {
    let port = rtmp?.port();
    (port != 1935).then(|| format!("rtmp://localhost:{port}/live"))
}

/// SRT as clerks are shown it.
fn shown_srt(config: &Config, bound: Option<std::net::SocketAddr>) -> anyhow::Result<Option<player::Srt>> {
    let Some(bound) = bound else { return Ok(None) };
    let url = some(config.srt.public_url.trim_end_matches('/'));
    let passphrase = config.srt_passphrase()?.map(str::to_owned);
    Ok(Some(player::Srt { url, port: bound.port(), passphrase }))
}

fn networks(texts: &[String]) -> anyhow::Result<Vec<server::Network>> {
    texts.iter().map(|text| Ok(text.parse()?)).collect()
}

/// What the disk says of a meeting, as the council takes it back.
pub(crate) fn found(meeting: MeetingId, about: About, began_at_ms: i64, ended_at_ms: Option<i64>) -> Found {
    Found {
        meeting,
        municipality_slug: about.municipality,
        body_slug: about.body,
        body_name: about.body_name,
        title: about.title,
        place: about.place,
        starts_at_ms: about.starts_at_ms,
        agenda: about.agenda,
        began_at_ms,
        ended_at_ms,
        in_camera_at_ms: None,
    }
}

/// What the catalogue of the disk says of a meeting.
pub(crate) fn listed(entry: &CatalogueEntry) -> Found {
    let found = found(entry.meeting, entry.about.clone(), entry.began_at_ms, entry.ended_at_ms);
    Found { in_camera_at_ms: entry.in_camera_at_ms, ..found }
}

/// After a stop or a crash: recordings that were running run on; where disk and database disagree, what was done last is done.
async fn take_up(parts: &Parts) -> anyhow::Result<()> {
    let in_session = parts.council.meetings_in_session().await?;
    for entry in parts.store.catalogue().await? {
        let stage = in_session.iter().find(|meeting| meeting.id == entry.meeting);
        match (stage, entry.ended_at_ms) {
            // The record was ended, and the crash came before the stage was.
            (Some(meeting), Some(_)) => {
                let clerk = Clerk::console(meeting.municipality, council::AccountId::new());
                parts.council.act(&clerk, meeting.id, Act::End).await?;
            }
            (None, Some(_)) => {}
            (Some(meeting), None) => {
                if let Stage::InCamera { .. } = meeting.stage {
                    // The stage is a second note of it, for a disk that did not take the first.
                    parts.store.begin_in_camera(entry.meeting, &entry.about, &entry.sources).await?;
                } else {
                    parts.store.begin(entry.meeting, &entry.about, &entry.sources).await?;
                    if entry.in_camera_at_ms.is_some() {
                        let clerk = Clerk::console(meeting.municipality, council::AccountId::new());
                        parts.council.act(&clerk, meeting.id, Act::CloseDoors(String::new())).await?;
                    }
                }
                tracing::info!(meeting = %entry.meeting, "a meeting in session is taken up again");
            }
            // The stage was ended, or the database is new: then the meeting is put back into it, live or in camera as it was.
            (None, None) => {
                let lost = parts.council.restore(&listed(&entry)).await?;
                parts.store.begin(entry.meeting, &entry.about, &entry.sources).await?;
                if !lost {
                    parts.store.end(entry.meeting).await?;
                }
                tracing::warn!(meeting = %entry.meeting, lost, "a recording was found running that the database had not in session");
            }
        }
    }
    Ok(())
}

async fn watch_disk(store: Store, ending: CancellationToken) {
    loop {
        match store.room_left() {
            Ok(room) => {
                #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
                metrics::gauge!("bema_recordings_room_bytes").set(room as f64);
                if room < LITTLE_ROOM {
                    tracing::warn!(room_bytes = room, folder = %path(&store), "little room is left for recordings");
                }
            }
            Err(error) => tracing::error!(%error, "the recordings' disk does not say how much room is left"),
        }
        tokio::select! {
            () = ending.cancelled() => return,
            () = tokio::time::sleep(LOOK_AT_DISK) => {}
        }
    }
}

fn path(store: &Store) -> std::path::Display<'_> {
    Path::display(store.folder())
}
