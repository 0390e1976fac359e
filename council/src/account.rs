//! Accounts, passwords, sessions and the first set-up.

use crate::{AccountId, Council, MunicipalityId, Result, permission::Role};

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Lower case.
    pub email: String,
    /// How the person is shown.
    pub name: String,
}

/// A logged-in account as one request sees it.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who.
    pub account: Account,
    /// What they may be, and where.
    pub roles: Vec<(MunicipalityId, Role)>,
}

/// What a new account needs.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// The e-mail address.
    pub email: String,
    /// The name shown.
    pub name: String,
    /// At least 12 characters; hashed with argon2id.
    pub password: String,
}

/// A session's secret as the cookie carries it: 256 random bits, hashed at rest.
pub struct SessionToken(pub(crate) String);

impl SessionToken {
    /// The cookie's value.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// How long a session lasts without use, milliseconds: twelve hours, a long meeting's day.
pub const SESSION_MS: i64 = 12 * 3_600_000;

impl Council {
    /// Adds an account.
    ///
    /// # Errors
    /// When a value is refused, the address is taken, or the database fails.
    pub async fn create_account(&self, new: NewAccount) -> Result<Account> {
        let _ = new;
        todo!()
    }

    /// Gives an account a role.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grant(&self, account: AccountId, municipality: MunicipalityId, role: Role) -> Result<()> {
        let _ = (account, municipality, role);
        todo!()
    }

    /// Checks e-mail and password; `from` is the client's address prefix, for the limit on tries
    /// (10 a quarter of an hour for an account, 100 for an address prefix).
    ///
    /// # Errors
    /// [`crate::Error::Credentials`] for every mismatch, in the same time; [`crate::Error::TooMany`].
    pub async fn log_in(&self, email: &str, password: &str, from: &str) -> Result<SessionToken> {
        let _ = (email, password, from);
        todo!()
    }

    /// The session of a token that is still good; uses prolong it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(&self, token: &str) -> Result<Option<Session>> {
        let _ = token;
        todo!()
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_out(&self, token: &str) -> Result<()> {
        let _ = token;
        todo!()
    }

    /// At the first start, while there is no account: a one-time token for the first administrator, made anew at each start.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setup_token(&self) -> Result<Option<String>> {
        todo!()
    }

    /// Uses the set-up token: makes the municipality with a council body and its first administrator.
    ///
    /// # Errors
    /// [`crate::Error::Credentials`] when the token is wrong or spent.
    pub async fn set_up(
        &self,
        token: &str,
        municipality: crate::municipality::NewMunicipality,
        administrator: NewAccount,
    ) -> Result<Account> {
        let _ = (token, municipality, administrator);
        todo!()
    }
}
