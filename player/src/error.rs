//! The one place where refusals become HTTP: a page for browsers, a problem (RFC 9457) for programs.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

use council::transcript::read::Fault;
use vod_store::films;

use crate::{language, pages, session::accepts_html};

/// Why a request is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// There is nothing here, or nothing for this visitor.
    #[error("there is nothing at this address")]
    NotFound,
    /// The page is for those who are logged in.
    #[error("log in first")]
    LogIn {
        /// Where to go then.
        next: String,
    },
    /// The same, for a program.
    #[error("log in first")]
    Unauthorized,
    /// The request is malformed.
    #[error("{0}")]
    Bad(&'static str),
    /// The request comes from another site's page.
    #[error("this request comes from another site")]
    Foreign,
    /// Come again later.
    #[error("{0}")]
    Busy(&'static str),
    /// The council refused.
    #[error(transparent)]
    Council(#[from] council::Error),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] vod_store::store::Error),
    /// The floor refused.
    #[error(transparent)]
    Floor(chat::Error),
    /// A file of words is refused.
    #[error(transparent)]
    Transcript(council::transcript::read::Fault),
    /// The search index does not answer.
    #[error(transparent)]
    Search(#[from] search::Error),
    /// A film that is sent is refused.
    #[error(transparent)]
    Film(films::Error),
}

/// What handlers answer.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The status that says it.
    pub(crate) fn status(&self) -> StatusCode {
        use council::Error as Council;
        match self {
            Self::NotFound | Self::Council(Council::NotFound(_)) => StatusCode::NOT_FOUND,
            Self::LogIn { .. } => StatusCode::SEE_OTHER,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Bad(_) | Self::Transcript(_) | Self::Council(Council::Invalid { .. }) => StatusCode::BAD_REQUEST,
            Self::Foreign | Self::Council(Council::Forbidden | Council::Credentials | Council::Disabled) => {
                StatusCode::FORBIDDEN
            }
            Self::Council(
                Council::Stage { .. }
                | Council::Taken(_)
                | Council::Overtaken
                | Council::InUse(_)
                | Council::LastAdministrator,
            ) => StatusCode::CONFLICT,
            Self::Council(Council::TooMany { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy(_) | Self::Council(Council::Database(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Floor(chat::Error::NoMessage | chat::Error::NoIntervention) => StatusCode::NOT_FOUND,
            Self::Floor(chat::Error::Slow { .. }) => StatusCode::TOO_MANY_REQUESTS,
            Self::Floor(chat::Error::Name | chat::Error::NoItem | chat::Error::Council(_)) => StatusCode::BAD_REQUEST,
            Self::Floor(chat::Error::Closed | chat::Error::Registered | chat::Error::Excluded { .. }) => {
                StatusCode::FORBIDDEN
            }
            Self::Floor(_) => StatusCode::CONFLICT,
            Self::Store(vod_store::store::Error::Empty) => StatusCode::NOT_FOUND,
            Self::Store(vod_store::store::Error::State(_)) => StatusCode::CONFLICT,
            Self::Film(films::Error::NotFound) => StatusCode::NOT_FOUND,
            Self::Film(films::Error::Offset(_) | films::Error::Stage | films::Error::TooMany) => StatusCode::CONFLICT,
            Self::Film(films::Error::Busy) => StatusCode::LOCKED,
            Self::Film(films::Error::TooLarge | films::Error::NoRoom { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Search(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Council(_) | Self::Store(_) | Self::Film(films::Error::Io(_)) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The line of a file that is at fault.
    pub(crate) fn line(&self) -> Option<usize> {
        match self {
            Self::Transcript(Fault::Time(line) | Fault::Huge(line) | Fault::Many(line)) => Some(*line),
            _ => None,
        }
    }

    /// The locale key that tells a person, in a form's error summary.
    pub(crate) fn key(&self) -> String {
        use council::Error as Council;
        match self {
            Self::Council(Council::Invalid { field: "vote", what: "value-open" }) => "error-vote-open".into(),
            Self::Council(Council::Invalid { field: "vote", what: "value-no-members" }) => {
                "error-vote-no-members".into()
            }
            Self::Council(Council::Invalid { field: "ballot", what: "value-absent" }) => "error-ballot-absent".into(),
            Self::Council(Council::Invalid { field: "ballot", what: "value-waiting" }) => "error-ballot-waiting".into(),
            Self::Council(Council::Invalid { field: "ballot", what: "value-nobody" }) => "error-ballot-nobody".into(),
            Self::Council(Council::Invalid { field, .. }) => format!("error-invalid-{field}"),
            Self::Council(Council::Credentials) => "error-credentials".into(),
            Self::Council(Council::Disabled) => "error-disabled".into(),
            Self::Council(Council::LastAdministrator) => "error-last-administrator".into(),
            Self::Council(Council::TooMany { .. }) => "error-too-many".into(),
            Self::Council(Council::Stage { from: "in_camera", act: "close-doors" }) => "error-doors-closed".into(),
            Self::Council(Council::Stage { act: "open-doors", .. }) => "error-doors-open".into(),
            Self::Council(Council::Stage { act: "vote", .. }) => "error-vote-stage".into(),
            Self::Council(Council::Stage { .. }) => "error-stage".into(),
            Self::Council(Council::Taken("decision_number")) => "error-decision-number-taken".into(),
            Self::Council(Council::Taken("ada")) => "error-ada-taken".into(),
            Self::Council(Council::Taken("member")) => "error-member-taken".into(),
            Self::Council(Council::Taken("member_email")) => "error-member-email-taken".into(),
            Self::Council(Council::Taken(_)) => "error-taken".into(),
            Self::Council(Council::InUse(_)) => "error-in-use".into(),
            Self::Council(Council::Overtaken) => "error-overtaken".into(),
            Self::NotFound | Self::Council(Council::NotFound(_)) => "error-not-found".into(),
            Self::Bad(_) => "error-invalid".into(),
            Self::Floor(error) => format!("error-chat-{}", error.code().replace('_', "-")),
            Self::Transcript(fault) => match fault {
                Fault::TooLarge => "error-words-large".into(),
                Fault::Unknown => "error-words-unknown".into(),
                Fault::Time(_) => "error-words-time".into(),
                Fault::Huge(_) => "error-words-huge".into(),
                Fault::Many(_) => "error-words-many".into(),
            },
            Self::Film(films::Error::TooLarge) => "error-film-too-large".into(),
            Self::Film(films::Error::NoRoom { .. }) => "error-film-no-room".into(),
            Self::Film(films::Error::TooMany) => "error-film-too-many".into(),
            Self::Film(films::Error::Busy) => "error-film-busy".into(),
            Self::Film(films::Error::Stage) => "error-stage".into(),
            Self::Store(_) | Self::Film(films::Error::Io(_)) => "error-storage".into(),
            _ => "error-unknown".into(),
        }
    }
}

impl From<chat::Error> for Error {
    /// What the council refused is the council's also where the floor asked.
    fn from(error: chat::Error) -> Self {
        match error {
            chat::Error::Council(error) if !matches!(error, council::Error::Invalid { .. }) => Self::Council(error),
            other => Self::Floor(other),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = self.status();
        if status.is_server_error() {
            tracing::error!(error = %self, "a request failed");
        }
        if let Self::LogIn { next } = &self {
            return Redirect::to(&format!("/login?next={}", percent(next))).into_response();
        }
        // What the database or the disk said is for the log, not for the visitor.
        let what =
            if status.is_server_error() { "something failed on our side; try again".into() } else { self.to_string() };
        let mut response = problem(status, &what, &self.key());
        if let Self::Film(films::Error::Offset(offset)) = &self {
            response.headers_mut().insert("upload-offset", HeaderValue::from(*offset));
        }
        if let Self::Council(council::Error::TooMany { retry_after_ms }) = &self
            && let Ok(value) = HeaderValue::from_str(&retry_after_ms.div_ceil(1000).to_string())
        {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        if let Self::Floor(chat::Error::Slow { wait_ms }) = &self
            && let Ok(value) = HeaderValue::from_str(&wait_ms.div_ceil(1000).to_string())
        {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response.extensions_mut().insert(Told(self.key()));
        response
    }
}

/// Marks a refusal, so that [`for_people`] can turn it into a page.
#[derive(Clone)]
struct Told(String);

/// `key` names the words that a person is told, in the catalogues.
fn problem(status: StatusCode, what: &str, key: &str) -> Response {
    let body = serde_json::json!({ "type": "about:blank", "status": status.as_u16(), "title": what, "key": key });
    let body = body.to_string();
    let kind = [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
    (status, kind, body).into_response()
}

/// Turns refusals into pages for browsers.
pub(crate) async fn for_people(request: Request, next: Next) -> Response {
    let html = accepts_html(request.headers());
    let language = language::chosen(request.uri().query().unwrap_or_default(), request.headers());
    let response = next.run(request).await;
    match response.extensions().get::<Told>() {
        Some(Told(key)) if html => {
            let mut page = pages::error_page(language.map_or("el", |language| language.0), response.status(), key);
            carry(response.headers(), page.headers_mut());
            page
        }
        _ => response,
    }
}

fn carry(from: &HeaderMap, to: &mut HeaderMap) {
    to.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(after) = from.get(header::RETRY_AFTER) {
        to.insert(header::RETRY_AFTER, after.clone());
    }
}

/// Every address that no route has.
pub(crate) async fn not_found() -> Error {
    Error::NotFound
}

/// Percent-encodes what goes into a query's value.
pub(crate) fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}
