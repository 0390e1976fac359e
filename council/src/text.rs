//! What people type, made fit to keep and to show: composed, on one line, without what cannot be seen, and limited.

use std::net::Ipv6Addr;

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::{Error, Result};

/// The most characters of an e-mail address (RFC 5321, 4.5.3.1.3, less the angle brackets).
pub(crate) const EMAIL_MAX: usize = 254;
/// The most characters of a slug.
pub(crate) const SLUG_MAX: usize = 60;
/// The most characters of a host name (RFC 1035, 2.3.4).
pub(crate) const HOST_MAX: usize = 253;

/// A refusal: the field and a locale key that says what is wrong.
///
/// # Errors
/// Always: it is one.
pub fn refused<T>(field: &'static str, what: &'static str) -> Result<T> {
    Err(Error::Invalid { field, what })
}

/// Characters that show nothing or turn the direction of others: bidirectional controls, zero widths, fillers, tags.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// One line: NFC, white space collapsed to single spaces, controls and invisible characters left out.
fn line(text: &str) -> String {
    let seen: String = text.nfc().filter(|c| !is_invisible(*c) && (c.is_whitespace() || !c.is_control())).collect();
    let words: Vec<&str> = seen.split_whitespace().collect();
    // Leaving a character out can bring two together that compose.
    words.join(" ").nfc().collect()
}

/// A line of at most `max` characters, perhaps empty.
///
/// # Errors
/// [`Error::Invalid`] with `value-too-long`.
pub fn optional(field: &'static str, text: &str, max: usize) -> Result<String> {
    // What is far too long is not worth the work of composing it.
    if text.len() > max * 16 {
        return refused(field, "value-too-long");
    }
    let clean = line(text);
    if clean.chars().count() > max { refused(field, "value-too-long") } else { Ok(clean) }
}

/// A line of one to `max` characters.
///
/// # Errors
/// [`Error::Invalid`] with `value-missing` or `value-too-long`.
pub fn required(field: &'static str, text: &str, max: usize) -> Result<String> {
    let clean = optional(field, text, max)?;
    if clean.is_empty() { refused(field, "value-missing") } else { Ok(clean) }
}

/// An e-mail address: trimmed, lower case, NFC.
///
/// # Errors
/// [`Error::Invalid`] with `value-not-email`.
pub(crate) fn email(text: &str) -> Result<String> {
    let field = "email";
    let text = text.trim();
    if text.len() > EMAIL_MAX * 4 {
        return refused(field, "value-not-email");
    }
    let clean: String = text.to_lowercase().nfc().collect();
    let odd = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
    match clean.split_once('@') {
        Some((local, domain))
            if !local.is_empty()
                && !domain.is_empty()
                && !domain.contains('@')
                && clean.chars().count() <= EMAIL_MAX
                && !clean.chars().any(odd) =>
        {
            Ok(clean)
        }
        _ => refused(field, "value-not-email"),
    }
}

/// A short Latin name for addresses and folders: lower-case letters, digits and inner hyphens.
///
/// # Errors
/// [`Error::Invalid`] with `value-not-slug`.
pub(crate) fn slug(text: &str) -> Result<String> {
    let fits = (1..=SLUG_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-');
    if fits { Ok(text.to_owned()) } else { refused("slug", "value-not-slug") }
}

/// A colour `#rrggbb`, in lower case.
///
/// # Errors
/// [`Error::Invalid`] with `value-not-colour`.
pub(crate) fn colour(text: &str) -> Result<String> {
    match text.strip_prefix('#') {
        Some(digits) if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Ok(text.to_ascii_lowercase())
        }
        _ => refused("accent", "value-not-colour"),
    }
}

/// The host of a `Host` header or a settings file: no port, no trailing dot, lower case; an IPv6 literal without
/// brackets in its canonical text. None where that is no host name.
pub(crate) fn host(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > HOST_MAX + 8 {
        return None;
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (address, after) = rest.split_once(']')?;
        is_port(after).then_some(())?;
        return address.parse::<Ipv6Addr>().ok().map(|address| address.to_string());
    }
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Some(address.to_string());
    }
    let name = match text.split_once(':') {
        Some((name, port)) => {
            is_port(&format!(":{port}")).then_some(())?;
            name
        }
        None => text,
    };
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let label =
        |l: &str| (1..=63).contains(&l.len()) && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    (name.len() <= HOST_MAX && name.split('.').all(label)).then_some(name)
}

fn is_port(after: &str) -> bool {
    after.is_empty() || after.strip_prefix(':').is_some_and(|port| port.is_empty() || port.parse::<u16>().is_ok())
}

/// By what a reader sorts: without accents and case, final sigma as sigma.
#[must_use]
pub fn sort_key(text: &str) -> String {
    let bare: String = text.nfd().filter(|c| !is_combining_mark(*c)).collect();
    bare.to_lowercase().replace('ς', "σ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_composed_trimmed_and_visible() {
        for (raw, clean) in [
            ("  Μαρία \t\n Παπα ", "Μαρία Παπα"),
            ("Μαρι\u{301}α", "Μαρία"),
            ("Μαρι\u{200b}\u{301}α", "Μαρία"),
            ("admin\u{202e}txt\u{0}\u{7}", "admintxt"),
            ("\u{feff}\u{2066}x\u{2069}\u{ad}", "x"),
        ] {
            assert_eq!(optional("name", raw, 100).unwrap(), clean, "{raw:?}");
        }
        assert!(required("name", " \u{200b} ", 100).is_err());
        assert!(optional("name", &"α".repeat(100), 100).is_ok());
        assert!(optional("name", &"α".repeat(101), 100).is_err());
        assert!(optional("name", &" ".repeat(100_000), 100).is_err());
    }

    #[test]
    fn emails_become_one_spelling() {
        assert_eq!(email(" Clerk@Rethymno.GR ").unwrap(), "clerk@rethymno.gr");
        assert_eq!(email("γραμματε\u{301}ας@δήμος.gr").unwrap(), "γραμματέας@δήμος.gr");
        for wrong in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\u{200b}c", "a\n@b", &format!("{}@b", "a".repeat(254))]
        {
            assert!(email(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn hosts_lose_port_case_and_dot() {
        for (raw, clean) in [
            ("Rethymno.Example:8443", Some("rethymno.example")),
            ("rethymno.example.", Some("rethymno.example")),
            ("rethymno.example.:80", Some("rethymno.example")),
            ("[::1]:8080", Some("::1")),
            ("[2001:DB8:0::1]", Some("2001:db8::1")),
            ("::1", Some("::1")),
            ("127.0.0.1:80", Some("127.0.0.1")),
            ("localhost:", Some("localhost")),
            ("", None),
            (".", None),
            ("a..b", None),
            ("a:port", None),
            ("[::1", None),
            ("[::1]x", None),
            ("a b", None),
            ("δήμος.gr", None),
        ] {
            assert_eq!(host(raw).as_deref(), clean, "{raw:?}");
        }
        assert_eq!(host(&"a".repeat(100_000)), None);
    }

    #[test]
    fn greek_sorts_without_accents() {
        let mut names = ["Ωδείο", "Άμεσος", "αβγ", "Αγία"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["αβγ", "Αγία", "Άμεσος", "Ωδείο"]);
    }

    #[test]
    fn slugs_and_colours() {
        assert!(slug("rethymno-2").is_ok() && slug("-a").is_err() && slug("Δ").is_err() && slug("").is_err());
        assert!(slug("a/b").is_err() && slug("..").is_err() && slug(&"a".repeat(61)).is_err());
        assert_eq!(colour("#1A2b3C").unwrap(), "#1a2b3c");
        assert!(colour("red").is_err() && colour("#12345g").is_err() && colour("#1234567").is_err());
    }

    proptest::proptest! {
        #[test]
        fn what_is_clean_stays_as_it_is(text in "\\PC{0,40}|.{0,40}|[a-z\u{300}\u{301}\u{200b}\u{202e} \n]{0,20}") {
            let clean = optional("name", &text, 200).unwrap();
            proptest::prop_assert_eq!(optional("name", &clean, 200).unwrap(), clean.clone());
            proptest::prop_assert!(!clean.chars().any(|c| c.is_control() || is_invisible(c)));
            if let Some(clean) = host(&text) {
                proptest::prop_assert_eq!(host(&clean), Some(clean.clone()));
            }
        }
    }
}
