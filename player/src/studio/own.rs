//! What everybody changes of their own account, and how the invited join.

use axum::{
    Form,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use council::staff::Joining;
use serde::{Deserialize, Serialize};

use super::{Answer, accounts::first_page, with_cookie};
use crate::{
    App, device,
    error::{Error, Result},
    language, links,
    pages::{self, Around, Own, Typed, letters},
    server::Client,
    session,
};

/// What any of the account's forms sends.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Account {
    name: Option<String>,
    own_language: Option<String>,
    #[serde(skip_serializing)]
    old_password: Option<String>,
    #[serde(skip_serializing)]
    password: Option<String>,
    session: String,
}

pub(super) async fn change(
    State(app): State<App>,
    Client(client): Client,
    own: Own,
    answer: Answer,
    Path(act): Path<String>,
    headers: HeaderMap,
    Form(form): Form<Account>,
) -> Response {
    match make(&app, &own, &act, &form, (&client.to_string(), links::host(&headers))).await {
        Ok(done) => {
            let then = format!("/account?done={done}");
            let response = answer.give(Ok(serde_json::json!({ "ok": true })), &then, "/account");
            match form.own_language.as_deref().and_then(language::named).filter(|_| done == "profile") {
                Some(chosen) => with_cookie(response, &language::set_cookie(&app, chosen)),
                None => response,
            }
        }
        Err(error) if answer.is_for_people(&error) => {
            let typed = Typed::of(&form);
            let typed = if form.password.is_some() {
                typed.with_password("old_password").with_password("password")
            } else {
                typed
            };
            pages::own_again(&app, own, &error, typed).await
        }
        Err(error) => error.into_response(),
    }
}

/// Does it, and answers the word for it.
async fn make(app: &App, own: &Own, act: &str, form: &Account, (from, host): (&str, &str)) -> Result<&'static str> {
    let (council, session) = (&app.council, &own.session);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Ok(match act {
        "profile" => {
            council.rename_self(session, &text(&form.name), &text(&form.own_language)).await?;
            "profile"
        }
        "password" => {
            let (old, new) = (text(&form.old_password), text(&form.password));
            let here = own.municipality();
            let notice = letters::changed(here, &session.account, &links::base(app, here, host).await?);
            council.change_password(session, &own.token, &old, &new, from, (here.id, &notice)).await?;
            "password"
        }
        "end" => {
            council.end_own_session(session, &form.session).await?;
            "end"
        }
        "end-others" => {
            council.end_other_sessions(session, &own.token).await?;
            "end-others"
        }
        _ => return Err(Error::NotFound),
    })
}

/// The code of an invitation alone, or with what makes it an account.
#[derive(Deserialize, Serialize)]
pub(super) struct Join {
    #[serde(skip_serializing)]
    token: String,
    name: Option<String>,
    #[serde(skip_serializing)]
    password: Option<String>,
}

pub(super) async fn join(
    State(app): State<App>,
    Client(client): Client,
    answer: Answer,
    around: Around,
    headers: HeaderMap,
    Form(form): Form<Join>,
) -> Response {
    let (typed, from) = (Typed::of(&form), client.to_string());
    let invited = match app.council.invited(&form.token, &from).await {
        Ok(invited) if invited.invitation.municipality == around.here() => invited,
        Ok(_) => {
            let over = council::Error::Invalid { field: "invitation", what: "value-over" };
            return refused(&answer, &around, over.into(), None, typed);
        }
        Err(error) => return refused(&answer, &around, error.into(), None, typed),
    };
    let Some(password) = form.password else {
        return pages::join_page(&around, Some((&form.token, &invited)), None, &typed);
    };
    let joining = Joining { name: form.name.unwrap_or_default(), password: password.clone() };
    let joined = async {
        let account = app.council.join(&form.token, joining, &from).await?;
        Ok::<_, Error>(app.council.log_in_with(&account.email, &password, &from, &device::name(&headers)).await?)
    };
    match joined.await {
        Ok(token) => {
            let then = first_page(&app, token.expose(), &around).await;
            let done = answer.give(Ok(serde_json::json!({ "ok": true })), then, "/join");
            with_cookie(done, &session::set_cookie(&app, token.expose()))
        }
        Err(error) => {
            let step = (form.token.as_str(), &invited);
            refused(&answer, &around, error, Some(step), typed.with_password("password"))
        }
    }
}

fn refused(
    answer: &Answer,
    around: &Around,
    error: Error,
    step: Option<(&str, &council::staff::Invited)>,
    typed: Typed,
) -> Response {
    if !answer.is_for_people(&error) {
        return error.into_response();
    }
    pages::join_page(around, step, Some(&error), &typed)
}
