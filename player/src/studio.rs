//! What staff do: log in, call meetings, keep sources, go live, pause, end.
//!
//! Forms go back to the page that they came from, with the reason where one is refused; programs get JSON.

use axum::{
    Form, Router,
    extract::{FromRequestParts, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use council::{
    MeetingId, SourceId,
    account::NewAccount,
    meeting::{Act, Meeting, NewMeeting, Stage},
    municipality::{Bilingual, NewMunicipality},
    source::{Protocol, Rank},
};
use serde::Deserialize;
use vod_store::store::About;

use crate::{
    App,
    error::{Error, Result, percent},
    language::{self, Language},
    pages,
    security::Nonce,
    server::Client,
    session::{self, Clerk, accepts_html},
};

/// A form is a few fields and an agenda.
const FORM_BYTES: usize = 1 << 20;

pub(crate) fn router() -> Router<App> {
    Router::new()
        .route("/login", post(log_in))
        .route("/logout", post(log_out))
        .route("/setup", post(set_up))
        .route("/language", post(choose_language))
        .route("/studio/meetings", post(create_meeting))
        .route("/studio/meetings/{id}/start", post(start))
        .route("/studio/meetings/{id}/pause", post(pause))
        .route("/studio/meetings/{id}/resume", post(resume))
        .route("/studio/meetings/{id}/end", post(end))
        .route("/studio/meetings/{id}/cancel", post(cancel))
        .route("/studio/meetings/{id}/sources", post(assign))
        .route("/studio/sources", post(create_source))
        .route("/studio/sources/{id}/rotate", post(rotate))
        .layer(axum::extract::DefaultBodyLimit::max(FORM_BYTES))
}

/// How to answer a form: a browser goes to a page, a program gets JSON.
pub(crate) struct Answer {
    html: bool,
}

impl<S: Sync> FromRequestParts<S> for Answer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self { html: accepts_html(&parts.headers) })
    }
}

impl Answer {
    /// Done: on to `then`; refused: back to `back` with the reason.
    fn give<T: serde::Serialize>(&self, done: Result<T>, then: &str, back: &str) -> Response {
        match done {
            Ok(_) if self.html => Redirect::to(then).into_response(),
            Ok(value) => axum::Json(value).into_response(),
            Err(error) if self.html && !error.status().is_server_error() => {
                Redirect::to(&format!("{back}?error={}", percent(&error.key()))).into_response()
            }
            Err(error) => error.into_response(),
        }
    }
}

/// A path on this server, for going on after the log-in; nothing that leads elsewhere.
fn own_path(next: Option<&str>) -> &str {
    next.filter(|next| next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n'])).unwrap_or("/studio")
}

#[derive(Deserialize)]
struct LogIn {
    email: String,
    password: String,
    next: Option<String>,
}

async fn log_in(State(app): State<App>, Client(client): Client, answer: Answer, Form(form): Form<LogIn>) -> Response {
    match app.council.log_in(&form.email, &form.password, &client.to_string()).await {
        Ok(token) => {
            let done = answer.give(Ok(serde_json::json!({ "ok": true })), own_path(form.next.as_deref()), "/login");
            with_cookie(done, &session::set_cookie(&app, token.expose()))
        }
        Err(error) => answer.give(Err::<(), _>(error.into()), "", "/login"),
    }
}

async fn log_out(State(app): State<App>, answer: Answer, headers: HeaderMap) -> Response {
    let done = match session::cookie(&headers, session::cookie_name(&app)) {
        Some(token) => app.council.log_out(token).await.map_err(Error::from),
        None => Ok(()),
    };
    let response = answer.give(done.map(|()| serde_json::json!({ "ok": true })), "/", "/");
    with_cookie(response, &session::set_cookie(&app, ""))
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[derive(Deserialize)]
struct SetUp {
    token: String,
    slug: String,
    name_el: String,
    #[serde(default)]
    name_en: String,
    host: String,
    email: String,
    name: String,
    password: String,
}

async fn set_up(State(app): State<App>, Client(client): Client, answer: Answer, Form(form): Form<SetUp>) -> Response {
    let municipality = NewMunicipality {
        slug: form.slug,
        name: Bilingual { el: form.name_el, en: form.name_en },
        hosts: vec![form.host],
        accent: "#1f5f8b".into(),
    };
    let (email, password) = (form.email.clone(), form.password.clone());
    let administrator = NewAccount { email: form.email, name: form.name, password: form.password };
    if let Err(error) = app.council.set_up(form.token.trim(), municipality, administrator).await {
        return answer.give(Err::<(), _>(error.into()), "", "/setup");
    }
    match app.council.log_in(&email, &password, &client.to_string()).await {
        Ok(token) => {
            let done = answer.give(Ok(serde_json::json!({ "ok": true })), "/studio", "/setup");
            with_cookie(done, &session::set_cookie(&app, token.expose()))
        }
        Err(error) => answer.give(Err::<(), _>(error.into()), "", "/login"),
    }
}

#[derive(Deserialize)]
struct Choice {
    to: String,
    next: Option<String>,
}

async fn choose_language(State(app): State<App>, Form(form): Form<Choice>) -> Result<Response> {
    let language::Language(chosen) = language::named(&form.to).ok_or(Error::Bad("the language is el or en"))?;
    let secure = if app.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{}={chosen}; Path=/; Max-Age=31536000; SameSite=Lax{secure}", language::COOKIE);
    let next = form.next.as_deref().map_or("/", |next| own_path(Some(next)));
    Ok(with_cookie(Redirect::to(next).into_response(), &cookie))
}

#[derive(Deserialize)]
struct MeetingForm {
    title: String,
    #[serde(default)]
    place: String,
    date: String,
    time: String,
    body: String,
    #[serde(default)]
    agenda: String,
}

async fn create_meeting(State(app): State<App>, clerk: Clerk, answer: Answer, Form(form): Form<MeetingForm>) -> Response {
    let created = async {
        let starts_at_ms = instant(&form.date, &form.time, &clerk.here.time_zone)?;
        let body = form.body.parse().map_err(|_| invalid("body"))?;
        let agenda = form.agenda.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let new = NewMeeting { body, title: form.title, place: form.place, starts_at_ms, agenda };
        let meeting = app.council.create_meeting(&clerk.clerk, new).await?;
        // Most municipalities have one encoder: it is the primary source of every meeting until the clerk says otherwise.
        if let [only] = app.council.sources(clerk.here.id).await?.as_slice() {
            app.council.assign_source(&clerk.clerk, meeting.id, only.id, Rank::Primary).await?;
        }
        Ok(meeting.id.to_string())
    };
    let created: Result<String> = created.await;
    let then = created.as_ref().map(|id| format!("/studio/meetings/{id}")).unwrap_or_default();
    answer.give(created.map(|id| serde_json::json!({ "id": id })), &then, "/studio")
}

/// The instant of a date and a time of day in a time zone. A time that the change of clocks leaves out is moved on.
fn instant(date: &str, time: &str, zone: &str) -> Result<i64> {
    let date: jiff::civil::Date = date.trim().parse().map_err(|_| invalid("date"))?;
    let time: jiff::civil::Time = time.trim().parse().map_err(|_| invalid("time"))?;
    let zoned = date.to_datetime(time).in_tz(zone).map_err(|_| invalid("date"))?;
    Ok(zoned.timestamp().as_millisecond())
}

fn invalid(field: &'static str) -> Error {
    Error::Council(council::Error::Invalid { field, what: "value-not-time" })
}

async fn find(app: &App, clerk: &Clerk, id: &str) -> Result<Meeting> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    Ok(app.council.meeting(clerk.here.id, id).await?)
}

/// What the disk is to keep about a meeting.
fn about(clerk: &Clerk, meeting: &Meeting) -> About {
    About {
        municipality: clerk.here.slug.clone(),
        body: meeting.body.slug.clone(),
        body_name: meeting.body.name.el.clone(),
        title: meeting.title.clone(),
        place: meeting.place.clone(),
        starts_at_ms: meeting.starts_at_ms,
        agenda: meeting.agenda.clone(),
    }
}

/// Goes live: first the record, then the stage; a press that comes second finds it done.
async fn start(State(app): State<App>, clerk: Clerk, answer: Answer, Path(id): Path<String>) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        if !matches!(meeting.stage, Stage::Scheduled) {
            return Err(Error::Council(council::Error::Stage { from: meeting.stage.name(), act: "start" }));
        }
        let sources = app.council.meeting_sources(meeting.id).await?;
        let sources: Vec<SourceId> = sources.into_iter().map(|(source, _)| source.id).collect();
        app.store.begin(meeting.id, &about(&clerk, &meeting), &sources).await?;
        app.council.act(&clerk.clerk, meeting.id, Act::Start).await?;
        Ok(meeting.id)
    };
    moved(&app, &answer, done.await, &id)
}

async fn pause(State(app): State<App>, clerk: Clerk, answer: Answer, Path(id): Path<String>) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        // The public must stop seeing at once, whatever the database does; so the record goes first.
        app.store.pause(meeting.id).await?;
        app.council.act(&clerk.clerk, meeting.id, Act::Pause).await?;
        Ok(meeting.id)
    };
    moved(&app, &answer, done.await, &id)
}

async fn resume(State(app): State<App>, clerk: Clerk, answer: Answer, Path(id): Path<String>) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        app.council.act(&clerk.clerk, meeting.id, Act::Resume).await?;
        app.store.resume(meeting.id).await?;
        Ok(meeting.id)
    };
    moved(&app, &answer, done.await, &id)
}

async fn end(State(app): State<App>, clerk: Clerk, answer: Answer, Path(id): Path<String>) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        app.council.act(&clerk.clerk, meeting.id, Act::End).await?;
        app.store.end(meeting.id).await?;
        Ok(meeting.id)
    };
    moved(&app, &answer, done.await, &id)
}

#[derive(Deserialize)]
struct Reason {
    reason: String,
}

async fn cancel(State(app): State<App>, clerk: Clerk, answer: Answer, Path(id): Path<String>, Form(form): Form<Reason>) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        app.council.act(&clerk.clerk, meeting.id, Act::Cancel(form.reason)).await?;
        Ok(meeting.id)
    };
    moved(&app, &answer, done.await, &id)
}

fn moved(app: &App, answer: &Answer, done: Result<MeetingId>, id: &str) -> Response {
    if let Ok(meeting) = &done {
        app.audience.stage_moved(*meeting);
    }
    let page = format!("/studio/meetings/{}", percent(id));
    answer.give(done.map(|_| serde_json::json!({ "ok": true })), &page, &page)
}

#[derive(Deserialize)]
struct Assignment {
    source: String,
    rank: String,
}

async fn assign(State(app): State<App>, clerk: Clerk, answer: Answer, Path(id): Path<String>, Form(form): Form<Assignment>) -> Response {
    let done = async {
        let meeting = find(&app, &clerk, &id).await?;
        let source = form.source.parse().map_err(|_| invalid("source"))?;
        let rank = match form.rank.as_str() {
            "primary" => Rank::Primary,
            "backup" => Rank::Backup,
            _ => return Err(invalid("rank")),
        };
        app.council.assign_source(&clerk.clerk, meeting.id, source, rank).await?;
        if matches!(meeting.stage, Stage::Live { .. } | Stage::Paused { .. }) {
            let sources = app.council.meeting_sources(meeting.id).await?;
            app.store.set_sources(meeting.id, sources.into_iter().map(|(source, _)| source.id).collect()).await?;
        }
        Ok(meeting.id)
    };
    moved(&app, &answer, done.await, &id)
}

#[derive(Deserialize)]
struct SourceForm {
    name: String,
}

/// The RTMP address that a clerk types into the encoder.
pub(crate) fn rtmp_url(app: &App, host: &str) -> String {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())).map_or(host, |(name, _)| name);
    app.config.rtmp_url.clone().unwrap_or_else(|| format!("rtmp://{name}/live"))
}

async fn create_source(
    State(app): State<App>,
    clerk: Clerk,
    answer: Answer,
    Language(language): Language,
    Nonce(nonce): Nonce,
    headers: HeaderMap,
    Form(form): Form<SourceForm>,
) -> Response {
    match app.council.create_source(&clerk.clerk, &form.name, Protocol::Rtmp).await {
        Ok((source, key)) => show_key(&app, &clerk, &answer, (language, &nonce), &headers, &source, &key),
        Err(error) => answer.give(Err::<(), _>(error.into()), "", "/studio/sources"),
    }
}

async fn rotate(
    State(app): State<App>,
    clerk: Clerk,
    answer: Answer,
    Language(language): Language,
    Nonce(nonce): Nonce,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let rotated = async {
        let id: SourceId = id.parse().map_err(|_| Error::NotFound)?;
        let key = app.council.rotate_key(&clerk.clerk, id).await?;
        let sources = app.council.sources(clerk.here.id).await?;
        let source = sources.into_iter().find(|source| source.id == id).ok_or(Error::NotFound)?;
        Ok((source, key))
    };
    match rotated.await {
        Ok((source, key)) => show_key(&app, &clerk, &answer, (language, &nonce), &headers, &source, &key),
        Err(error) => answer.give(Err::<(), _>(error), "", "/studio/sources"),
    }
}

/// The only answer that ever carries a key.
fn show_key(
    app: &App,
    clerk: &Clerk,
    answer: &Answer,
    (language, nonce): (&'static str, &str),
    headers: &HeaderMap,
    source: &council::source::Source,
    key: &council::stream_key::StreamKey,
) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let url = rtmp_url(app, host);
    let mut response = if answer.html {
        pages::key_page(&clerk.here, language, nonce, source, key, &url)
    } else {
        let body = serde_json::json!({ "id": source.id.to_string(), "url": url, "key": key.expose() });
        (StatusCode::CREATED, axum::Json(body)).into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_leads_nowhere_else() {
        for (next, goes) in [
            (None, "/studio"),
            (Some("/studio/meetings/1"), "/studio/meetings/1"),
            (Some("//evil.example"), "/studio"),
            (Some("https://evil.example"), "/studio"),
            (Some("/\\evil.example"), "/studio"),
            (Some("/a\r\nSet-Cookie: x"), "/studio"),
        ] {
            assert_eq!(own_path(next), goes, "{next:?}");
        }
    }

    #[test]
    fn a_time_of_day_is_the_municipalitys() {
        assert_eq!(instant("2026-11-23", "18:30", "Europe/Athens").unwrap(), 1_795_451_400_000);
        // 03:30 does not exist on the night when the clocks go forward; 04:30 stands for it.
        assert_eq!(instant("2026-03-29", "03:30", "Europe/Athens").unwrap(), instant("2026-03-29", "04:30", "Europe/Athens").unwrap());
        assert!(instant("2026-02-30", "18:30", "Europe/Athens").is_err());
        assert!(instant("2026-02-03", "25:30", "Europe/Athens").is_err());
    }
}
