//! What is sent by e-mail: plain text, in the language of whoever gets it.

use council::{
    account::{Account, RESET_MS},
    letter::Letter,
    municipality::Municipality,
    staff::{INVITATION_MS, Invitation},
};

use super::{roles, words::Words};

/// For how long it is of use to know of a changed password, milliseconds: two days.
const NOTICE_MS: i64 = 2 * 24 * 3_600_000;

/// The words for an account: in its own language, or the municipality's.
fn words(of: &Account, here: &Municipality) -> Words {
    Words::of(of.language.as_deref().unwrap_or(&here.default_language))
}

fn name(t: Words, here: &Municipality) -> String {
    here.name.in_language(t.language()).to_owned()
}

/// The invitation, with its link at `base`.
pub(crate) fn invitation(here: &Municipality, of: &Invitation, by: &str, base: &str, code: &str) -> Letter {
    let t = Words::of(&of.language);
    let roles: Vec<String> = of.roles.iter().map(|role| t.get(roles::key(*role))).collect();
    let arguments = vec![
        ("municipality", name(t, here)),
        ("person", by.to_owned()),
        ("roles", roles.join(", ")),
        ("link", format!("{base}/join#{code}")),
        ("page", format!("{base}/join")),
        ("code", code.to_owned()),
    ];
    Letter {
        receiver: of.email.clone(),
        subject: t.with("letter-invitation-subject", "municipality", name(t, here)),
        text: t.with_all("letter-invitation", arguments),
        good_for_ms: INVITATION_MS,
    }
}

/// The link by which a password is set anew.
pub(crate) fn reset(here: &Municipality, of: &Account, base: &str, code: &str) -> Letter {
    let t = words(of, here);
    let arguments = vec![
        ("municipality", name(t, here)),
        ("person", of.name.clone()),
        ("link", format!("{base}/reset/new#{code}")),
        ("page", format!("{base}/reset/new")),
        ("code", code.to_owned()),
    ];
    Letter {
        receiver: of.email.clone(),
        subject: t.with("letter-reset-subject", "municipality", name(t, here)),
        text: t.with_all("letter-reset", arguments),
        good_for_ms: RESET_MS,
    }
}

/// That the password was changed.
pub(crate) fn changed(here: &Municipality, of: &Account, base: &str) -> Letter {
    let t = words(of, here);
    let arguments =
        vec![("municipality", name(t, here)), ("person", of.name.clone()), ("page", format!("{base}/reset"))];
    Letter {
        receiver: of.email.clone(),
        subject: t.with("letter-changed-subject", "municipality", name(t, here)),
        text: t.with_all("letter-changed", arguments),
        good_for_ms: NOTICE_MS,
    }
}
