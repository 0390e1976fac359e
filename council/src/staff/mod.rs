//! Who works for a municipality: what they may be, whether they may now, and how they are invited.

mod db;
mod invitation;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    AccountId, Council, Error, MunicipalityId, Result,
    account::{self, Account},
    audit::{self, Line},
    db::Write,
    permission::{Administrator, Role},
    text,
};

pub use invitation::{INVITATION_MS, Invitation, InvitationToken, Invited, Joining, NewInvitation};

/// Somebody with a role in a municipality.
#[derive(Clone, Debug)]
pub struct Member {
    /// The account.
    pub account: Account,
    /// What they may be here; never empty.
    pub roles: BTreeSet<Role>,
    /// Since when they may do nothing here; none: they may.
    pub disabled_at_ms: Option<i64>,
    /// When they last logged in, anywhere on the installation.
    pub logged_in_at_ms: Option<i64>,
    /// In how many places they are logged in now.
    pub sessions: usize,
}

impl Council {
    /// Everybody with a role in the administrator's municipality, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn staff(&self, administrator: &Administrator) -> Result<Vec<Member>> {
        let of = administrator.municipality();
        let mut staff = db::members(&mut *self.read().await?, of, self.clock.now_ms()).await?;
        staff.sort_by_cached_key(|member| (text::sort_key(&member.account.name), member.account.id));
        Ok(staff)
    }

    /// Gives somebody these roles here, and no others.
    ///
    /// # Errors
    /// [`Error::Invalid`] without any role; [`Error::NotFound`] for who has none here;
    /// [`Error::LastAdministrator`] where nobody else administers the municipality.
    pub async fn set_roles(&self, by: &Administrator, of: AccountId, roles: &BTreeSet<Role>) -> Result<()> {
        if roles.is_empty() {
            return text::refused("roles", "value-missing");
        }
        let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
        let mut write = self.begin(by, of, "account.roles", json!({ "roles": names })).await?;
        let here = by.municipality();
        let disabled_at_ms = db::disabled_at_ms(&mut write, of, here).await?;
        db::take_roles(&mut write, of, here).await?;
        for role in roles {
            account::db::grant(&mut write, of, here, *role, self.clock.now_ms()).await?;
        }
        db::disable(&mut write, of, here, disabled_at_ms).await?;
        self.end(write, here).await
    }

    /// Switches somebody off here, which ends their sessions, or on again.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who has no role here; [`Error::LastAdministrator`].
    pub async fn disable(&self, by: &Administrator, of: AccountId, disabled: bool) -> Result<()> {
        let act = if disabled { "account.disable" } else { "account.enable" };
        let mut write = self.begin(by, of, act, json!({})).await?;
        db::disable(&mut write, of, by.municipality(), disabled.then(|| self.clock.now_ms())).await?;
        if disabled {
            account::db::end_all_but(&mut write, of, "").await?;
        }
        self.end(write, by.municipality()).await
    }

    /// Ends all sessions of somebody who has a role here: they log in anew.
    ///
    /// # Errors
    /// [`Error::NotFound`] for who has no role here; else when the database fails.
    pub async fn end_sessions(&self, by: &Administrator, of: AccountId) -> Result<()> {
        let mut write = self.begin(by, of, "account.end_sessions", json!({})).await?;
        account::db::end_all_but(&mut write, of, "").await?;
        write.commit().await
    }

    /// Begins a change of somebody who has a role here. Its line in the log comes first: that puts the changes of a
    /// municipality's staff in one order, so that of two administrators who demote each other one is refused.
    async fn begin(&self, by: &Administrator, of: AccountId, act: &str, detail: Value) -> Result<Write> {
        let mut write = self.write().await?;
        let subject = of.to_string();
        let line = Line { account: Some(by.account()), act, subject: &subject, detail };
        audit::append(&mut write, &self.clock, by.municipality(), line).await?;
        if !db::is_member(&mut write, of, by.municipality()).await? {
            return Err(Error::NotFound("account"));
        }
        Ok(write)
    }

    /// Ends a change, unless nobody would be left who administers the municipality.
    async fn end(&self, mut write: Write, here: MunicipalityId) -> Result<()> {
        if !db::has_administrator(&mut write, here).await? {
            return Err(Error::LastAdministrator);
        }
        write.commit().await
    }
}
