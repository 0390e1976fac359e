//! `bema rebuild`: the catalogue from the disk alone.

use std::process::ExitCode;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use super::print;
use crate::{
    config::Config,
    lifecycle::{INDEX, Parts, listed},
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
    let folder = config.data.folder.join(INDEX);
    match search::Index::open(&folder) {
        Ok(index) => {
            drop(index);
            search::Index::remove(&folder).context("the search index")?;
            let index = search::Index::open(&folder).context("the search index")?;
            index.catch_up(&parts.council, &CancellationToken::new()).await?;
            print(&format!("{} moments can be searched\n", index.moments()));
        }
        // A Bema that runs follows the database by itself.
        Err(error) => print(&format!("the search index is left as it is: {error}\n")),
    }
    parts.council.close().await;
    Ok(ExitCode::SUCCESS)
}
