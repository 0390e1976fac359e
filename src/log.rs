//! Structured logs on standard error.

use tracing_subscriber::EnvFilter;

use crate::config::Log;

/// Starts logging as the settings say; `BEMA_LOG` goes before their level.
pub(crate) fn start(settings: &Log) -> anyhow::Result<()> {
    let level = std::env::var("BEMA_LOG").unwrap_or_else(|_| settings.level.clone());
    let filter = EnvFilter::try_new(&level).map_err(|error| anyhow::anyhow!("log.level: {error}"))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match settings.format.as_str() {
        "json" => log.json().init(),
        _ => log.with_target(false).init(),
    }
    Ok(())
}
