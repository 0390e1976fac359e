//! `bema rebuild`: the catalogue from the disk alone.

use std::process::ExitCode;

use super::print;
use crate::{
    config::Config,
    lifecycle::{Parts, listed},
};

pub(crate) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let parts = Parts::open(&config).await?;
    let (mut added, mut known) = (0, 0);
    for entry in parts.store.catalogue().await? {
        let meeting = listed(&entry);
        if parts.council.restore(&meeting).await? {
            added += 1;
            print(&format!("put back: {} {}\n", meeting.meeting, meeting.title));
        } else {
            known += 1;
        }
    }
    print(&format!("{added} meetings put back, {known} known already\n"));
    parts.council.close().await;
    Ok(ExitCode::SUCCESS)
}
