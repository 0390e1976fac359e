//! `[mail]`: how letters leave.

use std::path::PathBuf;

use anyhow::Context;
use serde::Deserialize;

use super::Config;
use crate::post::{Post, Server, Tls};

/// The folder in the data folder that letters go to where there is no mail server.
const FOLDER: &str = "mail";

/// `[mail]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mail {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: String,
    pub(crate) user: String,
    pub(crate) password_file: PathBuf,
    pub(crate) from: String,
    pub(crate) ca_file: PathBuf,
}

impl Config {
    /// Where letters go.
    pub(crate) fn mail(&self) -> anyhow::Result<Post> {
        let mail = &self.mail;
        let tls = match mail.tls.as_str() {
            "starttls" => Tls::Started,
            "tls" => Tls::Wrapped,
            "none" => Tls::Off,
            other => anyhow::bail!("mail.tls: \"starttls\", \"tls\" or \"none\", not {other:?}"),
        };
        if mail.host.is_empty() {
            let from = if mail.from.is_empty() { "bema@localhost" } else { &mail.from };
            return Post::to_folder(self.data.folder.join(FOLDER), from).context("mail.from");
        }
        anyhow::ensure!(
            !mail.from.is_empty(),
            "mail.from: the address that letters come from, e.g. \"council@example.gr\""
        );
        let password = match mail.password_file.as_os_str().is_empty() {
            true => None,
            false => {
                let file = &mail.password_file;
                let text =
                    std::fs::read_to_string(file).with_context(|| format!("mail.password_file: {}", file.display()))?;
                Some(text.trim_end_matches(['\r', '\n']).to_owned())
            }
        };
        anyhow::ensure!(
            mail.user.is_empty() == password.is_none(),
            "mail.user and mail.password_file: both, or neither"
        );
        // Whoever listens would have the password.
        anyhow::ensure!(
            mail.user.is_empty() || tls != Tls::Off,
            "mail.tls: \"none\" would send the password of mail.user for all to read; take \"starttls\" or \"tls\""
        );
        let root = match mail.ca_file.as_os_str().is_empty() {
            true => None,
            false => Some(
                std::fs::read(&mail.ca_file).with_context(|| format!("mail.ca_file: {}", mail.ca_file.display()))?,
            ),
        };
        let login = password.map(|password| (mail.user.clone(), password));
        let server = Server { host: mail.host.clone(), port: mail.port, tls, login, root };
        Post::to_server(&server, &mail.from).context("mail")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Post> {
        Config::parse(text)?.mail()
    }

    #[test]
    fn letters_go_to_a_folder_until_a_server_is_named() {
        assert!(matches!(read("").unwrap(), Post { .. }));
        assert!(read("[mail]\nhost = \"smtp.example.gr\"\nfrom = \"Δήμος Ρεθύμνης <council@example.gr>\"").is_ok());
    }

    #[test]
    fn what_is_wrong_is_named_and_no_password_is_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, "a-canary-of-ours\n").unwrap();
        let login = format!("user = \"u\"\npassword_file = {:?}", file.display().to_string());
        let server = "host = \"smtp.example.gr\"\nfrom = \"council@example.gr\"";
        for (text, named) in [
            ("tls = \"ssl\"".to_owned(), "mail.tls"),
            ("host = \"smtp.example.gr\"".to_owned(), "mail.from"),
            ("host = \"smtp.example.gr\"\nfrom = \"council\"".to_owned(), "mail"),
            (format!("{server}\nuser = \"u\""), "mail.user and mail.password_file"),
            (format!("{server}\nuser = \"u\"\npassword_file = \"/nowhere\""), "mail.password_file"),
            (format!("{server}\n{login}\ntls = \"none\""), "mail.tls"),
            (format!("{server}\nca_file = \"/nowhere\""), "mail.ca_file"),
            (format!("{server}\nca_file = {:?}", file.display().to_string()), "certificate"),
        ] {
            let error = format!("{:#}", read(&format!("[mail]\n{text}")).unwrap_err());
            assert!(error.contains(named) && !error.contains("canary"), "{text:?} gives {error:?}");
        }
        let post = read(&format!("[mail]\n{server}\n{login}")).unwrap();
        assert!(!format!("{post:?}").contains("canary"));
    }
}
