//! The pages of people with accounts.

use std::collections::BTreeSet;

use council::{
    AccountId, InvitationId, LetterId, MunicipalityId,
    account::{Account, Device},
    letter::{Problem, Waiting},
    permission::Role,
    staff::{Invitation, Invited, Member},
};

use super::{
    Asked, Typed, asked,
    made_up::{HOSTILE, HOUR, NOW, frame, staff},
    studio,
};
use crate::pages::{
    frame::Section,
    login::log_in_page,
    own::{join_form, own_page},
    reset::{Step, reset_form},
};

fn account(name: &str, language: Option<&str>) -> Account {
    Account {
        id: AccountId::new(),
        email: "eleni@rethymno.example".into(),
        name: name.into(),
        language: language.map(str::to_owned),
    }
}

fn invitation() -> Invitation {
    Invitation {
        id: InvitationId::new(),
        municipality: MunicipalityId::new(),
        email: "nikos@rethymno.example".into(),
        roles: BTreeSet::from(Role::ALL),
        language: "el".into(),
        expires_at_ms: NOW + HOUR,
    }
}

/// One of every problem, and one that was not tried yet.
fn letters() -> Vec<Waiting> {
    let problems = Problem::ALL.map(|problem| Some((problem, HOSTILE.to_owned())));
    let letter = |problem: Option<(Problem, String)>| Waiting {
        id: LetterId::new(),
        receiver: "nikos@rethymno.example".into(),
        subject: "Δήμος Ρεθύμνης: πρόσκληση".into(),
        created_at_ms: NOW - HOUR,
        due_at_ms: problem.as_ref().is_none_or(|(problem, _)| !problem.is_for_good()).then_some(NOW + HOUR),
        problem,
    };
    problems.into_iter().chain([None]).map(letter).collect()
}

pub(super) fn add(language: &str, add: &mut dyn FnMut(String, &dyn askama::DynTemplate)) {
    let member = |name: &str, role: Role, disabled_at_ms: Option<i64>, sessions: usize| Member {
        account: account(name, None),
        roles: BTreeSet::from([role, Role::Moderator]),
        disabled_at_ms,
        logged_in_at_ms: disabled_at_ms,
        sessions,
    };
    let people = [
        member("Ελένη Παπαδάκη", Role::Administrator, None, 2),
        member(HOSTILE, Role::Clerk, Some(NOW - HOUR), 0),
        member("Νίκος", Role::Moderator, None, 1),
    ];
    let admin = || staff(language, Section::Accounts).administered(true);
    let of = people[1].account.id.to_string();
    let open = Typed::of(&std::collections::BTreeMap::from([("account", of.as_str())]));
    let invited = Typed::of(&std::collections::BTreeMap::from([("email", HOSTILE), ("clerk", "on")]));
    for (name, people, waiting, asked) in [
        ("alone", &people[..1], vec![], asked(None)),
        ("done", &people[..], vec![invitation()], Asked { done: Some("disable".into()), ..asked(None) }),
        ("refused roles", &people[..], vec![], Asked { typed: open, ..asked(Some("error-invalid-roles")) }),
        ("refused", &people[..], vec![], Asked { typed: invited, ..asked(Some("error-member-email-taken")) }),
    ] {
        add(format!("accounts, {name}"), &studio::accounts_page(admin(), (people, &waiting, &letters()), &asked));
    }
    let link = "https://live.example.gr/join#aaaa";
    for sent in [false, true] {
        add(format!("invited, {sent}"), &studio::invited(admin(), (&invitation(), link), sent));
    }
    for step in [Step::Ask, Step::Sent, Step::New] {
        for error in [None, Some("error-invalid-reset"), Some("error-too-many")] {
            add(
                format!("reset, {step:?}, {error:?}"),
                &reset_form(frame(language, Section::LogIn), step, &asked(error)),
            );
        }
    }
    let done = Asked { done: Some("reset".into()), ..asked(None) };
    add("log-in after a reset".into(), &log_in_page(frame(language, Section::LogIn), &done));
    let device = |own: bool, what: &str| Device {
        name: "0123456789abcdef".into(),
        what: what.into(),
        began_at_ms: NOW - HOUR,
        used_at_ms: NOW,
        own,
    };
    let devices = [device(true, "Firefox, Windows"), device(false, ""), device(false, HOSTILE)];
    let password = Typed::default().with_password("old_password").with_password("password");
    for (name, of, may, devices, asked) in [
        ("as it is", account("Ελένη", Some("en")), &Role::ALL[..], &devices[..], asked(None)),
        ("done", account("Ελένη", None), &[], &devices[..1], Asked { done: Some("password".into()), ..asked(None) }),
        ("refused", account(HOSTILE, None), &[], &devices[..], asked(Some("error-invalid-name"))),
        (
            "password refused",
            account("Ελένη", None),
            &[],
            &devices[..],
            Asked { typed: password, ..asked(Some("error-invalid-old_password")) },
        ),
    ] {
        let page = own_page(staff(language, Section::Own), (&of, may), devices, &asked);
        add(format!("account, {name}"), &page);
    }
    for known in [false, true] {
        let invited = Invited { invitation: invitation(), known };
        for (step, error) in [
            (None, None),
            (None, Some("error-invalid-invitation")),
            (Some(("aaaa", &invited)), None),
            (Some(("aaaa", &invited)), Some("error-invalid-password")),
        ] {
            let typed = Typed::default().with_password("password");
            let page = join_form(frame(language, Section::LogIn), step, error, &typed);
            add(format!("join, {known}, {}, {error:?}", step.is_some()), &page);
        }
    }
}
