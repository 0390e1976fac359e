//! What changes the members of a body.

use axum::{
    Form,
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use council::{
    BodyId, MembershipId,
    person::{NewMember, paste},
};
use serde::{Deserialize, Serialize};

use super::{Answer, invalid};
use crate::{
    App,
    error::{Error, Result, percent},
    pages::{Page, Staff, Typed},
};

/// What any of the page's forms sends.
#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Members {
    members: String,
    member: String,
    member_name: Option<String>,
    member_role: String,
    faction: String,
}

pub(super) async fn change(
    State(app): State<App>,
    staff: Staff,
    answer: Answer,
    Path((id, act)): Path<(String, String)>,
    Form(form): Form<Members>,
) -> Response {
    match make(&app, &staff, &id, &act, &form).await {
        Ok(()) if answer.html => {
            let ended = if act == "end" { format!("?undone={}", percent(&form.member)) } else { String::new() };
            Redirect::to(&format!("/studio/bodies/{}/members{ended}", percent(&id))).into_response()
        }
        Ok(()) => axum::Json(serde_json::json!({ "ok": true })).into_response(),
        Err(error) => {
            let typed = Typed::of(&form);
            answer.again(app, staff, Page::Members(id), error, typed).await
        }
    }
}

async fn make(app: &App, staff: &Staff, body: &str, act: &str, form: &Members) -> Result<()> {
    let (council, clerk) = (&app.council, &staff.clerk.clerk);
    let body: BodyId = body.parse().map_err(|_| Error::NotFound)?;
    let member = || form.member.parse::<MembershipId>().map_err(|_| Error::NotFound);
    match act {
        "add" => {
            let new = paste::read(&form.members);
            if new.is_empty() {
                return Err(invalid("members"));
            }
            council.add_members(clerk, body, new).await?;
        }
        "change" => {
            let name = form.member_name.clone().unwrap_or_default();
            let new = NewMember { name, role: form.member_role.parse()?, faction: form.faction.clone() };
            council.change_member(clerk, body, member()?, new).await?;
        }
        "end" => council.end_member(clerk, body, member()?, true).await?,
        "resume" => council.end_member(clerk, body, member()?, false).await?,
        _ => return Err(Error::NotFound),
    }
    Ok(())
}
