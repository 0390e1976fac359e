//! Logging in and out, the first set-up, the choice of language.

use axum::{
    Form,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use council::{
    account::NewAccount,
    municipality::{Bilingual, NewMunicipality},
};
use serde::Deserialize;

use super::{Answer, own_path, with_cookie};
use crate::{
    App,
    error::{Error, Result},
    language,
    server::Client,
    session,
};

#[derive(Deserialize)]
pub(super) struct LogIn {
    email: String,
    password: String,
    next: Option<String>,
}

pub(super) async fn log_in(
    State(app): State<App>,
    Client(client): Client,
    answer: Answer,
    Form(form): Form<LogIn>,
) -> Response {
    match app.council.log_in(&form.email, &form.password, &client.to_string()).await {
        Ok(token) => {
            let done = answer.give(Ok(serde_json::json!({ "ok": true })), own_path(form.next.as_deref()), "/login");
            with_cookie(done, &session::set_cookie(&app, token.expose()))
        }
        Err(error) => answer.give(Err::<(), _>(error.into()), "", "/login"),
    }
}

pub(super) async fn log_out(State(app): State<App>, answer: Answer, headers: HeaderMap) -> Response {
    let done = match session::cookie(&headers, session::cookie_name(&app)) {
        Some(token) => app.council.log_out(token).await.map_err(Error::from),
        None => Ok(()),
    };
    let response = answer.give(done.map(|()| serde_json::json!({ "ok": true })), "/", "/");
    with_cookie(response, &session::set_cookie(&app, ""))
}

#[derive(Deserialize)]
pub(super) struct SetUp {
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

pub(super) async fn set_up(
    State(app): State<App>,
    Client(client): Client,
    answer: Answer,
    Form(form): Form<SetUp>,
) -> Response {
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
pub(super) struct Choice {
    to: String,
    next: Option<String>,
}

pub(super) async fn choose_language(State(app): State<App>, Form(form): Form<Choice>) -> Result<Response> {
    let language::Language(chosen) = language::named(&form.to).ok_or(Error::Bad("the language is el or en"))?;
    let secure = if app.is_secure() { "; Secure" } else { "" };
    let cookie = format!("{}={chosen}; Path=/; Max-Age=31536000; SameSite=Lax{secure}", language::COOKIE);
    let next = form.next.as_deref().map_or("/", |next| own_path(Some(next)));
    Ok(with_cookie(Redirect::to(next).into_response(), &cookie))
}
