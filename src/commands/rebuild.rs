//! `bema rebuild`: the catalogue from the disk alone.

use std::process::ExitCode;

use super::print;
use crate::{
    config::Config,
    lifecycle::{Parts, found},
};

pub(crate) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let parts = Parts::open(&config).await?;
    let (mut added, mut known) = (0, 0);
    for entry in parts.store.catalogue().await? {
        if parts.council.restore(&found(&entry)).await? {
            added += 1;
            print(&format!("put back: {} {}\n", entry.meeting, entry.about.title));
        } else {
            known += 1;
        }
    }
    print(&format!("{added} meetings put back, {known} known already\n"));
    parts.council.close().await;
    Ok(ExitCode::SUCCESS)
}
