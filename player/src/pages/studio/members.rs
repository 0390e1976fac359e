//! The members of a body: many pasted at once, corrected and ended one by one.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use council::{
    BodyId, MembershipId,
    municipality::Body,
    person::{FACTION_MAX, Member, NAME_MAX, Role},
};

use super::{Asked, Field, Frame, Kind, Refused, Section, Staff, html};
use crate::{
    App,
    error::{Error, Result},
};

#[derive(Template)]
#[template(path = "members.html")]
pub(in crate::pages) struct MembersPage {
    frame: Frame,
    body: String,
    href: String,
    refused: Option<Refused>,
    rows: Vec<Row>,
    /// The membership that was ended just now, and can go on.
    ended: Option<String>,
    fields: Vec<Field>,
    name_max: usize,
    faction_max: usize,
}

/// A member, and the form that corrects them.
struct Row {
    id: String,
    name: String,
    role: String,
    faction: String,
    /// Whether the form was refused, and stands open.
    open: bool,
    name_typed: String,
    faction_typed: String,
    /// Value, name, and whether it is chosen.
    roles: Vec<(&'static str, String, bool)>,
}

impl Row {
    fn of(frame: &Frame, member: &Member, asked: &Asked) -> Self {
        let id = member.id.to_string();
        let open = asked.typed.text("member") == Some(&id) && asked.typed.has("member_name");
        let typed = |field: &str, kept: &str| match asked.typed.text(field) {
            Some(typed) if open => typed.to_owned(),
            _ => kept.to_owned(),
        };
        let chosen = typed("member_role", member.role.name());
        let role = |role: Role| (role.name(), frame.t.get(key(role)), role.name() == chosen);
        Self {
            open,
            name: member.name.clone(),
            role: frame.t.get(key(member.role)),
            faction: member.faction.clone(),
            name_typed: typed("member_name", &member.name),
            faction_typed: typed("faction", &member.faction),
            roles: Role::ALL.into_iter().map(role).collect(),
            id,
        }
    }
}

fn key(role: Role) -> &'static str {
    match role {
        Role::Mayor => "role-mayor",
        Role::President => "role-president",
        Role::VicePresident => "role-vice-president",
        Role::Secretary => "role-secretary",
        Role::Councillor => "role-councillor",
    }
}

pub(in crate::pages) async fn members(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response> {
    let (id, here): (BodyId, _) = (id.parse().map_err(|_| Error::NotFound)?, staff.clerk.here.id);
    let members = app.council.members(here, id).await?;
    let bodies = app.council.bodies(here).await?;
    let body = bodies.iter().find(|body| body.id == id).ok_or(Error::NotFound)?;
    let frame = staff.frame(Section::Studio).at(&format!("/studio/bodies/{id}/members"));
    Ok(html(&members_page(frame, body, &members, &asked)))
}

pub(in crate::pages) fn members_page(frame: Frame, body: &Body, members: &[Member], asked: &Asked) -> MembersPage {
    let t = frame.t;
    let mut fields = vec![Field::of(Kind::Lines, "members", t.get("field-members")).hint(t.get("field-members-hint"))];
    let mut refused = Refused::read(t, asked.error.as_deref());
    Refused::mark(&mut refused, &mut fields);
    asked.typed.fill(t, &mut fields);
    MembersPage {
        body: body.name.in_language(t.language()).to_owned(),
        href: format!("/studio/bodies/{}/members", body.id),
        refused,
        rows: members.iter().map(|member| Row::of(&frame, member, asked)).collect(),
        ended: asked.undone.as_deref().and_then(|id| id.parse().ok()).map(|id: MembershipId| id.to_string()),
        fields,
        name_max: NAME_MAX,
        faction_max: FACTION_MAX,
        frame,
    }
}
