//! Invitations: a link that is good once, for a week, and makes whoever has it somebody with a role.

use std::collections::BTreeSet;

use serde_json::json;

use super::db;
use crate::{
    Council, Error, InvitationId, MunicipalityId, Result,
    account::{self, Account, NewAccount, token_hash},
    audit::{self, Line},
    letter::Letter,
    permission::{Administrator, Role},
    random, text,
};

/// How long an invitation is good, milliseconds: a week.
pub const INVITATION_MS: i64 = 7 * 24 * 3_600_000;
/// The most invitations of a municipality that wait.
const WAITING_MAX: usize = 200;

/// An invitation that waits.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Where to.
    pub municipality: MunicipalityId,
    /// Whom, lower case.
    pub email: String,
    /// What they will be; never empty.
    pub roles: BTreeSet<Role>,
    /// In which language they are written to: `el` or `en`.
    pub language: String,
    /// Until when it is good, milliseconds UTC.
    pub expires_at_ms: i64,
}

/// What an invitation needs.
#[derive(Clone, Debug)]
pub struct NewInvitation {
    /// See [`Invitation::email`].
    pub email: String,
    /// See [`Invitation::roles`].
    pub roles: BTreeSet<Role>,
    /// See [`Invitation::language`].
    pub language: String,
}

/// The secret of an invitation: 160 random bits, hashed at rest. `Debug` hides it.
pub struct InvitationToken(String);

impl InvitationToken {
    /// The text of the link.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for InvitationToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InvitationToken(hidden)")
    }
}

/// What the holder of a token is told.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The invitation.
    pub invitation: Invitation,
    /// Whether the address has an account already, whose password is asked for instead of a new one.
    pub known: bool,
}

/// What whoever joins gives. `Debug` hides the password.
#[derive(Clone)]
pub struct Joining {
    /// The name shown; not looked at where there is an account already.
    pub name: String,
    /// A new password, or that of the account.
    pub password: String,
}

impl std::fmt::Debug for Joining {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Joining").field("name", &self.name).finish_non_exhaustive()
    }
}

/// One answer for a token that is wrong, over, used or withdrawn.
fn over() -> Error {
    Error::Invalid { field: "invitation", what: "value-over" }
}

impl Council {
    /// Invites an address, and sends it the letter that `compose` makes of the invitation and its secret, if any.
    /// An invitation that waits for the same address gives way to the new one.
    ///
    /// # Errors
    /// When a value is refused; [`Error::Taken`] for who has a role here already; when too many wait.
    pub async fn invite(
        &self,
        by: &Administrator,
        new: &NewInvitation,
        compose: impl FnOnce(&Invitation, &InvitationToken) -> Option<Letter> + Send,
    ) -> Result<(Invitation, InvitationToken)> {
        let (here, now_ms) = (by.municipality(), self.clock.now_ms());
        if new.roles.is_empty() {
            return text::refused("roles", "value-missing");
        }
        if !matches!(new.language.as_str(), "el" | "en") {
            return text::refused("own_language", "value-unknown");
        }
        let invitation = Invitation {
            id: InvitationId::new(),
            municipality: here,
            email: text::email(&new.email)?,
            roles: new.roles.clone(),
            language: new.language.clone(),
            expires_at_ms: now_ms + INVITATION_MS,
        };
        let token = InvitationToken(random::base32_of_160_bits());
        let mut write = self.write().await?;
        let names: Vec<&str> = invitation.roles.iter().map(|role| role.name()).collect();
        let detail = json!({ "email": invitation.email, "roles": names });
        let subject = invitation.id.to_string();
        let line = Line { account: Some(by.account()), act: "invitation.create", subject: &subject, detail };
        audit::append(&mut write, &self.clock, here, line).await?;
        if let Some((account, _)) = account::db::by_email(&mut write, &invitation.email).await?
            && db::is_member(&mut write, account.id, here).await?
        {
            return Err(Error::Taken("member_email"));
        }
        db::end_invitations_over(&mut write, now_ms).await?;
        db::end_invitations_of(&mut write, here, &invitation.email).await?;
        if db::invitations(&mut write, here).await?.len() >= WAITING_MAX {
            return text::refused("invitations", "value-too-many");
        }
        db::insert_invitation(&mut write, &invitation, &token_hash(&token.0), now_ms).await?;
        if let Some(letter) = compose(&invitation, &token) {
            self.post(&mut write, here, &letter).await?;
        }
        write.commit().await?;
        Ok((invitation, token))
    }

    /// The invitations that wait, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn invitations(&self, administrator: &Administrator) -> Result<Vec<Invitation>> {
        let now_ms = self.clock.now_ms();
        let mut all = db::invitations(&mut *self.read().await?, administrator.municipality()).await?;
        all.retain(|invitation| invitation.expires_at_ms > now_ms);
        Ok(all)
    }

    /// Takes an invitation back: its link is no longer good.
    ///
    /// # Errors
    /// [`Error::NotFound`] when none such waits here; else when the database fails.
    pub async fn withdraw_invitation(&self, by: &Administrator, id: InvitationId) -> Result<()> {
        let mut write = self.write().await?;
        let subject = id.to_string();
        let line =
            Line { account: Some(by.account()), act: "invitation.withdraw", subject: &subject, detail: json!({}) };
        audit::append(&mut write, &self.clock, by.municipality(), line).await?;
        if !db::end_invitation(&mut write, by.municipality(), id).await? {
            return Err(Error::NotFound("invitation"));
        }
        write.commit().await
    }

    /// What a token invites to; `from` is the client's address prefix, for the limit on tries.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `invitation` where the token is not good; [`Error::TooMany`].
    pub async fn invited(&self, token: &str, from: &str) -> Result<Invited> {
        let hash = token_hash(token.trim());
        self.gate.admit(&hash, from, self.clock.now_ms())?;
        let mut connection = self.read().await?;
        let found = db::by_token(&mut connection, &hash, self.clock.now_ms()).await?;
        let invitation = found.ok_or_else(over)?;
        let known = account::db::by_email(&mut connection, &invitation.email).await?.is_some();
        self.gate.forgive(&hash);
        Ok(Invited { invitation, known })
    }

    /// Accepts an invitation, which spends its token: makes the account where there is none, and gives it the roles.
    ///
    /// # Errors
    /// As for [`Council::invited`]; [`Error::Credentials`] where there is an account and the password is not its own;
    /// when a value is refused, after which the token is still good.
    pub async fn join(&self, token: &str, joining: Joining, from: &str) -> Result<Account> {
        let Invited { invitation, known } = self.invited(token, from).await?;
        let email = invitation.email.clone();
        let fresh = if known {
            self.check_password(&email, &joining.password, from).await?;
            None
        } else {
            let new = NewAccount { email, name: joining.name, password: joining.password };
            let (mut account, hash) = self.prepare_account(&new).await?;
            account.language = Some(invitation.language.clone());
            Some((account, hash))
        };
        let now_ms = self.clock.now_ms();
        let mut write = self.write().await?;
        let account = match fresh {
            Some((account, hash)) => {
                account::db::insert(&mut write, &account, &hash, now_ms).await?;
                account
            }
            None => account::db::by_email(&mut write, &invitation.email).await?.ok_or_else(over)?.0,
        };
        let here = invitation.municipality;
        let names: Vec<&str> = invitation.roles.iter().map(|role| role.name()).collect();
        let detail = json!({ "invitation": invitation.id, "roles": names, "new": !known });
        let subject = account.id.to_string();
        let line = Line { account: Some(account.id), act: "account.join", subject: &subject, detail };
        audit::append(&mut write, &self.clock, here, line).await?;
        // Whoever was quicker with the same token has spent it.
        if !db::end_invitation(&mut write, here, invitation.id).await? {
            return Err(over());
        }
        for role in &invitation.roles {
            account::db::grant(&mut write, account.id, here, *role, now_ms).await?;
        }
        write.commit().await?;
        Ok(account)
    }
}
