//! Setting a password anew by a link that comes by e-mail.

use std::time::Duration;

use axum::{
    Form,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::Answer;
use crate::{
    App, links,
    pages::{self, Around, Step, Typed, letters},
    server::Client,
};

/// How long asking for a link takes, whether or not there is anybody: longer than to write one letter.
const ASKING: Duration = Duration::from_millis(600);

#[derive(Deserialize, Serialize)]
pub(super) struct Ask {
    email: String,
}

pub(super) async fn ask(
    State(app): State<App>,
    Client(client): Client,
    answer: Answer,
    around: Around,
    headers: HeaderMap,
    Form(form): Form<Ask>,
) -> Response {
    let answered = Instant::now() + ASKING;
    let here = around.municipality();
    let asked = async {
        let base = links::base(&app, here, links::host(&headers)).await?;
        let compose = |of: &council::account::Account, code: &str| letters::reset(here, of, &base, code);
        Ok(app.council.ask_reset(here.id, &form.email, &client.to_string(), compose).await?)
    };
    let asked: crate::error::Result<()> = asked.await;
    tokio::time::sleep_until(answered).await;
    match asked {
        Ok(()) if answer.html => pages::reset_page(&around, Step::Sent, None, &Typed::default()),
        Ok(()) => axum::Json(serde_json::json!({ "ok": true })).into_response(),
        Err(error) if answer.is_for_people(&error) => {
            pages::reset_page(&around, Step::Ask, Some(&error), &Typed::of(&form))
        }
        Err(error) => error.into_response(),
    }
}

#[derive(Deserialize, Serialize)]
pub(super) struct New {
    token: String,
    #[serde(skip_serializing)]
    password: String,
}

pub(super) async fn set(
    State(app): State<App>,
    Client(client): Client,
    answer: Answer,
    around: Around,
    headers: HeaderMap,
    Form(form): Form<New>,
) -> Response {
    let here = around.municipality();
    let set = async {
        let base = links::base(&app, here, links::host(&headers)).await?;
        let notice = |of: &council::account::Account| letters::changed(here, of, &base);
        Ok(app.council.reset_password(here.id, &form.token, &form.password, &client.to_string(), notice).await?)
    };
    let set: crate::error::Result<_> = set.await;
    match set {
        Ok(_) => answer.give(Ok(serde_json::json!({ "ok": true })), "/login?done=reset", ""),
        Err(error) if answer.is_for_people(&error) => {
            let typed = Typed::of(&form).with_password("password");
            pages::reset_page(&around, Step::New, Some(&error), &typed)
        }
        Err(error) => error.into_response(),
    }
}
