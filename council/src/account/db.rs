//! Accounts, roles and sessions in SQL.

use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Account, Device, SESSIONS_MAX};
use crate::{
    AccountId, MunicipalityId, Result,
    db::{parsed, undecodable, unless_taken},
    permission::Role,
};

/// Whether there is any account.
pub(super) async fn any(connection: &mut AnyConnection) -> Result<bool> {
    Ok(sqlx::query("SELECT id FROM account LIMIT 1").fetch_optional(connection).await?.is_some())
}

pub(super) async fn count(connection: &mut AnyConnection) -> Result<i64> {
    Ok(sqlx::query("SELECT COUNT(*) AS accounts FROM account").fetch_one(connection).await?.try_get("accounts")?)
}

pub(super) async fn is_there(connection: &mut AnyConnection, account: AccountId) -> Result<bool> {
    let row = sqlx::query("SELECT id FROM account WHERE id = $1")
        .bind(account.to_string())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// The account of a normalised address, with the hash of its password.
pub(crate) async fn by_email(connection: &mut AnyConnection, email: &str) -> Result<Option<(Account, String)>> {
    sqlx::query("SELECT id, email, name, language, password_hash FROM account WHERE email = $1")
        .bind(email)
        .fetch_optional(connection)
        .await?
        .map(|row| Ok((account(&row)?, row.try_get("password_hash")?)))
        .transpose()
}

pub(crate) async fn insert(connection: &mut AnyConnection, account: &Account, hash: &str, now_ms: i64) -> Result<()> {
    let inserted = sqlx::query(
        "INSERT INTO account (id, email, name, language, password_hash, created_at_ms) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(account.id.to_string())
    .bind(account.email.as_str())
    .bind(account.name.as_str())
    .bind(account.language.clone())
    .bind(hash)
    .bind(now_ms)
    .execute(connection)
    .await;
    unless_taken(inserted, "email").map(drop)
}

pub(crate) async fn grant(
    connection: &mut AnyConnection,
    account: AccountId,
    municipality: MunicipalityId,
    role: Role,
    now_ms: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO account_role (account, municipality, role, granted_at_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (account, municipality, role) DO NOTHING",
    )
    .bind(account.to_string())
    .bind(municipality.to_string())
    .bind(role.name())
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// The names of those who have a role in a municipality.
pub(super) async fn staff_names(connection: &mut AnyConnection, of: MunicipalityId) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "SELECT DISTINCT a.name FROM account a JOIN account_role r ON r.account = a.id WHERE r.municipality = $1",
    )
    .bind(of.to_string())
    .fetch_all(connection)
    .await?;
    Ok(rows.iter().map(|row| row.try_get("name")).collect::<Result<_, sqlx::Error>>()?)
}

/// What an account may be and where, and whether it is disabled there.
pub(super) struct Granted {
    pub(super) municipality: MunicipalityId,
    pub(super) role: Role,
    pub(super) disabled: bool,
}

pub(super) async fn granted(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<Granted>> {
    let rows = sqlx::query(
        "SELECT municipality, role, disabled_at_ms FROM account_role WHERE account = $1 ORDER BY municipality, role",
    )
    .bind(account.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let disabled_at_ms: Option<i64> = row.try_get("disabled_at_ms")?;
            Ok(Granted {
                municipality: parsed(row, "municipality")?,
                role: role(row)?,
                disabled: disabled_at_ms.is_some(),
            })
        })
        .collect()
}

pub(crate) fn role(row: &AnyRow) -> Result<Role> {
    let name: String = row.try_get("role")?;
    Role::named(&name).ok_or_else(|| undecodable("role", "unknown"))
}

/// Adds a session; sessions that are over end, and of the account's others all but the newest.
pub(super) async fn insert_session(
    connection: &mut AnyConnection,
    token_hash: &str,
    account: AccountId,
    now_ms: i64,
    expires_at_ms: i64,
) -> Result<()> {
    sqlx::query("DELETE FROM session WHERE expires_at_ms <= $1").bind(now_ms).execute(&mut *connection).await?;
    sqlx::query(
        "DELETE FROM session WHERE token_hash IN
         (SELECT token_hash FROM session WHERE account = $1 ORDER BY used_at_ms DESC, token_hash LIMIT $3 OFFSET $2)",
    )
    .bind(account.to_string())
    .bind(i64::from(SESSIONS_MAX) - 1)
    .bind(i64::MAX)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO session (token_hash, account, created_at_ms, used_at_ms, expires_at_ms)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(token_hash)
    .bind(account.to_string())
    .bind(now_ms)
    .bind(now_ms)
    .bind(expires_at_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// A session that is not over.
pub(super) struct Found {
    pub(super) account: Account,
    pub(super) created_at_ms: i64,
    pub(super) used_at_ms: i64,
}

pub(super) async fn session(connection: &mut AnyConnection, token_hash: &str, now_ms: i64) -> Result<Option<Found>> {
    sqlx::query(
        "SELECT a.id, a.email, a.name, a.language, s.created_at_ms, s.used_at_ms
         FROM session s JOIN account a ON a.id = s.account WHERE s.token_hash = $1 AND s.expires_at_ms > $2",
    )
    .bind(token_hash)
    .bind(now_ms)
    .fetch_optional(connection)
    .await?
    .map(|row| {
        Ok(Found {
            account: account(&row)?,
            created_at_ms: row.try_get("created_at_ms")?,
            used_at_ms: row.try_get("used_at_ms")?,
        })
    })
    .transpose()
}

pub(super) async fn prolong(
    connection: &mut AnyConnection,
    token_hash: &str,
    used_at_ms: i64,
    expires_at_ms: i64,
) -> Result<()> {
    sqlx::query("UPDATE session SET used_at_ms = $1, expires_at_ms = $2 WHERE token_hash = $3")
        .bind(used_at_ms)
        .bind(expires_at_ms)
        .bind(token_hash)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn end_session(connection: &mut AnyConnection, token_hash: &str) -> Result<()> {
    sqlx::query("DELETE FROM session WHERE token_hash = $1").bind(token_hash).execute(connection).await?;
    Ok(())
}

/// Notes that an account logged in, and with what.
pub(super) async fn note_log_in(
    connection: &mut AnyConnection,
    account: AccountId,
    token_hash: &str,
    device: &str,
    now_ms: i64,
) -> Result<()> {
    sqlx::query("UPDATE account SET logged_in_at_ms = $1 WHERE id = $2")
        .bind(now_ms)
        .bind(account.to_string())
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE session SET device = $1 WHERE token_hash = $2")
        .bind(device)
        .bind(token_hash)
        .execute(connection)
        .await?;
    Ok(())
}

/// The sessions of an account that are not over, the last used first.
pub(super) async fn sessions(
    connection: &mut AnyConnection,
    account: AccountId,
    own: &str,
    now_ms: i64,
) -> Result<Vec<Device>> {
    let rows = sqlx::query(
        "SELECT token_hash, device, created_at_ms, used_at_ms FROM session
         WHERE account = $1 AND expires_at_ms > $2 ORDER BY used_at_ms DESC, token_hash",
    )
    .bind(account.to_string())
    .bind(now_ms)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let hash: String = row.try_get("token_hash")?;
            Ok(Device {
                own: hash == own,
                name: hash.chars().take(Device::NAME).collect(),
                what: row.try_get("device")?,
                began_at_ms: row.try_get("created_at_ms")?,
                used_at_ms: row.try_get("used_at_ms")?,
            })
        })
        .collect()
}

/// Ends the session of an account whose hash begins so; answers whether there was one.
pub(super) async fn end_named(connection: &mut AnyConnection, account: AccountId, name: &str) -> Result<bool> {
    let ended = sqlx::query("DELETE FROM session WHERE account = $1 AND substr(token_hash, 1, $2) = $3")
        .bind(account.to_string())
        .bind(i32::try_from(Device::NAME).unwrap_or(i32::MAX))
        .bind(name)
        .execute(connection)
        .await?;
    Ok(ended.rows_affected() > 0)
}

/// Ends the sessions of an account, but for the one with this hash.
pub(crate) async fn end_all_but(connection: &mut AnyConnection, account: AccountId, own: &str) -> Result<()> {
    sqlx::query("DELETE FROM session WHERE account = $1 AND token_hash <> $2")
        .bind(account.to_string())
        .bind(own)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn rename(
    connection: &mut AnyConnection,
    account: AccountId,
    name: &str,
    language: &str,
) -> Result<()> {
    sqlx::query("UPDATE account SET name = $1, language = $2 WHERE id = $3")
        .bind(name)
        .bind(language)
        .bind(account.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn set_password(connection: &mut AnyConnection, account: AccountId, hash: &str) -> Result<()> {
    sqlx::query("UPDATE account SET password_hash = $1 WHERE id = $2")
        .bind(hash)
        .bind(account.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps the one token by which an account's password may be set anew.
pub(super) async fn set_reset(
    connection: &mut AnyConnection,
    account: AccountId,
    token_hash: &str,
    expires_at_ms: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO password_reset (account, token_hash, expires_at_ms) VALUES ($1, $2, $3)
         ON CONFLICT (account) DO UPDATE SET token_hash = excluded.token_hash, expires_at_ms = excluded.expires_at_ms",
    )
    .bind(account.to_string())
    .bind(token_hash)
    .bind(expires_at_ms)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn by_reset(connection: &mut AnyConnection, token_hash: &str, now_ms: i64) -> Result<Option<Account>> {
    sqlx::query(
        "SELECT a.id, a.email, a.name, a.language FROM password_reset p JOIN account a ON a.id = p.account
         WHERE p.token_hash = $1 AND p.expires_at_ms > $2",
    )
    .bind(token_hash)
    .bind(now_ms)
    .fetch_optional(connection)
    .await?
    .map(|row| account(&row))
    .transpose()
}

/// Makes the token of an account no longer good.
pub(super) async fn drop_reset(connection: &mut AnyConnection, account: AccountId) -> Result<()> {
    sqlx::query("DELETE FROM password_reset WHERE account = $1").bind(account.to_string()).execute(connection).await?;
    Ok(())
}

/// Spends a token; answers whether there was one.
pub(super) async fn spend_reset(connection: &mut AnyConnection, token_hash: &str) -> Result<bool> {
    let spent =
        sqlx::query("DELETE FROM password_reset WHERE token_hash = $1").bind(token_hash).execute(connection).await?;
    Ok(spent.rows_affected() > 0)
}

pub(crate) fn account(row: &AnyRow) -> Result<Account> {
    Ok(Account {
        id: parsed(row, "id")?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        language: row.try_get("language")?,
    })
}
