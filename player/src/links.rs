//! The addresses that stand in links which leave the page: in invitations and in letters.

use axum::http::{HeaderMap, header};
use council::municipality::Municipality;

use crate::{App, error::Result};

/// What a request calls the host that it is sent to.
pub(crate) fn host(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Where people reach a municipality, without a slash at its end.
///
/// What a request calls itself (`host`) is believed only where that is one of the municipality's own host names:
/// anybody can send any, and the link goes to somebody else.
pub(crate) async fn base(app: &App, here: &Municipality, host: &str) -> Result<String> {
    let hosts = app.council.hosts(here.id).await?;
    Ok(choose(app.config.public_url.as_deref(), &hosts, host))
}

fn choose(public_url: Option<&str>, hosts: &[String], host: &str) -> String {
    let (name, port) = split(host);
    let is_own = |name: &str| hosts.iter().any(|own| own == name);
    let of_url =
        public_url.and_then(|url| url.split_once("://")).map_or(("http", ""), |(scheme, rest)| (scheme, split(rest).0));
    // Of several municipalities the settings' address is one's; the others are at their own names.
    match (public_url, hosts.first()) {
        (Some(url), _) if is_own(of_url.1) => url.to_owned(),
        _ if is_own(name) => format!("{}://{host}", of_url.0),
        (None, Some(first)) => format!("http://{first}{port}"),
        (Some(_), Some(first)) => format!("{}://{first}", of_url.0),
        (Some(url), None) => url.to_owned(),
        (None, None) => format!("http://{host}"),
    }
}

/// A host's name, and its port with the colon.
fn split(host: &str) -> (&str, &str) {
    match host.rfind(':').filter(|at| host[at + 1..].bytes().all(|byte| byte.is_ascii_digit())) {
        Some(at) => host.split_at(at),
        None => (host, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_municipality_and_nowhere_that_a_request_names() {
        let (one, two) = (["live.rethymno.gr".to_owned()], ["live.amari.gr".to_owned()]);
        let url = Some("https://live.rethymno.gr");
        for (public_url, hosts, host, expected) in [
            (url, &one, "live.rethymno.gr", "https://live.rethymno.gr"),
            (url, &one, "evil.example", "https://live.rethymno.gr"),
            (url, &two, "live.amari.gr", "https://live.amari.gr"),
            (url, &two, "evil.example", "https://live.amari.gr"),
            (None, &one, "live.rethymno.gr:8080", "http://live.rethymno.gr:8080"),
            (None, &one, "evil.example:8080", "http://live.rethymno.gr:8080"),
            (Some("http://live.rethymno.gr:8080"), &one, "x", "http://live.rethymno.gr:8080"),
        ] {
            assert_eq!(choose(public_url, hosts, host), expected, "{public_url:?} {host}");
        }
    }
}
