//! `bema serve`.

use std::process::ExitCode;

use super::print;
use crate::{
    config::Config,
    lifecycle::{Parts, Running, asked_to_stop},
};

pub(crate) async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let parts = Parts::open(&config).await?;
    let setup = parts.council.setup_token().await?;
    let running = Running::start(&config, parts).await?;
    if let Some(token) = setup {
        let at = match config.server.public_url.as_str() {
            "" => format!("http://localhost:{}", running.addresses().http.port()),
            url => url.to_owned(),
        };
        print(&format!(
            "\nNobody has an account here yet. Open {at}/setup and give this token, which works once:\n\n  {token}\n\n"
        ));
    }
    asked_to_stop().await?;
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}
