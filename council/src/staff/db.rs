//! Staff and invitations in SQL.

use std::collections::BTreeSet;

use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Invitation, Member};
use crate::{
    AccountId, InvitationId, MunicipalityId, Result,
    account::db::{account, role},
    db::{count, parsed, undecodable},
    permission::Role,
};

/// Everybody with a role in a municipality, in no order.
pub(super) async fn members(connection: &mut AnyConnection, of: MunicipalityId, now_ms: i64) -> Result<Vec<Member>> {
    let rows = sqlx::query(
        "SELECT a.id, a.email, a.name, a.language, a.logged_in_at_ms, r.role, r.disabled_at_ms,
                (SELECT COUNT(*) FROM session s WHERE s.account = a.id AND s.expires_at_ms > $2) AS sessions
         FROM account_role r JOIN account a ON a.id = r.account WHERE r.municipality = $1 ORDER BY a.id",
    )
    .bind(of.to_string())
    .bind(now_ms)
    .fetch_all(connection)
    .await?;
    let mut members: Vec<Member> = Vec::new();
    for row in &rows {
        let (account, role) = (account(row)?, role(row)?);
        match members.last_mut().filter(|member| member.account.id == account.id) {
            Some(member) => drop(member.roles.insert(role)),
            None => {
                let sessions: i64 = row.try_get("sessions")?;
                members.push(Member {
                    account,
                    roles: BTreeSet::from([role]),
                    disabled_at_ms: row.try_get("disabled_at_ms")?,
                    logged_in_at_ms: row.try_get("logged_in_at_ms")?,
                    sessions: usize::try_from(sessions).unwrap_or_default(),
                });
            }
        }
    }
    Ok(members)
}

pub(super) async fn is_member(connection: &mut AnyConnection, account: AccountId, of: MunicipalityId) -> Result<bool> {
    let row = sqlx::query("SELECT role FROM account_role WHERE account = $1 AND municipality = $2 LIMIT 1")
        .bind(account.to_string())
        .bind(of.to_string())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Whether anybody administers a municipality who is not disabled there.
pub(super) async fn has_administrator(connection: &mut AnyConnection, of: MunicipalityId) -> Result<bool> {
    let many = "SELECT COUNT(*) AS many FROM account_role
                WHERE municipality = $1 AND role = 'administrator' AND disabled_at_ms IS NULL";
    Ok(count(connection, many, of).await? > 0)
}

pub(super) async fn disabled_at_ms(
    connection: &mut AnyConnection,
    account: AccountId,
    of: MunicipalityId,
) -> Result<Option<i64>> {
    let row = sqlx::query("SELECT disabled_at_ms FROM account_role WHERE account = $1 AND municipality = $2 LIMIT 1")
        .bind(account.to_string())
        .bind(of.to_string())
        .fetch_one(connection)
        .await?;
    Ok(row.try_get("disabled_at_ms")?)
}

pub(super) async fn take_roles(connection: &mut AnyConnection, account: AccountId, of: MunicipalityId) -> Result<()> {
    sqlx::query("DELETE FROM account_role WHERE account = $1 AND municipality = $2")
        .bind(account.to_string())
        .bind(of.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn disable(
    connection: &mut AnyConnection,
    account: AccountId,
    of: MunicipalityId,
    at_ms: Option<i64>,
) -> Result<()> {
    sqlx::query("UPDATE account_role SET disabled_at_ms = $1 WHERE account = $2 AND municipality = $3")
        .bind(at_ms)
        .bind(account.to_string())
        .bind(of.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn insert_invitation(
    connection: &mut AnyConnection,
    invitation: &Invitation,
    token_hash: &str,
    now_ms: i64,
) -> Result<()> {
    let roles: Vec<&str> = invitation.roles.iter().map(|role| role.name()).collect();
    sqlx::query(
        "INSERT INTO invitation (id, municipality, email, roles, language, token_hash, created_at_ms, expires_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(invitation.id.to_string())
    .bind(invitation.municipality.to_string())
    .bind(invitation.email.as_str())
    .bind(serde_json::to_string(&roles).expect("names are JSON"))
    .bind(invitation.language.as_str())
    .bind(token_hash)
    .bind(now_ms)
    .bind(invitation.expires_at_ms)
    .execute(connection)
    .await?;
    Ok(())
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT id, municipality, email, roles, language, expires_at_ms FROM invitation ", $rest)
    };
}

/// The invitations of a municipality, the newest first; those that are over too.
pub(super) async fn invitations(connection: &mut AnyConnection, of: MunicipalityId) -> Result<Vec<Invitation>> {
    let rows = sqlx::query(select!("WHERE municipality = $1 ORDER BY id DESC"))
        .bind(of.to_string())
        .fetch_all(connection)
        .await?;
    rows.iter().map(invitation).collect()
}

pub(super) async fn by_token(
    connection: &mut AnyConnection,
    token_hash: &str,
    now_ms: i64,
) -> Result<Option<Invitation>> {
    sqlx::query(select!("WHERE token_hash = $1 AND expires_at_ms > $2"))
        .bind(token_hash)
        .bind(now_ms)
        .fetch_optional(connection)
        .await?
        .as_ref()
        .map(invitation)
        .transpose()
}

/// Deletes an invitation; answers whether there was one.
pub(super) async fn end_invitation(
    connection: &mut AnyConnection,
    of: MunicipalityId,
    id: InvitationId,
) -> Result<bool> {
    let ended = sqlx::query("DELETE FROM invitation WHERE municipality = $1 AND id = $2")
        .bind(of.to_string())
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(ended.rows_affected() > 0)
}

pub(super) async fn end_invitations_of(connection: &mut AnyConnection, of: MunicipalityId, email: &str) -> Result<()> {
    sqlx::query("DELETE FROM invitation WHERE municipality = $1 AND email = $2")
        .bind(of.to_string())
        .bind(email)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn end_invitations_over(connection: &mut AnyConnection, now_ms: i64) -> Result<()> {
    sqlx::query("DELETE FROM invitation WHERE expires_at_ms <= $1").bind(now_ms).execute(connection).await?;
    Ok(())
}

fn invitation(row: &AnyRow) -> Result<Invitation> {
    let names: String = row.try_get("roles")?;
    let names: Vec<String> = serde_json::from_str(&names).map_err(|error| undecodable("roles", error))?;
    let known = |name: &String| Role::named(name).ok_or_else(|| undecodable("roles", "unknown"));
    Ok(Invitation {
        id: parsed(row, "id")?,
        municipality: parsed(row, "municipality")?,
        email: row.try_get("email")?,
        roles: names.iter().map(known).collect::<Result<_>>()?,
        language: row.try_get("language")?,
        expires_at_ms: row.try_get("expires_at_ms")?,
    })
}
