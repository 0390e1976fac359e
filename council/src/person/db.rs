//! Persons and memberships in SQL.

use sqlx::{AnyConnection, Row as _, any::AnyRow};

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
    rows.iter().map(member).collect()
}

/// Who sat on a body at an instant, or sits on it now: by role, then by name. Where nobody is known to have sat on it then,
/// since its members were listed later, they are those of now.
pub(crate) async fn sitting(connection: &mut AnyConnection, body: BodyId, at_ms: Option<i64>) -> Result<Vec<Member>> {
    let mut found = match at_ms {
        Some(at_ms) => then(connection, body, at_ms).await?,
        None => Vec::new(),
    };
    if found.is_empty() {
        found = members(connection, body).await?;
    }
    super::in_order(&mut found);
    found.dedup_by_key(|member| member.person);
    Ok(found)
}

/// The memberships of a body that lasted at an instant.
async fn then(connection: &mut AnyConnection, body: BodyId, at_ms: i64) -> Result<Vec<Member>> {
    let rows = sqlx::query(
        "SELECT membership.id AS id, membership.person AS person, name, role, faction
         FROM membership JOIN person ON person.id = membership.person
         WHERE body = $1 AND began_at_ms <= $2 AND (ended_at_ms IS NULL OR ended_at_ms > $2)",
    )
    .bind(body.to_string())
    .bind(at_ms)
    .fetch_all(connection)
    .await?;
    rows.iter().map(member).collect()
}

/// The person of a municipality who has sat on a body under this name before.
pub(super) async fn former(connection: &mut AnyConnection, body: BodyId) -> Result<Vec<(PersonId, String)>> {
    let rows = sqlx::query(
        "SELECT DISTINCT person.id AS person, name FROM membership JOIN person ON person.id = membership.person
         WHERE body = $1 AND ended_at_ms IS NOT NULL",
    )
    .bind(body.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((parsed(row, "person")?, row.try_get("name")?))).collect()
}

fn member(row: &AnyRow) -> Result<Member> {
    Ok(Member {
        id: parsed(row, "id")?,
        person: parsed(row, "person")?,
        name: row.try_get("name")?,
        role: parsed(row, "role")?,
        faction: row.try_get("faction")?,
    })
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
    (new, known): (&NewMember, Option<PersonId>),
    now_ms: i64,
) -> Result<()> {
    let person = known.unwrap_or_else(PersonId::new).to_string();
    if known.is_none() {
        sqlx::query("INSERT INTO person (id, municipality, name, created_at_ms) VALUES ($1, $2, $3, $4)")
            .bind(person.as_str())
            .bind(municipality.to_string())
            .bind(new.name.as_str())
            .bind(now_ms)
            .execute(&mut *connection)
            .await?;
    }
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

/// The name of who has a membership of the body, one that has ended too.
pub(super) async fn name(connection: &mut AnyConnection, body: BodyId, member: MembershipId) -> Result<Option<String>> {
    let row = sqlx::query(
        "SELECT name FROM membership JOIN person ON person.id = membership.person
         WHERE membership.id = $1 AND body = $2",
    )
    .bind(member.to_string())
    .bind(body.to_string())
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(row.try_get("name")?)).transpose()
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
