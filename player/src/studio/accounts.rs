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
    permission::{Clerk, Moderator},
};
use serde::{Deserialize, Serialize};

use super::{Answer, own_path, with_cookie};
use crate::{
    App, device,
    error::{Error, Result},
    language,
    pages::{self, Around, Bare, Typed},
    server::Client,
    session,
};

#[derive(Deserialize, Serialize)]
pub(super) struct LogIn {
    email: String,
    #[serde(skip_serializing)]
    password: String,
    next: Option<String>,
}

pub(super) async fn log_in(
    State(app): State<App>,
    Client(client): Client,
    answer: Answer,
    around: Around,
    headers: HeaderMap,
    Form(form): Form<LogIn>,
) -> Response {
    match app.council.log_in_with(&form.email, &form.password, &client.to_string(), &device::name(&headers)).await {
        Ok(token) => {
            let then = match form.next.as_deref().filter(|next| !next.is_empty()) {
                Some(next) => own_path(Some(next)),
                None => first_page(&app, token.expose(), &around).await,
            };
            let done = answer.give(Ok(serde_json::json!({ "ok": true })), then, "/login");
            with_cookie(done, &session::set_cookie(&app, token.expose()))
        }
        Err(error) => {
            let error = Error::from(error);
            if !answer.is_for_people(&error) {
                return error.into_response();
            }
            pages::log_in_again(&around, &error, Typed::of(&form).with_password("password"), form.next)
        }
    }
}

/// Where somebody's work is.
pub(super) async fn first_page(app: &App, token: &str, around: &Around) -> &'static str {
    let session = app.council.session(token).await.ok().flatten();
    let here = around.here();
    let moderates_alone = session
        .is_some_and(|session| Clerk::check(&session, here).is_err() && Moderator::check(&session, here).is_ok());
    if moderates_alone { "/studio/chat" } else { "/studio" }
}

pub(super) async fn log_out(State(app): State<App>, answer: Answer, headers: HeaderMap) -> Response {
    let done = match session::cookie(&headers, session::cookie_name(&app)) {
        Some(token) => app.council.log_out(token).await.map_err(Error::from),
        None => Ok(()),
    };
    let response = answer.give(done.map(|()| serde_json::json!({ "ok": true })), "/", "/");
    with_cookie(response, &session::set_cookie(&app, ""))
}

#[derive(Deserialize, Serialize)]
pub(super) struct SetUp {
    #[serde(skip_serializing)]
    token: String,
    slug: String,
    name_el: String,
    #[serde(default)]
    name_en: String,
    host: String,
    email: String,
    name: String,
    #[serde(skip_serializing)]
    password: String,
}

pub(super) async fn set_up(
    State(app): State<App>,
    Client(client): Client,
    answer: Answer,
    bare: Bare,
    headers: HeaderMap,
    Form(form): Form<SetUp>,
) -> Response {
    let typed = Typed::of(&form).with_password("password");
    let municipality = NewMunicipality {
        slug: form.slug,
        name: Bilingual { el: form.name_el, en: form.name_en },
        hosts: vec![form.host],
        accent: "#1f5f8b".into(),
    };
    let (email, password) = (form.email.clone(), form.password.clone());
    let administrator = NewAccount { email: form.email, name: form.name, password: form.password };
    if let Err(error) = app.council.set_up(form.token.trim(), municipality, administrator).await {
        let error = Error::from(error);
        if !answer.is_for_people(&error) {
            return error.into_response();
        }
        return pages::set_up_again(&app, &bare, &error, typed).await;
    }
    match app.council.log_in_with(&email, &password, &client.to_string(), &device::name(&headers)).await {
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
    let chosen = language::named(&form.to).ok_or(Error::Bad("the language is el or en"))?;
    let cookie = language::set_cookie(&app, chosen);
    let next = form.next.as_deref().map_or("/", |next| own_path(Some(next)));
    Ok(with_cookie(Redirect::to(next).into_response(), &cookie))
}
