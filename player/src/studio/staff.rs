//! What administrators do about people: invite, change roles, disable, end sessions.

use std::collections::BTreeSet;

use axum::{
    Form,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
};
use council::{
    AccountId, InvitationId, LetterId,
    permission::Role,
    staff::{Invitation, InvitationToken, NewInvitation},
};
use serde::{Deserialize, Serialize};

use super::Answer;
use crate::{
    App,
    error::{Error, Result, percent},
    links,
    pages::{self, Admin, Page, Typed, letters},
};

/// What any of the page's forms sends. A role is there when its box is ticked.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Staffing {
    account: String,
    invitation: String,
    letter: String,
    email: Option<String>,
    own_language: Option<String>,
    administrator: Option<String>,
    clerk: Option<String>,
    moderator: Option<String>,
}

impl Staffing {
    fn roles(&self) -> BTreeSet<Role> {
        let ticked = |role: &Role| match role {
            Role::Administrator => self.administrator.is_some(),
            Role::Clerk => self.clerk.is_some(),
            Role::Moderator => self.moderator.is_some(),
        };
        Role::ALL.into_iter().filter(ticked).collect()
    }
}

pub(super) async fn change(
    State(app): State<App>,
    admin: Admin,
    answer: Answer,
    Path(act): Path<String>,
    Form(form): Form<Staffing>,
) -> Response {
    match make(&app, &admin, &act, &form).await {
        Ok(()) if answer.html => Redirect::to(&format!("/studio/accounts?done={}", percent(&act))).into_response(),
        Ok(()) => axum::Json(serde_json::json!({ "ok": true })).into_response(),
        Err(error) => {
            let typed = Typed::of(&form);
            answer.again(app, admin.staff, Page::Accounts, error, typed).await
        }
    }
}

async fn make(app: &App, admin: &Admin, act: &str, form: &Staffing) -> Result<()> {
    let (council, by) = (&app.council, &admin.administrator);
    let account = || form.account.parse::<AccountId>().map_err(|_| Error::NotFound);
    match act {
        "roles" => council.set_roles(by, account()?, &form.roles()).await?,
        "disable" => council.disable(by, account()?, true).await?,
        "enable" => council.disable(by, account()?, false).await?,
        "end-sessions" => council.end_sessions(by, account()?).await?,
        "withdraw" => {
            let invitation: InvitationId = form.invitation.parse().map_err(|_| Error::NotFound)?;
            council.withdraw_invitation(by, invitation).await?;
        }
        "letters-again" => council.hurry_letters(by).await?,
        "letters-forget" => {
            let letter: LetterId = form.letter.parse().map_err(|_| Error::NotFound)?;
            council.forget_letter(by, letter).await?;
        }
        _ => return Err(Error::NotFound),
    }
    Ok(())
}

/// Invites, and answers with the only page that ever shows the link.
pub(super) async fn invite(
    State(app): State<App>,
    admin: Admin,
    answer: Answer,
    Form(form): Form<Staffing>,
) -> Response {
    let new = NewInvitation {
        email: form.email.clone().unwrap_or_default(),
        roles: form.roles(),
        language: form.own_language.clone().unwrap_or_default(),
    };
    let staff = &admin.staff.clerk;
    let invited = async {
        let base = links::base(&app, &staff.here, &admin.staff.host).await?;
        let compose = |of: &Invitation, code: &InvitationToken| {
            let by = &staff.session.account.name;
            Some(letters::invitation(&staff.here, of, by, &base, code.expose()))
        };
        let (invitation, token) = app.council.invite(&admin.administrator, &new, compose).await?;
        Ok((invitation, format!("{base}/join#{}", token.expose())))
    };
    match invited.await {
        Ok((invitation, link)) => {
            let mut response = if answer.html {
                pages::invited_page(&admin.staff, (&invitation, &link), app.config.mail)
            } else {
                axum::Json(serde_json::json!({ "id": invitation.id, "link": link })).into_response()
            };
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(error) => answer.again(app, admin.staff, Page::Accounts, error, Typed::of(&form)).await,
    }
}
