//! HTTPS by a certificate that Bema gets and renews by itself (ACME, RFC 8555), proved on the HTTPS port (RFC 8737).
//!
//! One task owns it all. The pages are served meanwhile: the old certificate stays until there is a new one.

mod kept;
mod order;

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use council::Clock;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use kept::{Failed, Held, Kept};
pub use kept::{Leaf, check_roots};
use order::Failure;

use super::tls::Current;

/// The longest sleep: after it the clock is looked at again, which may have been set meanwhile.
const LOOK: Duration = Duration::from_secs(600);
/// However a certificate's times look, the next one is not asked for sooner: a wrong clock must not spend the limits.
const BETWEEN: Duration = Duration::from_secs(3600);
/// One try may take so long.
const TRY: Duration = Duration::from_secs(300);

/// From whom a certificate is to be had, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where the account and the certificate are kept; nothing else is in it.
    pub folder: PathBuf,
    /// The directory of the certificate authority (RFC 8555 §7.1.1).
    pub directory: String,
    /// The one certificate (PEM) by which that directory is trusted; none: the machine's own.
    pub roots: Option<PathBuf>,
    /// The names that the certificate is for, in lower case.
    pub names: Vec<String>,
    /// Whom the authority may write to.
    pub email: Option<String>,
}

/// The certificate of the names, and what renews it.
#[derive(Debug)]
pub struct Acme {
    settings: Settings,
    kept: Kept,
    clock: Clock,
    current: Arc<Current>,
    held: Option<Held>,
}

impl Acme {
    /// Opens the folder and takes up the certificate that is in it. Nobody is asked for anything yet.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(settings: Settings, clock: Clock) -> io::Result<Self> {
        let kept = Kept::open(&settings.folder)?;
        let current = Arc::new(Current::default());
        let held = kept.certificate()?;
        if let Some(held) = &held {
            current.show(held.certified()?);
        }
        Ok(Self { settings, kept, clock, current, held })
    }

    /// What takes TLS connections with the certificate; until there is one they end in the greeting.
    ///
    /// # Errors
    /// When the library refuses its own defaults, which cannot be mended by settings.
    pub fn acceptor(&self) -> io::Result<TlsAcceptor> {
        self.current.acceptor(true)
    }

    /// Gets the certificate and renews it, until `ending`.
    pub async fn follow(mut self, ending: CancellationToken) {
        let failures = metrics::counter!("bema_certificate_failures_total");
        let mut tries = 0;
        let mut not_before = Instant::now() + self.rest_of_pause();
        loop {
            self.tell();
            let wait = self.due_in().max(not_before.saturating_duration_since(Instant::now()));
            if !wait.is_zero() {
                tokio::select! {
                    () = ending.cancelled() => return,
                    () = tokio::time::sleep(wait.min(LOOK)) => continue,
                }
            }
            let got = tokio::select! {
                () = ending.cancelled() => return,
                got = tokio::time::timeout(TRY, order::get(&self.settings, &self.kept, &self.current)) => got,
            };
            // A try that was broken off leaves its proofs.
            self.current.prove_no_more();
            let pause = match got.unwrap_or_else(|_| Err(Failure::Away("it took more than five minutes".into()))) {
                Ok(held) => {
                    tries = 0;
                    self.take_up(held).await;
                    BETWEEN
                }
                Err(failure) => {
                    tries += 1;
                    failures.increment(1);
                    self.put_off(&failure, tries).await
                }
            };
            not_before = Instant::now() + pause;
        }
    }

    /// Shows a new certificate and keeps it.
    async fn take_up(&mut self, held: Held) {
        match held.certified() {
            Ok(certified) => self.current.show(certified),
            Err(error) => {
                return tracing::error!(%error, "the certificate that came cannot be used; the old one stays");
            }
        }
        let (kept, copy) = (self.kept.clone(), held.clone());
        if let Err(error) = kept::on_disk(move || kept.keep_certificate(&copy)).await {
            let folder = self.settings.folder.display();
            tracing::error!(%error, %folder, "the new certificate is in use but not on disk; a restart asks for another");
        }
        let leaf = held.leaf().map(|leaf| leaf.to_string()).unwrap_or_default();
        tracing::info!(certificate = leaf, "a new certificate is in use");
        self.held = Some(held);
    }

    /// Says and notes that a try failed; answers how long to wait.
    async fn put_off(&self, failure: &Failure, tries: u32) -> Duration {
        let pause = failure.pause(tries);
        let stays =
            if self.held.is_some() { "the old certificate stays in use" } else { "there is no HTTPS meanwhile" };
        let again_in_s = pause.as_secs();
        tracing::error!(%failure, tries, again_in_s, "no new certificate could be got; {stays}; it is tried again");
        let (kept, settings, now_ms) = (self.kept.clone(), self.settings.clone(), self.clock.now_ms());
        let failed = Failed {
            at_ms: now_ms,
            again_ms: now_ms.saturating_add(ms(pause)),
            costs: failure.costs(),
            words: failure.to_string(),
            directory: settings.directory,
            names: settings.names,
        };
        if let Err(error) = kept::on_disk(move || kept.keep_failure(&failed)).await {
            tracing::warn!(%error, "that failure could not be noted on disk");
        }
        pause
    }

    /// After a restart: what is left of the pause that the authority is owed. A restart must not spend its limits.
    fn rest_of_pause(&self) -> Duration {
        let same = |failed: &Failed| {
            failed.costs && failed.directory == self.settings.directory && failed.names == self.settings.names
        };
        let Some(failed) = self.kept.failure().ok().flatten().filter(same) else { return Duration::ZERO };
        let now_ms = self.clock.now_ms();
        let rest = (failed.at_ms + ms(order::LEAST)).min(failed.again_ms).saturating_sub(now_ms);
        // A clock that was set back makes it no longer.
        Duration::from_millis(u64::try_from(rest).unwrap_or(0)).min(order::LEAST)
    }

    /// How long the certificate does; nothing where there is none for these names from this directory.
    fn due_in(&self) -> Duration {
        let held = self.held.as_ref().filter(|held| held.is_for(&self.settings));
        let Some(leaf) = held.and_then(|held| held.leaf().ok()) else { return Duration::ZERO };
        Duration::from_millis(u64::try_from(leaf.renewed_from_ms() - self.clock.now_ms()).unwrap_or(0))
    }

    fn tell(&self) {
        metrics::counter!("bema_certificate_failures_total").increment(0);
        let Some(leaf) = self.held.as_ref().and_then(|held| held.leaf().ok()) else { return };
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!("bema_certificate_ends_at_seconds").set((leaf.not_after_ms / 1000) as f64);
    }
}

fn ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// How it stands with the certificate, for whoever looks after the machine.
///
/// # Errors
/// What is wrong, in words, and what to do.
pub fn look(settings: &Settings, clock: &Clock) -> Result<String, String> {
    let folder = settings.folder.display();
    if !settings.folder.exists() {
        return Err("there is none yet; it is asked for when bema runs: bema serve".into());
    }
    let words = |error: io::Error| format!("{folder}: {error}; run this as the user who runs bema");
    let kept = Kept::at(&settings.folder);
    let failed = kept.failure().map_err(words)?.map(|failed| {
        let instant = |ms| jiff::Timestamp::from_millisecond(ms).map(|at| at.to_string()).unwrap_or_default();
        format!(
            "the last try, at {}, failed: {}; tried again at {}",
            instant(failed.at_ms),
            failed.words,
            instant(failed.again_ms)
        )
    });
    let held = kept.certificate().map_err(words)?;
    let Some(held) = held else {
        let none = "there is none yet; it is asked for when bema runs: bema serve".to_owned();
        return Err(failed.map_or(none, |failed| format!("there is none; {failed}")));
    };
    let leaf = held.leaf().map_err(words)?;
    if let Some(failed) = failed {
        return Err(format!("{leaf}; {failed}"));
    }
    if leaf.not_after_ms < clock.now_ms() {
        return Err(format!("{leaf}, which is past; it is renewed when bema runs: bema serve"));
    }
    if !held.is_for(settings) {
        return Err(format!("{leaf}; it is not what the settings ask for, which is got when bema runs: bema serve"));
    }
    let from = jiff::Timestamp::from_millisecond(leaf.renewed_from_ms()).map_err(|error| error.to_string())?;
    Ok(format!("{leaf}; renewed from {from} on"))
}

#[cfg(test)]
mod tests;
