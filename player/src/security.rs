//! What every answer and every unsafe request owes to safety.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::Engine;

use crate::{App, error::Error};

/// The nonce that this answer's inline scripts and styles carry.
#[derive(Clone, Debug)]
pub(crate) struct Nonce(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for Nonce {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self(String::new())))
    }
}

/// Refuses what another site's page sends, and sets the headers that bind the browser.
pub(crate) async fn layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if !request.method().is_safe() && !same_site(&app, request.headers(), request.uri()) {
        return Error::Foreign.into_response();
    }
    let nonce = Nonce(base64::engine::general_purpose::STANDARD.encode(uuid::Uuid::new_v4().as_bytes()));
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = policy(&nonce.0, app.is_secure());
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=()"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if app.is_secure() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// hls.js feeds the picture through blobs and works in a worker made of one.
fn policy(nonce: &str, secure: bool) -> String {
    let upgrade = if secure { "; upgrade-insecure-requests" } else { "" };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; manifest-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'{upgrade}"
    )
}

/// Whether an unsafe request comes from one of our own pages, or from no page at all.
pub(crate) fn same_site(app: &App, headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if text(HeaderName::from_static("sec-fetch-site")).is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    let Some(origin) = text(header::ORIGIN) else {
        // Programs send no origin; browsers send one with every unsafe request, and the cookie is SameSite.
        return true;
    };
    let host =
        uri.authority().map(axum::http::uri::Authority::as_str).or_else(|| text(header::HOST)).unwrap_or_default();
    let ours = app.config.public_url.as_deref().is_some_and(|url| url == origin);
    ours || origin.split_once("://").is_some_and(|(_, at)| !host.is_empty() && at.eq_ignore_ascii_case(host))
}
