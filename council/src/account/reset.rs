//! Setting a password anew by a link that comes by e-mail: good once, for an hour.

use serde_json::json;

use super::{Account, db, password, token_hash};
use crate::{
    Council, Error, MunicipalityId, Result,
    audit::{self, Line},
    letter::Letter,
    random, text,
};

/// How long such a link is good, milliseconds: an hour.
pub const RESET_MS: i64 = 3_600_000;

impl Council {
    /// Sends whoever has this address, and a role in the municipality, the letter that `compose` makes of the account and
    /// the link's secret. Nothing tells the caller whether there is anybody; how long it takes is for the caller to hide.
    /// `from` is the client's address prefix.
    ///
    /// # Errors
    /// [`Error::TooMany`] after three for an address or a hundred from a prefix within a quarter of an hour, known or not.
    pub async fn ask_reset(
        &self,
        here: MunicipalityId,
        email: &str,
        from: &str,
        compose: impl FnOnce(&Account, &str) -> Letter + Send,
    ) -> Result<()> {
        let email = text::email(email)?;
        let now_ms = self.clock.now_ms();
        self.gate.admit_seldom(&format!("reset {email}"), from, now_ms)?;
        let mut connection = self.read().await?;
        let Some((account, _)) = db::by_email(&mut connection, &email).await? else { return Ok(()) };
        let granted = db::granted(&mut connection, account.id).await?;
        drop(connection);
        if !granted.iter().any(|granted| granted.municipality == here && !granted.disabled) {
            return Ok(());
        }
        let token = random::base32_of_160_bits();
        let letter = compose(&account, &token);
        let subject = account.id.to_string();
        let mut write = self.write().await?;
        db::set_reset(&mut write, account.id, &token_hash(&token), now_ms + RESET_MS).await?;
        self.post(&mut write, here, &letter).await?;
        let line = Line { account: None, act: "account.ask_reset", subject: &subject, detail: json!({}) };
        audit::append(&mut write, &self.clock, here, line).await?;
        write.commit().await
    }

    /// Sets a password anew, which spends the token and ends every session of the account, and sends the letter that
    /// `notice` makes of it. Where the new password is refused the token is still good.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `reset` where the token is wrong, over or spent, and for a password of a wrong length;
    /// [`Error::TooMany`].
    pub async fn reset_password(
        &self,
        here: MunicipalityId,
        token: &str,
        new: &str,
        from: &str,
        notice: impl FnOnce(&Account) -> Letter + Send,
    ) -> Result<Account> {
        let over = || Error::Invalid { field: "reset", what: "value-over" };
        let hash = token_hash(token.trim());
        let now_ms = self.clock.now_ms();
        self.gate.admit(&hash, from, now_ms)?;
        let account = db::by_reset(&mut *self.read().await?, &hash, now_ms).await?.ok_or_else(over)?;
        self.gate.forgive(&hash);
        let password = password::hash(&self.gate, new).await?;
        let letter = notice(&account);
        let subject = account.id.to_string();
        let mut write = self.write().await?;
        let line = Line { account: Some(account.id), act: "account.reset", subject: &subject, detail: json!({}) };
        audit::append(&mut write, &self.clock, here, line).await?;
        // Whoever was quicker with the same token has spent it.
        if !db::spend_reset(&mut write, &hash).await? {
            return Err(over());
        }
        db::set_password(&mut write, account.id, &password).await?;
        db::end_all_but(&mut write, account.id, "").await?;
        self.post(&mut write, here, &letter).await?;
        write.commit().await?;
        self.gate.forgive(&account.email);
        Ok(account)
    }
}
