//! Letters in SQL.

use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Due, Letter, Problem, Waiting};
use crate::{
    LetterId, MunicipalityId, Result,
    db::{parsed, undecodable},
};

pub(super) async fn insert(
    connection: &mut AnyConnection,
    of: MunicipalityId,
    letter: &Letter,
    now_ms: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO letter (id, municipality, receiver, subject, text, created_at_ms, expires_at_ms, due_at_ms, tries,
                             problem, answer, given_up_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $6, 0, NULL, '', NULL)",
    )
    .bind(LetterId::new().to_string())
    .bind(of.to_string())
    .bind(letter.receiver.as_str())
    .bind(letter.subject.as_str())
    .bind(letter.text.as_str())
    .bind(now_ms)
    .bind(now_ms + letter.good_for_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// The letter that is due longest.
pub(super) async fn due(connection: &mut AnyConnection, now_ms: i64) -> Result<Option<LetterId>> {
    sqlx::query("SELECT id FROM letter WHERE due_at_ms <= $1 AND given_up_at_ms IS NULL ORDER BY due_at_ms, id LIMIT 1")
        .bind(now_ms)
        .fetch_optional(connection)
        .await?
        .map(|row| parsed(&row, "id"))
        .transpose()
}

/// Takes a letter until `until_ms`, unless somebody else has.
pub(super) async fn take(
    connection: &mut AnyConnection,
    id: LetterId,
    now_ms: i64,
    until_ms: i64,
) -> Result<Option<Due>> {
    sqlx::query(
        "UPDATE letter SET due_at_ms = $1, tries = tries + 1, problem = NULL, answer = ''
         WHERE id = $2 AND due_at_ms <= $3 AND given_up_at_ms IS NULL
         RETURNING receiver, subject, text, expires_at_ms, tries",
    )
    .bind(until_ms)
    .bind(id.to_string())
    .bind(now_ms)
    .fetch_optional(connection)
    .await?
    .map(|row| {
        let expires_at_ms: i64 = row.try_get("expires_at_ms")?;
        let tries: i64 = row.try_get("tries")?;
        let letter = Letter {
            receiver: row.try_get("receiver")?,
            subject: row.try_get("subject")?,
            text: row.try_get("text")?,
            good_for_ms: expires_at_ms - now_ms,
        };
        Ok(Due { id, letter, tries: u32::try_from(tries).unwrap_or(u32::MAX) })
    })
    .transpose()
}

pub(super) async fn delete(connection: &mut AnyConnection, id: LetterId) -> Result<()> {
    sqlx::query("DELETE FROM letter WHERE id = $1").bind(id.to_string()).execute(connection).await?;
    Ok(())
}

/// Notes why a try failed, and when the next one is.
pub(super) async fn note(
    connection: &mut AnyConnection,
    id: LetterId,
    (problem, answer): (Problem, &str),
    again_at_ms: i64,
) -> Result<()> {
    sqlx::query("UPDATE letter SET problem = $1, answer = $2, due_at_ms = $3 WHERE id = $4")
        .bind(problem.name())
        .bind(answer)
        .bind(again_at_ms)
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn give_up(connection: &mut AnyConnection, id: LetterId, now_ms: i64) -> Result<()> {
    sqlx::query("UPDATE letter SET given_up_at_ms = $1, text = '' WHERE id = $2")
        .bind(now_ms)
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives up what would be tried only when it is of no use any more.
pub(super) async fn give_up_late(connection: &mut AnyConnection, now_ms: i64) -> Result<()> {
    sqlx::query(
        "UPDATE letter SET given_up_at_ms = $1, text = '' WHERE given_up_at_ms IS NULL AND due_at_ms >= expires_at_ms",
    )
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes all that wait due now. What somebody is handing over just now has no problem noted, and is left to them.
pub(super) async fn hurry(connection: &mut AnyConnection, of: MunicipalityId, now_ms: i64) -> Result<()> {
    sqlx::query(
        "UPDATE letter SET due_at_ms = $1
         WHERE municipality = $2 AND given_up_at_ms IS NULL AND problem IS NOT NULL AND due_at_ms > $1",
    )
    .bind(now_ms)
    .bind(of.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

/// Deletes a letter of a municipality; answers whether there was one.
pub(super) async fn forget(connection: &mut AnyConnection, of: MunicipalityId, id: LetterId) -> Result<bool> {
    let gone = sqlx::query("DELETE FROM letter WHERE municipality = $1 AND id = $2")
        .bind(of.to_string())
        .bind(id.to_string())
        .execute(connection)
        .await?;
    Ok(gone.rows_affected() > 0)
}

pub(super) async fn waiting(connection: &mut AnyConnection, of: MunicipalityId, limit: u32) -> Result<Vec<Waiting>> {
    let rows = sqlx::query(
        "SELECT id, receiver, subject, created_at_ms, due_at_ms, problem, answer, given_up_at_ms FROM letter
         WHERE municipality = $1 ORDER BY id DESC LIMIT $2",
    )
    .bind(of.to_string())
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.iter().map(one_waiting).collect()
}

fn one_waiting(row: &AnyRow) -> Result<Waiting> {
    let given_up_at_ms: Option<i64> = row.try_get("given_up_at_ms")?;
    let due_at_ms: i64 = row.try_get("due_at_ms")?;
    let name: Option<String> = row.try_get("problem")?;
    let named = |name: String| Problem::ALL.into_iter().find(|problem| problem.name() == name);
    let problem = match name {
        Some(name) => Some((named(name).ok_or_else(|| undecodable("problem", "unknown"))?, row.try_get("answer")?)),
        None => None,
    };
    Ok(Waiting {
        id: parsed(row, "id")?,
        receiver: row.try_get("receiver")?,
        subject: row.try_get("subject")?,
        created_at_ms: row.try_get("created_at_ms")?,
        due_at_ms: given_up_at_ms.is_none().then_some(due_at_ms),
        problem,
    })
}
