//! Accounts, passwords, sessions and the first set-up.

pub(crate) mod db;
mod gate;
mod own;
mod password;
mod reset;

use serde_json::json;

use crate::{
    AccountId, Council, Error, MunicipalityId, Result,
    audit::{self, INSTALLATION, Line},
    db::Write,
    digest,
    municipality::{Bilingual, NewMunicipality},
    permission::Role,
    random, text,
};

pub(crate) use gate::Gate;
pub use own::Device;
pub use password::{PASSWORD_MAX, PASSWORD_MIN};
pub use reset::RESET_MS;

/// The most characters of a person's name.
pub const NAME_MAX: usize = 100;

/// An account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Lower case.
    pub email: String,
    /// How the person is shown.
    pub name: String,
    /// In which language they are written to, `el` or `en`; none: the municipality's.
    pub language: Option<String>,
}

/// A logged-in account as one request sees it.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who.
    pub account: Account,
    /// What they may be, and where.
    pub roles: Vec<(MunicipalityId, Role)>,
}

/// What a new account needs. `Debug` hides the password.
#[derive(Clone)]
pub struct NewAccount {
    /// The e-mail address.
    pub email: String,
    /// The name shown.
    pub name: String,
    /// 12 to 200 characters; hashed with argon2id.
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

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(hidden)")
    }
}

impl std::fmt::Debug for NewAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewAccount").field("email", &self.email).field("name", &self.name).finish_non_exhaustive()
    }
}

/// How long a session lasts without use, milliseconds: twelve hours, a long meeting's day.
pub const SESSION_MS: i64 = 12 * 3_600_000;
/// How long a session lasts at most, however much it is used, milliseconds: a week.
pub const SESSION_MAX_MS: i64 = 7 * 24 * 3_600_000;
/// How many sessions an account has at most; a new one ends the one that was used longest ago.
pub const SESSIONS_MAX: u32 = 20;
/// The most characters that a browser and its system are named by.
const DEVICE_MAX: usize = 80;
/// A use is written down at most this often, milliseconds.
const USE_WRITTEN_MS: i64 = 60_000;

impl Council {
    /// Adds an account.
    ///
    /// # Errors
    /// When a value is refused, the address is taken, or the database fails.
    pub async fn create_account(&self, new: NewAccount) -> Result<Account> {
        let (account, hash) = self.prepare_account(&new).await?;
        let mut write = self.write().await?;
        self.add_account(&mut write, INSTALLATION, &account, &hash).await?;
        write.commit().await?;
        Ok(account)
    }

    /// Gives an account a role.
    ///
    /// # Errors
    /// When there is no such account or municipality, or the database fails.
    pub async fn grant(&self, account: AccountId, municipality: MunicipalityId, role: Role) -> Result<()> {
        let mut write = self.write().await?;
        if !db::is_there(&mut write, account).await? {
            return Err(Error::NotFound("account"));
        }
        if !crate::municipality::db::is_there(&mut write, municipality).await? {
            return Err(Error::NotFound("municipality"));
        }
        self.add_role(&mut write, account, municipality, role).await?;
        write.commit().await
    }

    /// Checks e-mail and password; `from` is the client's address prefix, for the limit on tries
    /// (10 a quarter of an hour for an account, 100 for an address prefix).
    ///
    /// # Errors
    /// [`crate::Error::Credentials`] for every mismatch, in the same time; [`crate::Error::TooMany`].
    /// [`crate::Error::Disabled`] where the password is right.
    pub async fn log_in(&self, email: &str, password: &str, from: &str) -> Result<SessionToken> {
        self.log_in_with(email, password, from, "").await
    }

    /// The same, with the browser and system that the session is known by afterwards.
    ///
    /// # Errors
    /// As for [`Council::log_in`].
    pub async fn log_in_with(&self, email: &str, password: &str, from: &str, device: &str) -> Result<SessionToken> {
        // What is no address is nobody's, and takes the same way.
        let email = text::email(email).unwrap_or_default();
        self.gate.admit(&email, from, self.clock.now_ms())?;
        let mut connection = self.read().await?;
        let known = db::by_email(&mut connection, &email).await?;
        let id = known.as_ref().map(|(account, _)| account.id);
        let granted = db::granted(&mut connection, id.unwrap_or(AccountId::NIL)).await?;
        // The hashing may wait for its turn; nobody waits for this connection meanwhile.
        drop(connection);
        let matched = password::matches(&self.gate, password, known.map(|(_, hash)| hash)).await?;
        let disabled = !granted.is_empty() && granted.iter().all(|granted| granted.disabled);
        let admitted = id.filter(|_| matched && !disabled);

        let now_ms = self.clock.now_ms();
        let token = random::base64_of_256_bits();
        let mut write = self.write().await?;
        if let Some(account) = admitted {
            let hash = token_hash(&token);
            db::insert_session(&mut write, &hash, account, now_ms, now_ms + SESSION_MS).await?;
            let device: String = device.chars().take(DEVICE_MAX).collect();
            db::note_log_in(&mut write, account, &hash, &device, now_ms).await?;
        }
        let logs = granted.iter().map(|granted| granted.municipality).collect();
        self.log_try(&mut write, id, admitted, logs).await?;
        write.commit().await?;
        if admitted.is_none() {
            return Err(if matched && disabled { Error::Disabled } else { Error::Credentials });
        }
        self.gate.forgive(&email);
        Ok(SessionToken(token))
    }

    /// The session of a token that is still good; uses prolong it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(&self, token: &str) -> Result<Option<Session>> {
        let hash = token_hash(token);
        let now_ms = self.clock.now_ms();
        let mut connection = self.read().await?;
        let Some(found) = db::session(&mut connection, &hash, now_ms).await? else { return Ok(None) };
        let granted = db::granted(&mut connection, found.account.id).await?;
        let here = granted.into_iter().filter(|granted| !granted.disabled);
        let roles = here.map(|granted| (granted.municipality, granted.role)).collect();
        drop(connection);
        if now_ms - found.used_at_ms >= USE_WRITTEN_MS {
            let until_ms = (now_ms + SESSION_MS).min(found.created_at_ms + SESSION_MAX_MS);
            // A database that cannot be written for a moment shows nobody the door.
            if let Err(error) = self.prolong(&hash, now_ms, until_ms).await {
                tracing::warn!(%error, "the use of a session was not written down");
            }
        }
        Ok(Some(Session { account: found.account, roles }))
    }

    /// The names of a municipality's staff, which nobody else may bear.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn staff_names(&self, of: MunicipalityId) -> Result<Vec<String>> {
        db::staff_names(&mut *self.read().await?, of).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_out(&self, token: &str) -> Result<()> {
        let mut write = self.write().await?;
        db::end_session(&mut write, &token_hash(token)).await?;
        write.commit().await
    }

    /// At the first start, while there is no account: a one-time token for the first administrator, made anew at each
    /// call; the one before is no longer good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setup_token(&self) -> Result<Option<String>> {
        let any = db::any(&mut *self.read().await?).await?;
        let token = (!any).then(random::base32_of_160_bits);
        self.gate.set_token(token.as_deref());
        Ok(token)
    }

    /// Uses the set-up token: makes the municipality with a council body and its first administrator.
    /// The token stays good where a value is refused.
    ///
    /// # Errors
    /// [`crate::Error::Credentials`] when the token is wrong or spent.
    pub async fn set_up(
        &self,
        token: &str,
        municipality: NewMunicipality,
        administrator: NewAccount,
    ) -> Result<Account> {
        let under_way = self.gate.take_token(token)?;
        let (account, hash) = self.prepare_account(&administrator).await?;
        let mut write = self.write().await?;
        // The installation's log orders this before or after every other first account.
        self.add_account(&mut write, INSTALLATION, &account, &hash).await?;
        if db::count(&mut write).await? != 1 {
            return Err(Error::Credentials);
        }
        let municipality = self.add_municipality(&mut write, &municipality).await?;
        let council =
            Bilingual { el: "Δημοτικό Συμβούλιο".to_owned(), en: "Municipal Council".to_owned() };
        self.add_body(&mut write, municipality.id, "council", &council).await?;
        self.add_role(&mut write, account.id, municipality.id, Role::Administrator).await?;
        write.commit().await?;
        under_way.done();
        Ok(account)
    }

    /// Whether the password is that of the address; counted as a try.
    ///
    /// # Errors
    /// [`Error::Credentials`]; [`Error::TooMany`].
    pub(crate) async fn check_password(&self, email: &str, password: &str, from: &str) -> Result<()> {
        self.gate.admit(email, from, self.clock.now_ms())?;
        let known = db::by_email(&mut *self.read().await?, email).await?;
        if !password::matches(&self.gate, password, known.map(|(_, hash)| hash)).await? {
            return Err(Error::Credentials);
        }
        self.gate.forgive(email);
        Ok(())
    }

    async fn prolong(&self, hash: &str, now_ms: i64, until_ms: i64) -> Result<()> {
        let mut write = self.write().await?;
        db::prolong(&mut write, hash, now_ms, until_ms).await?;
        write.commit().await
    }

    pub(crate) async fn prepare_account(&self, new: &NewAccount) -> Result<(Account, String)> {
        let email = text::email(&new.email)?;
        let name = text::required("name", &new.name, NAME_MAX)?;
        let hash = password::hash(&self.gate, &new.password).await?;
        Ok((Account { id: AccountId::new(), email, name, language: None }, hash))
    }

    async fn add_account(&self, write: &mut Write, log: MunicipalityId, account: &Account, hash: &str) -> Result<()> {
        let subject = account.id.to_string();
        let line = Line { account: None, act: "account.create", subject: &subject, detail: json!({}) };
        audit::append(write, &self.clock, log, line).await?;
        db::insert(write, account, hash, self.clock.now_ms()).await
    }

    async fn add_role(&self, write: &mut Write, to: AccountId, at: MunicipalityId, role: Role) -> Result<()> {
        let subject = to.to_string();
        let detail = json!({ "role": role.name() });
        let line = Line { account: None, act: "account.grant", subject: &subject, detail };
        audit::append(write, &self.clock, at, line).await?;
        db::grant(write, to, at, role, self.clock.now_ms()).await
    }

    /// Logs a try where its account has roles. What was typed for an unknown account may be a password: it is left out.
    async fn log_try(
        &self,
        write: &mut Write,
        of: Option<AccountId>,
        granted: Option<AccountId>,
        mut logs: Vec<MunicipalityId>,
    ) -> Result<()> {
        // In one order everywhere, so that two tries at once never wait for each other in a ring.
        logs.sort();
        logs.dedup();
        if logs.is_empty() {
            logs.push(INSTALLATION);
        }
        let subject = of.map_or_else(|| "unknown".to_owned(), |account| account.to_string());
        let outcome = if granted.is_some() { "granted" } else { "refused" };
        for log in logs {
            let detail = json!({ "outcome": outcome });
            let line = Line { account: granted, act: "session.log_in", subject: &subject, detail };
            audit::append(write, &self.clock, log, line).await?;
        }
        Ok(())
    }
}

pub(crate) fn token_hash(token: &str) -> String {
    digest::hex(&digest::sha256(token.as_bytes()))
}
