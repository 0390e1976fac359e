//! The settings: one strict TOML file, every setting optional, documented in `config.toml` beside this file.

mod acme;
mod mail;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context;
use ingest::worker::Rendition;
use serde::Deserialize;
use vod_store::Language;

/// The documented defaults, as `bema config` prints them.
pub(crate) const DEFAULTS: &str = include_str!("config.toml");

/// How many characters an SRT passphrase has (draft-sharabayko-srt-01 §6.1.4).
const PASSPHRASE: std::ops::RangeInclusive<usize> = 10..=79;

/// All settings.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) tls: Tls,
    pub(crate) rtmp: Rtmp,
    pub(crate) srt: Srt,
    pub(crate) data: Data,
    pub(crate) media: Media,
    pub(crate) mail: mail::Mail,
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

/// `[tls]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    pub(crate) listen: String,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) acme: acme::Acme,
}

/// `[rtmp]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rtmp {
    pub(crate) listen: String,
    pub(crate) public_url: String,
}

/// `[srt]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Srt {
    pub(crate) listen: String,
    pub(crate) public_url: String,
    pub(crate) passphrase: Secret,
}

/// A text that `Debug` hides.
#[derive(Clone, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// `[data]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Data {
    pub(crate) folder: PathBuf,
    pub(crate) spare_recordings: Vec<PathBuf>,
    pub(crate) hold_room_hours: u16,
    pub(crate) database: String,
}

/// `[media]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Media {
    pub(crate) analysis: bool,
    pub(crate) rendition: Rendition,
    pub(crate) language: Language,
    pub(crate) languages: Vec<Language>,
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
        let https = self.tls_address()?.is_none() || url.starts_with("https://");
        anyhow::ensure!(https, "tls.listen: server.public_url must begin with https:// and is {url:?}");
        self.acme()?;
        self.mail()?;
        let url = &self.srt.public_url;
        anyhow::ensure!(
            url.is_empty() || (url.starts_with("srt://") && !url.contains('?')),
            "srt.public_url: begins with srt:// and has no question mark, not {url:?}"
        );
        self.rtmp_address()?;
        self.srt_address()?;
        self.srt_passphrase().map(|_| ())
    }

    /// Where HTTPS is spoken; none where it is off.
    pub(crate) fn tls_address(&self) -> anyhow::Result<Option<SocketAddr>> {
        if self.tls.listen.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.tls.listen.parse().context("tls.listen: an address with a port")?))
    }

    /// Where RTMP is taken; none where it is off.
    pub(crate) fn rtmp_address(&self) -> anyhow::Result<Option<SocketAddr>> {
        address(&self.rtmp.listen).context("rtmp.listen: an address with a port")
    }

    /// Where SRT is taken; none where it is off.
    pub(crate) fn srt_address(&self) -> anyhow::Result<Option<SocketAddr>> {
        address(&self.srt.listen).context("srt.listen: an address with a port")
    }

    /// What SRT callers must encrypt with; none where they need not.
    pub(crate) fn srt_passphrase(&self) -> anyhow::Result<Option<&str>> {
        let Secret(passphrase) = &self.srt.passphrase;
        if passphrase.is_empty() {
            return Ok(None);
        }
        // Others would need escapes within an address, and ffmpeg and OBS undo none there.
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        anyhow::ensure!(
            PASSPHRASE.contains(&passphrase.len()) && passphrase.bytes().all(plain),
            "srt.passphrase: {} to {} characters, Latin letters, digits and - . _ ~ alone (it has {} characters)",
            PASSPHRASE.start(),
            PASSPHRASE.end(),
            passphrase.chars().count()
        );
        Ok(Some(passphrase))
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

/// A listening address; none where the text is empty.
fn address(text: &str) -> anyhow::Result<Option<SocketAddr>> {
    Ok(if text.is_empty() { None } else { Some(text.parse()?) })
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
            ("[srt]\nlisten = \"10080\"", "srt.listen"),
            ("[srt]\npublic_url = \"council.example.gr\"", "srt.public_url"),
            ("[srt]\npassphrase = \"too short\"", "srt.passphrase: 10 to 79 characters"),
            ("[srt]\npassphrase = \"has a space in it\"", "srt.passphrase"),
            ("[media]\nrendition = \"720p\"", "720p"),
            ("[media]\nlanguage = \"Greek\"", "ISO 639"),
        ] {
            let error = format!("{:#}", Config::parse(text).unwrap_err());
            assert!(error.contains(named), "{text:?} gives {error:?}");
        }
    }

    #[test]
    fn a_passphrase_is_taken_and_shown_nowhere() {
        for (length, fits) in [(9, false), (10, true), (79, true), (80, false)] {
            let config = Config::parse(&format!("[srt]\npassphrase = \"{}\"", "x".repeat(length)));
            assert_eq!(config.is_ok(), fits, "{length}");
        }
        let config = Config::parse("[srt]\nlisten = \"\"\npassphrase = \"a-canary-of-ours\"").unwrap();
        assert_eq!(config.srt_passphrase().unwrap(), Some("a-canary-of-ours"));
        assert_eq!(config.srt_address().unwrap(), None);
        assert!(!format!("{config:?}").contains("canary"));
        let error = format!("{:#}", Config::parse("[srt]\npassphrase = \"a canary of ours\"").unwrap_err());
        assert!(!error.contains("canary"), "{error}");
    }
}
