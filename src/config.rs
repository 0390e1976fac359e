//! The settings: one strict TOML file, every setting optional, documented in `config.toml` beside this file.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context;
use ingest::worker::Rendition;
use serde::Deserialize;

/// The documented defaults, as `bema config` prints them.
pub(crate) const DEFAULTS: &str = include_str!("config.toml");

/// All settings.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) rtmp: Rtmp,
    pub(crate) data: Data,
    pub(crate) media: Media,
    pub(crate) log: Log,
}

/// `[server]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: String,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) metrics_from: Vec<String>,
}

/// `[rtmp]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rtmp {
    pub(crate) listen: String,
    pub(crate) public_url: String,
}

/// `[data]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    pub(crate) folder: PathBuf,
    pub(crate) spare_recordings: Vec<PathBuf>,
    pub(crate) database: String,
}

/// `[media]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Media {
    pub(crate) analysis: bool,
    pub(crate) rendition: Rendition,
}

/// `[log]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) format: String,
    pub(crate) level: String,
}

impl Config {
    /// The file's settings over the defaults; the defaults where there is no file.
    pub(crate) fn read(file: Option<&Path>) -> anyhow::Result<Self> {
        let Some(file) = file else { return Self::parse("") };
        let text = std::fs::read_to_string(file).with_context(|| format!("the settings {}", file.display()))?;
        Self::parse(&text).with_context(|| format!("the settings {}", file.display()))
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut settings: toml::Table = toml::from_str(DEFAULTS).context("the defaults")?;
        merge(&mut settings, toml::from_str(text)?);
        let config: Self = settings.try_into()?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(
            matches!(self.log.format.as_str(), "text" | "json"),
            "log.format: \"text\" or \"json\", not {:?}",
            self.log.format
        );
        let url = &self.server.public_url;
        anyhow::ensure!(
            url.is_empty() || url.starts_with("https://") || url.starts_with("http://"),
            "server.public_url: begins with https:// or http://, not {url:?}"
        );
        self.rtmp_address().map(|_| ())
    }

    /// Where RTMP is taken; none where it is off.
    pub(crate) fn rtmp_address(&self) -> anyhow::Result<Option<SocketAddr>> {
        if self.rtmp.listen.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.rtmp.listen.parse().context("rtmp.listen: an address with a port")?))
    }

    /// The folder of recordings.
    pub(crate) fn recordings(&self) -> PathBuf {
        self.data.folder.join("recordings")
    }

    /// The database's address.
    pub(crate) fn database_url(&self) -> String {
        match std::env::var("BEMA_DATABASE_URL") {
            Ok(url) if !url.is_empty() => url,
            _ if !self.data.database.is_empty() => self.data.database.clone(),
            _ => format!("sqlite://{}?mode=rwc", self.data.folder.join("bema.sqlite").display()),
        }
    }
}

/// Lays `over` on `under`; keys that `under` does not have are kept, so that the strict reading names them.
fn merge(under: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(toml::Value::Table(under)), toml::Value::Table(over)) => merge(under, over),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_means_the_documented_defaults() {
        assert_eq!(Config::parse("").unwrap(), Config::parse(DEFAULTS).unwrap());
    }

    #[test]
    fn a_setting_is_taken_and_the_rest_stays() {
        let config = Config::parse("[rtmp]\nlisten = \"127.0.0.1:19350\"").unwrap();
        assert_eq!(config.rtmp_address().unwrap().unwrap().port(), 19350);
        assert_eq!(config.server, Config::parse("").unwrap().server);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            ("[server]\nlisten_on = 1", "listen_on"),
            ("[sever]\nlisten = \"[::]:1\"", "sever"),
            ("[server]\nlisten = \"8080\"", "socket address"),
            ("[log]\nformat = \"xml\"", "log.format"),
            ("[rtmp]\nlisten = \"1935\"", "rtmp.listen"),
            ("[media]\nrendition = \"720p\"", "720p"),
        ] {
            let error = format!("{:#}", Config::parse(text).unwrap_err());
            assert!(error.contains(named), "{text:?} gives {error:?}");
        }
    }
}
