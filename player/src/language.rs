//! In which of the two languages a page is written.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use crate::{App, municipality::Here};

/// `el` or `en`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Language(pub(crate) &'static str);

/// The cookie that keeps the choice.
pub(crate) const COOKIE: &str = "lang";

impl FromRequestParts<App> for Language {
    type Rejection = Infallible;

    /// The address's `?lang=`, else the cookie, else what the browser prefers, else the municipality's default.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        if let Some(chosen) = chosen(parts.uri.query().unwrap_or_default(), &parts.headers) {
            return Ok(chosen);
        }
        let here = Here::from_request_parts(parts, app).await;
        let default = here.map_or(Self("el"), |Here(here)| named(&here.default_language).unwrap_or(Self("el")));
        Ok(default)
    }
}

/// What the visitor has asked for, by any means.
pub(crate) fn chosen(query: &str, headers: &HeaderMap) -> Option<Language> {
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
    let kept = crate::session::cookie(headers, COOKIE);
    asked.and_then(named).or_else(|| kept.and_then(named)).or_else(|| preferred(headers))
}

/// The `Set-Cookie` that keeps a choice.
pub(crate) fn set_cookie(app: &App, Language(chosen): Language) -> String {
    let secure = if app.is_secure() { "; Secure" } else { "" };
    format!("{COOKIE}={chosen}; Path=/; Max-Age=31536000; SameSite=Lax{secure}")
}

/// The language of this name.
pub(crate) fn named(name: &str) -> Option<Language> {
    match name {
        "el" => Some(Language("el")),
        "en" => Some(Language("en")),
        _ => None,
    }
}

/// The better of our two by `Accept-Language` (RFC 9110 §12.5.4).
fn preferred(headers: &HeaderMap) -> Option<Language> {
    let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(f32, Language)> = None;
    for range in text.split(',') {
        let mut fields = range.split(';').map(str::trim);
        let primary = fields.next().unwrap_or_default().split('-').next().unwrap_or_default().to_ascii_lowercase();
        let weight = fields.find_map(|field| field.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        if let Some(language) = named(&primary)
            && weight > best.map_or(0.0, |(weight, _)| weight)
        {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_of_the_two_languages_is_taken() {
        for (accepted, expected) in [
            ("el-GR,el;q=0.9,en;q=0.8", Some("el")),
            ("en-GB, el;q=0.5", Some("en")),
            ("de, fr;q=0.8, el;q=0.1", Some("el")),
            ("de", None),
            ("en;q=0", None),
            (";;,q=", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, accepted.parse().unwrap());
            assert_eq!(chosen("", &headers).map(|language| language.0), expected, "{accepted}");
            assert_eq!(chosen("t=3&lang=en", &headers), Some(Language("en")));
        }
    }
}
