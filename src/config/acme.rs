//! `[tls.acme]`: the certificate that Bema gets by itself.

use std::path::PathBuf;

use anyhow::Context;
use player::server::acme::{self, Settings};
use serde::Deserialize;
use url::{Host, Url};

use super::Config;

/// The most names of one certificate: Let's Encrypt takes a hundred.
const NAMES: usize = 100;

/// `[tls.acme]`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Acme {
    pub(crate) enabled: bool,
    pub(crate) terms_agreed: bool,
    pub(crate) names: Vec<String>,
    pub(crate) email: String,
    pub(crate) directory: String,
    pub(crate) ca_file: PathBuf,
}

impl Config {
    /// From whom a certificate is got; none where the operator has one or there is no HTTPS.
    pub(crate) fn acme(&self) -> anyhow::Result<Option<Settings>> {
        let (tls, acme) = (&self.tls, &self.tls.acme);
        if !acme.enabled {
            return Ok(None);
        }
        anyhow::ensure!(
            tls.certificate.as_os_str().is_empty() && tls.key.as_os_str().is_empty(),
            "tls.acme: with tls.certificate and tls.key there is a certificate already; take those out, or set \
             tls.acme.enabled = false"
        );
        anyhow::ensure!(
            !tls.listen.is_empty(),
            "tls.acme: tls.listen must say where HTTPS is spoken, e.g. \"[::]:443\""
        );
        anyhow::ensure!(
            acme.terms_agreed,
            "tls.acme.terms_agreed: read the terms of the certificate authority (Let's Encrypt: \
             https://letsencrypt.org/repository/), and set it to true if you agree"
        );
        let directory = Url::parse(&acme.directory).ok().filter(|url| url.scheme() == "https" && url.has_host());
        anyhow::ensure!(directory.is_some(), "tls.acme.directory: begins with https://, not {:?}", acme.directory);
        let email = &acme.email;
        let plausible = email.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
        anyhow::ensure!(
            email.is_empty() || plausible && email.chars().all(|c| c.is_ascii_graphic() && !",?&<>".contains(c)),
            "tls.acme.email: one address such as it@example.gr, not {email:?}"
        );
        let roots = Some(acme.ca_file.clone()).filter(|file| !file.as_os_str().is_empty());
        if let Some(file) = &roots {
            acme::check_roots(file)
                .with_context(|| format!("tls.acme.ca_file: {} must hold a certificate (PEM)", file.display()))?;
        }
        Ok(Some(Settings {
            folder: self.data.folder.join("acme"),
            directory: acme.directory.clone(),
            roots,
            names: self.names()?,
            email: Some(email.clone()).filter(|email| !email.is_empty()),
        }))
    }

    /// The names of the certificate: those that are set, else the public address's own.
    fn names(&self) -> anyhow::Result<Vec<String>> {
        let url = Url::parse(&self.server.public_url).context("server.public_url")?;
        let own = url.host_str().unwrap_or_default();
        if self.tls.acme.names.is_empty() {
            return Ok(vec![name(own).context("server.public_url")?]);
        }
        let mut names = Vec::new();
        for text in &self.tls.acme.names {
            let name = name(text).context("tls.acme.names")?;
            anyhow::ensure!(!names.contains(&name), "tls.acme.names: {name} is there twice");
            names.push(name);
        }
        anyhow::ensure!(names.len() <= NAMES, "tls.acme.names: at most {NAMES}");
        anyhow::ensure!(
            names.iter().any(|name| name == own),
            "tls.acme.names: {own} is missing, the name in server.public_url"
        );
        Ok(names)
    }
}

/// A public name as certificates have it: ASCII, in lower case.
fn name(text: &str) -> anyhow::Result<String> {
    match Host::parse(text) {
        Ok(Host::Domain(name)) if name.trim_end_matches('.').contains('.') && !name.contains('*') => Ok(name),
        _ => anyhow::bail!(
            "{text:?} is no public name such as council.example.gr; certificate authorities give none to addresses of \
             numbers, to names within a building, or to * over port 443"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The settings of a town that gets its certificate by itself, with these lines more in `[tls.acme]`.
    fn parse(host: &str, tls: &str, acme: &str) -> anyhow::Result<Option<Settings>> {
        let text =
            format!("[server]\npublic_url = \"https://{host}\"\n[tls]\n{tls}\n[tls.acme]\nenabled = true\n{acme}\n");
        Config::parse(&text)?.acme()
    }

    const LISTEN: &str = "listen = \"[::]:443\"";

    #[test]
    fn the_name_is_the_public_address_s_own_unless_others_are_set() {
        let names = |host: &str, acme: &str| {
            parse(host, LISTEN, &format!("terms_agreed = true\n{acme}")).unwrap().unwrap().names
        };
        assert_eq!(names("Council.Example.gr:8443/", ""), ["council.example.gr"]);
        assert_eq!(names("δήμος.gr", ""), ["xn--jxalzmp.gr"]);
        let both = "names = [\"a.example.gr\", \"B.example.gr\"]";
        assert_eq!(names("b.example.gr", both), ["a.example.gr", "b.example.gr"]);
        assert_eq!(Config::parse("").unwrap().acme().unwrap(), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let files = "certificate = \"/a.pem\"\nkey = \"/b.pem\"";
        for (host, tls, acme, named) in [
            ("a.example.gr", LISTEN, "", "tls.acme.terms_agreed"),
            ("a.example.gr", "", "terms_agreed = true", "tls.listen must say"),
            ("a.example.gr", &format!("{LISTEN}\n{files}"), "terms_agreed = true", "tls.certificate"),
            ("192.0.2.7", LISTEN, "terms_agreed = true", "server.public_url: \"192.0.2.7\""),
            ("localhost", LISTEN, "terms_agreed = true", "\"localhost\" is no public name"),
            ("a.example.gr", LISTEN, "terms_agreed = true\nnames = [\"*.example.gr\"]", "*.example.gr"),
            ("a.example.gr", LISTEN, "terms_agreed = true\nnames = [\"b.example.gr\"]", "a.example.gr is missing"),
            ("a.example.gr", LISTEN, "terms_agreed = true\nemail = \"nobody\"", "tls.acme.email"),
            ("a.example.gr", LISTEN, "terms_agreed = true\ndirectory = \"http://ca/\"", "tls.acme.directory"),
            ("a.example.gr", LISTEN, "terms_agreed = true\nca_file = \"/nowhere.pem\"", "/nowhere.pem"),
            ("a.example.gr", LISTEN, "terms_agreed = true\nmail = \"\"", "mail"),
        ] {
            let error = format!("{:#}", parse(host, tls, acme).unwrap_err());
            assert!(error.contains(named), "{acme:?} gives {error:?}");
        }
    }
}
