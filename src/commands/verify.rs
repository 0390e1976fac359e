//! `bema verify`: the record against its journals, and the audit log against its chain.

use std::process::ExitCode;

use super::print;
use crate::{config::Config, lifecycle::Parts};

pub(crate) fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let parts = runtime.block_on(Parts::open(config))?;
    let began = std::time::Instant::now();
    let report = parts.store.verify(|_| {})?;
    for torn in &report.torn {
        print(&format!("left by a crash, never acknowledged: {torn}\n"));
    }
    for fault in &report.faults {
        print(&format!("WRONG: {fault}\n"));
    }
    let audit = runtime.block_on(parts.council.verify_audit())?;
    if let Some((municipality, number)) = audit {
        print(&format!("WRONG: the audit log of municipality {municipality} is broken at entry {number}\n"));
    }
    let sound = report.faults.is_empty() && audit.is_none();
    print(&format!(
        "{} recordings, {} takes, {} parts, {} MB in {:.1} s: {}\n",
        report.recordings,
        report.takes,
        report.parts,
        report.bytes / 1_000_000,
        began.elapsed().as_secs_f64(),
        if sound { "sound" } else { "NOT sound" },
    ));
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
