//! Structured logs on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::Log;

/// Crates whose finer logs hold what encoders and cameras are told and tell, stream keys and passwords among it.
const DISCREET: [&str; 3] = ["srt_protocol=warn", "srt_tokio=warn", "retina=warn"];

/// Starts logging as the settings say; `BEMA_LOG` goes before their level.
pub(crate) fn start(settings: &Log) -> anyhow::Result<()> {
    let level = std::env::var("BEMA_LOG").unwrap_or_else(|_| settings.level.clone());
    let mut filter = EnvFilter::try_new(&level).map_err(|error| anyhow::anyhow!("log.level: {error}"))?;
    for directive in DISCREET {
        filter = filter.add_directive(directive.parse()?);
    }
    // Colours are for a terminal, not for a file or the journal.
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    match settings.format.as_str() {
        "json" => log.json().init(),
        _ => log.with_target(false).init(),
    }
    Ok(())
}
