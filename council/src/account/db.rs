//! Accounts, roles and sessions in SQL.

use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Account, SESSIONS_MAX};
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
pub(super) async fn by_email(connection: &mut AnyConnection, email: &str) -> Result<Option<(Account, String)>> {
    sqlx::query("SELECT id, email, name, password_hash FROM account WHERE email = $1")
        .bind(email)
        .fetch_optional(connection)
        .await?
        .map(|row| Ok((account(&row)?, row.try_get("password_hash")?)))
        .transpose()
}

pub(super) async fn insert(connection: &mut AnyConnection, account: &Account, hash: &str, now_ms: i64) -> Result<()> {
    let inserted =
        sqlx::query("INSERT INTO account (id, email, name, password_hash, created_at_ms) VALUES ($1, $2, $3, $4, $5)")
            .bind(account.id.to_string())
            .bind(account.email.as_str())
            .bind(account.name.as_str())
            .bind(hash)
            .bind(now_ms)
            .execute(connection)
            .await;
    unless_taken(inserted, "email").map(drop)
}

pub(super) async fn grant(
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

pub(super) async fn roles(connection: &mut AnyConnection, account: AccountId) -> Result<Vec<(MunicipalityId, Role)>> {
    let rows =
        sqlx::query("SELECT municipality, role FROM account_role WHERE account = $1 ORDER BY municipality, role")
            .bind(account.to_string())
            .fetch_all(connection)
            .await?;
    rows.iter()
        .map(|row| {
            let name: String = row.try_get("role")?;
            let role = Role::named(&name).ok_or_else(|| undecodable("role", "unknown"))?;
            Ok((parsed(row, "municipality")?, role))
        })
        .collect()
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
        "SELECT a.id, a.email, a.name, s.created_at_ms, s.used_at_ms
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

fn account(row: &AnyRow) -> Result<Account> {
    Ok(Account { id: parsed(row, "id")?, email: row.try_get("email")?, name: row.try_get("name")? })
}
