//! What everybody may change of their own account: the name, the language, the password, where they are logged in.

use serde_json::{Value, json};

use super::{NAME_MAX, Session, db, password, token_hash};
use crate::{
    Council, Error, MunicipalityId, Result,
    audit::{self, INSTALLATION, Line},
    db::Write,
    letter::Letter,
    text,
};

/// A place where an account is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What it is ended by: the beginning of its token's hash, which opens nothing.
    pub name: String,
    /// The browser and the system; empty where they are not known.
    pub what: String,
    /// Since when, milliseconds UTC.
    pub began_at_ms: i64,
    /// When it was last used, to the minute.
    pub used_at_ms: i64,
    /// Whether it is the one that asks.
    pub own: bool,
}

impl Device {
    /// How many hex digits of the hash name a session.
    pub(super) const NAME: usize = 16;
}

impl Council {
    /// Changes the own name, and the language (`el` or `en`) of what is sent by e-mail.
    ///
    /// # Errors
    /// When a value is refused, or the database fails.
    pub async fn rename_self(&self, session: &Session, name: &str, language: &str) -> Result<()> {
        let name = text::required("name", name, NAME_MAX)?;
        if !matches!(language, "el" | "en") {
            return text::refused("own_language", "value-unknown");
        }
        let mut write = self.write().await?;
        db::rename(&mut write, session.account.id, &name, language).await?;
        self.log_own(&mut write, session, "account.rename", json!({ "name": name })).await?;
        write.commit().await
    }

    /// Changes the own password, which needs the present one, ends all sessions but that of `token`, and sends a letter
    /// that says so, in the name of a municipality.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `old_password` when that is not right, and for a new one of a wrong length;
    /// [`Error::TooMany`], since the old one could be guessed here too.
    pub async fn change_password(
        &self,
        session: &Session,
        token: &str,
        old: &str,
        new: &str,
        from: &str,
        (here, notice): (MunicipalityId, &Letter),
    ) -> Result<()> {
        let account = &session.account;
        let wrong = |error| match error {
            Error::Credentials => Error::Invalid { field: "old_password", what: "value-wrong" },
            other => other,
        };
        self.check_password(&account.email, old, from).await.map_err(wrong)?;
        let hash = password::hash(&self.gate, new).await?;
        let mut write = self.write().await?;
        db::set_password(&mut write, account.id, &hash).await?;
        db::end_all_but(&mut write, account.id, &token_hash(token)).await?;
        // A link that is on its way would undo it.
        db::drop_reset(&mut write, account.id).await?;
        self.post(&mut write, here, notice).await?;
        self.log_own(&mut write, session, "account.password", json!({})).await?;
        write.commit().await
    }

    /// Where the own account is logged in, the last used first; `token` is the asking session's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn own_sessions(&self, session: &Session, token: &str) -> Result<Vec<Device>> {
        let mut connection = self.read().await?;
        db::sessions(&mut connection, session.account.id, &token_hash(token), self.clock.now_ms()).await
    }

    /// Ends one of the own sessions by its [`Device::name`].
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none such; else when the database fails.
    pub async fn end_own_session(&self, session: &Session, name: &str) -> Result<()> {
        let mut write = self.write().await?;
        if !db::end_named(&mut write, session.account.id, name).await? {
            return Err(Error::NotFound("session"));
        }
        self.log_own(&mut write, session, "session.end", json!({})).await?;
        write.commit().await
    }

    /// Ends all own sessions but that of `token`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_other_sessions(&self, session: &Session, token: &str) -> Result<()> {
        let mut write = self.write().await?;
        db::end_all_but(&mut write, session.account.id, &token_hash(token)).await?;
        self.log_own(&mut write, session, "session.end_others", json!({})).await?;
        write.commit().await
    }

    /// Logs what somebody did to their own account, wherever they have a role.
    async fn log_own(&self, write: &mut Write, session: &Session, act: &str, detail: Value) -> Result<()> {
        let mut logs: Vec<MunicipalityId> = session.roles.iter().map(|(municipality, _)| *municipality).collect();
        // In one order everywhere, so that two acts at once never wait for each other in a ring.
        logs.sort();
        logs.dedup();
        if logs.is_empty() {
            logs.push(INSTALLATION);
        }
        let subject = session.account.id.to_string();
        for log in logs {
            let line = Line { account: Some(session.account.id), act, subject: &subject, detail: detail.clone() };
            audit::append(write, &self.clock, log, line).await?;
        }
        Ok(())
    }
}
