//! The people with accounts: who may do what, and the page that shows an invitation's link once.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::Response,
};
use council::{
    letter::{self, Problem},
    permission::{Administrator, Role},
    staff::{Invitation, Member},
};

use super::{Asked, Field, Frame, Kind, Refused, Section, Staff, html};
use crate::{
    App,
    error::{Error, Result},
    pages::{own::language_field, roles},
};

/// Somebody who administers the municipality.
pub(crate) struct Admin {
    pub(crate) staff: Staff,
    pub(crate) administrator: Administrator,
}

impl FromRequestParts<App> for Admin {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let staff = Staff::from_request_parts(parts, app).await?;
        let administrator = Administrator::check(&staff.clerk.session, staff.clerk.here.id)?;
        Ok(Self { staff, administrator })
    }
}

#[derive(Template)]
#[template(path = "accounts.html")]
pub(in crate::pages) struct AccountsPage {
    frame: Frame,
    refused: Option<Refused>,
    /// What was done just now.
    done: Option<String>,
    rows: Vec<Row>,
    waiting: Vec<Waiting>,
    fields: Vec<Field>,
    boxes: Vec<Tick>,
    letters: Vec<Unsent>,
}

/// A letter that was not sent yet.
struct Unsent {
    id: String,
    receiver: String,
    subject: String,
    state: String,
    problem: Option<String>,
    answer: String,
}

/// Somebody as a row of the table.
struct Row {
    id: String,
    name: String,
    email: String,
    roles: Vec<String>,
    logged_in: String,
    sessions: usize,
    disabled: Option<String>,
    /// Whether the form of the roles was refused, and stands open.
    open: bool,
    boxes: Vec<Tick>,
}

/// A role to tick: value, name, what it is for.
struct Tick {
    value: &'static str,
    name: String,
    what: String,
    ticked: bool,
}

/// An invitation that waits.
struct Waiting {
    id: String,
    email: String,
    roles: Vec<String>,
    until: String,
}

pub(in crate::pages) async fn accounts(State(app): State<App>, admin: Admin, asked: Asked) -> Result<Response> {
    let staff = app.council.staff(&admin.administrator).await?;
    let invitations = app.council.invitations(&admin.administrator).await?;
    let letters = app.council.letters(&admin.administrator).await?;
    let frame = admin.staff.frame(Section::Accounts);
    Ok(html(&accounts_page(frame, (&staff, &invitations, &letters), &asked)))
}

fn ticks(frame: &Frame, ticked: impl Fn(Role) -> bool) -> Vec<Tick> {
    let tick = |role: Role| Tick {
        value: role.name(),
        name: frame.t.get(roles::key(role)),
        what: frame.t.get(roles::what(role)),
        ticked: ticked(role),
    };
    Role::ALL.into_iter().map(tick).collect()
}

fn names(frame: &Frame, of: &BTreeSet<Role>) -> Vec<String> {
    of.iter().map(|role| frame.t.get(roles::key(*role))).collect()
}

pub(in crate::pages) fn accounts_page(
    frame: Frame,
    (staff, invitations, letters): (&[Member], &[Invitation], &[letter::Waiting]),
    asked: &Asked,
) -> AccountsPage {
    let t = frame.t;
    let row = |member: &Member| {
        let id = member.account.id.to_string();
        let open = asked.typed.text("account") == Some(&id) && !asked.typed.has("email") && asked.error.is_some();
        let logged_in = member.logged_in_at_ms.map(|at_ms| frame.when.moment(at_ms));
        Row {
            open,
            name: member.account.name.clone(),
            email: member.account.email.clone(),
            roles: names(&frame, &member.roles),
            logged_in: logged_in.unwrap_or_else(|| t.get("staff-never")),
            sessions: member.sessions,
            disabled: member
                .disabled_at_ms
                .map(|at_ms| t.with("staff-disabled-since", "time", frame.when.moment(at_ms))),
            boxes: ticks(&frame, |role| member.roles.contains(&role)),
            id,
        }
    };
    let waiting = |invitation: &Invitation| Waiting {
        id: invitation.id.to_string(),
        email: invitation.email.clone(),
        roles: names(&frame, &invitation.roles),
        until: t.with("staff-invited-until", "time", frame.when.moment(invitation.expires_at_ms)),
    };
    let mut fields = vec![
        Field::of(Kind::Email, "email", t.get("field-email")).characters(0, 254),
        language_field(&frame).hint(t.get("field-invited-language-hint")).value(t.language().to_owned()),
    ];
    let mut refused = Refused::read(t, asked.error.as_deref());
    Refused::mark(&mut refused, &mut fields);
    asked.typed.fill(t, &mut fields);
    AccountsPage {
        refused,
        done: asked.done.as_deref().and_then(done_key).map(|key| t.get(key)),
        rows: staff.iter().map(row).collect(),
        waiting: invitations.iter().map(waiting).collect(),
        fields,
        letters: letters.iter().filter_map(|letter| unsent(&frame, letter)).collect(),
        boxes: ticks(&frame, |role| asked.typed.has("email") && asked.typed.has(role.name())),
        frame,
    }
}

/// What is to be said of a letter; nothing before its first try has failed.
fn unsent(frame: &Frame, letter: &letter::Waiting) -> Option<Unsent> {
    let t = frame.t;
    let state = match (letter.due_at_ms, &letter.problem) {
        (None, _) => t.get("letters-given-up"),
        (Some(at_ms), Some(_)) => t.with("letters-next", "time", frame.when.moment(at_ms)),
        (Some(_), None) => return None,
    };
    let (problem, answer) =
        letter.problem.clone().map_or((None, String::new()), |(problem, answer)| (Some(problem), answer));
    Some(Unsent {
        id: letter.id.to_string(),
        receiver: letter.receiver.clone(),
        subject: letter.subject.clone(),
        state,
        problem: problem.map(|problem| t.get(problem_key(problem))),
        answer,
    })
}

fn problem_key(problem: Problem) -> &'static str {
    match problem {
        Problem::Address => "letters-problem-address",
        Problem::Refused => "letters-problem-refused",
        Problem::Deferred => "letters-problem-deferred",
        Problem::Login => "letters-problem-login",
        Problem::Unreachable => "letters-problem-unreachable",
        Problem::Slow => "letters-problem-slow",
        Problem::Folder => "letters-problem-folder",
    }
}

fn done_key(done: &str) -> Option<&'static str> {
    Some(match done {
        "roles" => "staff-done-roles",
        "disable" => "staff-done-disable",
        "enable" => "staff-done-enable",
        "end-sessions" => "staff-done-end-sessions",
        "letters-again" => "letters-done-again",
        "letters-forget" => "letters-done-forget",
        "withdraw" => "staff-done-withdraw",
        _ => return None,
    })
}

#[derive(Template)]
#[template(path = "invited.html")]
pub(in crate::pages) struct InvitedPage {
    frame: Frame,
    email: String,
    link: String,
    until: String,
    /// Whether it is on its way by e-mail as well.
    sent: bool,
}

/// The page that shows an invitation's link, once: an answer to the press of a button, which cannot be asked for again.
pub(crate) fn invited_page(staff: &Staff, shown: (&Invitation, &str), sent: bool) -> Response {
    html(&invited(staff.frame(Section::Accounts), shown, sent))
}

pub(in crate::pages) fn invited(frame: Frame, (invitation, link): (&Invitation, &str), sent: bool) -> InvitedPage {
    let until = frame.when.moment(invitation.expires_at_ms);
    let until = frame.t.with("staff-invited-until", "time", until);
    InvitedPage {
        frame: Frame { path: None, ..frame },
        email: invitation.email.clone(),
        link: link.to_owned(),
        until,
        sent,
    }
}
