//! Decisions in SQL.

use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Ada, Decision};
use crate::{
    AccountId, BodyId, DecisionId, MeetingId, MunicipalityId, Result,
    db::{count, is_undone, parsed, undecodable},
    meeting::Meeting,
};

/// The decisions of a meeting by year and number, without those that were taken back.
pub(crate) async fn decisions(connection: &mut AnyConnection, meeting: MeetingId) -> Result<Vec<Decision>> {
    let rows = sqlx::query(
        "SELECT id, item, vote, year, number, title, text, ada, at_ms FROM decision
         WHERE meeting = $1 AND undone_at_ms IS NULL ORDER BY year, number",
    )
    .bind(meeting.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(decision).collect()
}

fn decision(row: &AnyRow) -> Result<Decision> {
    let (year, number): (i64, i64) = (row.try_get("year")?, row.try_get("number")?);
    let (vote, ada): (Option<String>, String) = (row.try_get("vote")?, row.try_get("ada")?);
    Ok(Decision {
        id: parsed(row, "id")?,
        item: parsed(row, "item")?,
        vote: vote.map(|_| parsed(row, "vote")).transpose()?,
        year: u16::try_from(year).map_err(|error| undecodable("year", error))?,
        number: u32::try_from(number).map_err(|error| undecodable("number", error))?,
        title: row.try_get("title")?,
        text: row.try_get("text")?,
        ada: if ada.is_empty() { None } else { Some(parsed(row, "ada")?) },
        at_ms: row.try_get("at_ms")?,
    })
}

/// A decision of a meeting, and whether it was taken back.
pub(super) async fn find(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    id: DecisionId,
) -> Result<Option<(Decision, bool)>> {
    let row = sqlx::query(
        "SELECT id, item, vote, year, number, title, text, ada, at_ms, undone_at_ms FROM decision
         WHERE id = $1 AND meeting = $2",
    )
    .bind(id.to_string())
    .bind(meeting.to_string())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((decision(&row)?, is_undone(&row)?)))
}

/// The highest number of a body's year; 0 where there is none.
pub(super) async fn highest(
    connection: &mut AnyConnection,
    municipality: MunicipalityId,
    body: BodyId,
    year: u16,
) -> Result<u32> {
    let row = sqlx::query(
        "SELECT COALESCE(MAX(number), 0) AS highest FROM decision
         WHERE body = $1 AND year = $2 AND municipality = $3 AND undone_at_ms IS NULL",
    )
    .bind(body.to_string())
    .bind(i64::from(year))
    .bind(municipality.to_string())
    .fetch_one(connection)
    .await?;
    let highest: i64 = row.try_get("highest")?;
    u32::try_from(highest).map_err(|error| undecodable("number", error))
}

/// How many decisions a meeting has had, with those that were taken back.
pub(super) async fn ever(connection: &mut AnyConnection, meeting: MeetingId) -> Result<usize> {
    count(connection, "SELECT COUNT(*) AS many FROM decision WHERE meeting = $1", meeting).await
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    meeting: &Meeting,
    decision: &Decision,
    account: AccountId,
    now_ms: i64,
) -> Result<()> {
    let done = sqlx::query(
        "INSERT INTO decision (id, municipality, body, meeting, item, vote, year, number, title, text, ada, at_ms, account,
                               noted_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(decision.id.to_string())
    .bind(meeting.municipality.to_string())
    .bind(meeting.body.id.to_string())
    .bind(meeting.id.to_string())
    .bind(decision.item.to_string())
    .bind(decision.vote.map(|vote| vote.to_string()))
    .bind(i64::from(decision.year))
    .bind(i64::from(decision.number))
    .bind(decision.title.as_str())
    .bind(decision.text.as_str())
    .bind(decision.ada.as_ref().map_or("", Ada::as_str))
    .bind(decision.at_ms)
    .bind(account.to_string())
    .bind(now_ms)
    .execute(connection)
    .await;
    unless_taken(done)
}

pub(super) async fn change(connection: &mut AnyConnection, decision: &Decision) -> Result<()> {
    let done = sqlx::query("UPDATE decision SET year = $1, number = $2, title = $3, text = $4, ada = $5 WHERE id = $6")
        .bind(i64::from(decision.year))
        .bind(i64::from(decision.number))
        .bind(decision.title.as_str())
        .bind(decision.text.as_str())
        .bind(decision.ada.as_ref().map_or("", Ada::as_str))
        .bind(decision.id.to_string())
        .execute(connection)
        .await;
    unless_taken(done)
}

pub(super) async fn undo(
    connection: &mut AnyConnection,
    decision: DecisionId,
    undone_at_ms: Option<i64>,
) -> Result<()> {
    let done = sqlx::query("UPDATE decision SET undone_at_ms = $1 WHERE id = $2")
        .bind(undone_at_ms)
        .bind(decision.to_string())
        .execute(connection)
        .await;
    unless_taken(done)
}

/// Which of the two that are one of a kind is another decision's.
fn unless_taken<T>(answer: Result<T, sqlx::Error>) -> Result<()> {
    match answer {
        Ok(_) => Ok(()),
        Err(sqlx::Error::Database(inner)) if inner.is_unique_violation() => {
            // PostgreSQL names the index, SQLite its columns.
            let of_ada = inner.message().contains("ada");
            Err(crate::Error::Taken(if of_ada { "ada" } else { "decision_number" }))
        }
        Err(error) => Err(error.into()),
    }
}
