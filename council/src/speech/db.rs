//! Speeches in SQL.

use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::Speech;
use crate::{
    AccountId, MeetingId, Result, SpeechId,
    db::{count, is_undone, parsed, stamp},
};

/// The speeches of a meeting in the order of time, without those that were taken back.
pub(crate) async fn speeches(connection: &mut AnyConnection, meeting: MeetingId) -> Result<Vec<Speech>> {
    let rows = sqlx::query(
        "SELECT id, item, person, name, faction, at_ms, until_ms, limit_ms FROM speech
         WHERE meeting = $1 AND undone_at_ms IS NULL ORDER BY at_ms, id",
    )
    .bind(meeting.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(speech).collect()
}

fn speech(row: &AnyRow) -> Result<Speech> {
    let person: Option<String> = row.try_get("person")?;
    Ok(Speech {
        id: parsed(row, "id")?,
        item: parsed(row, "item")?,
        person: person.map(|_| parsed(row, "person")).transpose()?,
        name: row.try_get("name")?,
        faction: row.try_get("faction")?,
        at_ms: row.try_get("at_ms")?,
        until_ms: row.try_get("until_ms")?,
        limit_ms: row.try_get("limit_ms")?,
    })
}

/// A speech of a meeting, and whether it was taken back.
pub(super) async fn find(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    id: SpeechId,
) -> Result<Option<(Speech, bool)>> {
    let row = sqlx::query(
        "SELECT id, item, person, name, faction, at_ms, until_ms, limit_ms, undone_at_ms FROM speech
         WHERE id = $1 AND meeting = $2",
    )
    .bind(id.to_string())
    .bind(meeting.to_string())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((speech(&row)?, is_undone(&row)?)))
}

/// How many speeches a meeting has had, with those that were taken back.
pub(super) async fn ever(connection: &mut AnyConnection, meeting: MeetingId) -> Result<usize> {
    count(connection, "SELECT COUNT(*) AS many FROM speech WHERE meeting = $1", meeting).await
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    speech: &Speech,
    account: AccountId,
    now_ms: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO speech (id, meeting, item, person, name, faction, at_ms, limit_ms, account, noted_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(speech.id.to_string())
    .bind(meeting.to_string())
    .bind(speech.item.to_string())
    .bind(speech.person.map(|person| person.to_string()))
    .bind(speech.name.as_str())
    .bind(speech.faction.as_str())
    .bind(speech.at_ms)
    .bind(speech.limit_ms)
    .bind(account.to_string())
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn end(connection: &mut AnyConnection, speech: SpeechId, until_ms: Option<i64>) -> Result<()> {
    sqlx::query("UPDATE speech SET until_ms = $1 WHERE id = $2")
        .bind(until_ms)
        .bind(speech.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn give_time(connection: &mut AnyConnection, speech: SpeechId, limit_ms: Option<i64>) -> Result<()> {
    sqlx::query("UPDATE speech SET limit_ms = $1 WHERE id = $2")
        .bind(limit_ms)
        .bind(speech.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends the last speech, where it has not ended.
pub(crate) async fn end_running(connection: &mut AnyConnection, meeting: MeetingId, until_ms: i64) -> Result<()> {
    sqlx::query(
        "UPDATE speech SET until_ms = $1
         WHERE until_ms IS NULL AND at_ms <= $1 AND id =
             (SELECT id FROM speech WHERE meeting = $2 AND undone_at_ms IS NULL ORDER BY at_ms DESC, id DESC LIMIT 1)",
    )
    .bind(until_ms)
    .bind(meeting.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn undo(connection: &mut AnyConnection, speech: SpeechId, undone_at_ms: Option<i64>) -> Result<()> {
    stamp(connection, "UPDATE speech SET undone_at_ms = $1 WHERE id = $2", undone_at_ms, speech).await
}
