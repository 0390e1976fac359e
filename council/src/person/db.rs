//! Persons and memberships in SQL.

use sqlx::{AnyConnection, Row as _};

use super::{Member, NewMember};
use crate::{BodyId, MembershipId, MunicipalityId, PersonId, Result, db::parsed};

/// The memberships of a body that last.
pub(crate) async fn members(connection: &mut AnyConnection, body: BodyId) -> Result<Vec<Member>> {
    let rows = sqlx::query(
        "SELECT membership.id AS id, membership.person AS person, name, role, faction
         FROM membership JOIN person ON person.id = membership.person
         WHERE body = $1 AND ended_at_ms IS NULL",
    )
    .bind(body.to_string())
    .fetch_all(connection)
    .await?;
    let member = |row: &sqlx::any::AnyRow| {
        Ok(Member {
            id: parsed(row, "id")?,
            person: parsed(row, "person")?,
            name: row.try_get("name")?,
            role: parsed(row, "role")?,
            faction: row.try_get("faction")?,
        })
    };
    rows.iter().map(member).collect()
}

/// Takes the body's row, so that two clerks change its members one after the other.
pub(super) async fn lock(connection: &mut AnyConnection, body: BodyId) -> Result<()> {
    sqlx::query("UPDATE body SET slug = slug WHERE id = $1").bind(body.to_string()).execute(connection).await?;
    Ok(())
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    municipality: MunicipalityId,
    body: BodyId,
    new: &NewMember,
    now_ms: i64,
) -> Result<()> {
    let person = PersonId::new().to_string();
    sqlx::query("INSERT INTO person (id, municipality, name, created_at_ms) VALUES ($1, $2, $3, $4)")
        .bind(person.as_str())
        .bind(municipality.to_string())
        .bind(new.name.as_str())
        .bind(now_ms)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO membership (id, municipality, body, person, role, faction, began_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(MembershipId::new().to_string())
    .bind(municipality.to_string())
    .bind(body.to_string())
    .bind(person)
    .bind(new.role.name())
    .bind(new.faction.as_str())
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn change(connection: &mut AnyConnection, old: &Member, new: &NewMember) -> Result<()> {
    sqlx::query("UPDATE person SET name = $1 WHERE id = $2")
        .bind(new.name.as_str())
        .bind(old.person.to_string())
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE membership SET role = $1, faction = $2 WHERE id = $3")
        .bind(new.role.name())
        .bind(new.faction.as_str())
        .bind(old.id.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether there is such a membership of the body.
pub(super) async fn end(
    connection: &mut AnyConnection,
    body: BodyId,
    member: MembershipId,
    ended_at_ms: Option<i64>,
) -> Result<bool> {
    let done = sqlx::query("UPDATE membership SET ended_at_ms = $1 WHERE id = $2 AND body = $3")
        .bind(ended_at_ms)
        .bind(member.to_string())
        .bind(body.to_string())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}
