//! Attendance in SQL.

use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::Note;
use crate::{
    AccountId, MeetingId, PressId, Result,
    db::{count, is_undone, parsed, stamp},
};

/// The notes of a meeting in the order of time, without those that were taken back.
pub(crate) async fn notes(connection: &mut AnyConnection, meeting: MeetingId) -> Result<Vec<Note>> {
    let rows = sqlx::query(
        "SELECT press, person, name, presence, at_ms FROM attendance
         WHERE meeting = $1 AND undone_at_ms IS NULL ORDER BY at_ms, press",
    )
    .bind(meeting.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(note).collect()
}

fn note(row: &AnyRow) -> Result<Note> {
    Ok(Note {
        press: parsed(row, "press")?,
        person: parsed(row, "person")?,
        name: row.try_get("name")?,
        presence: parsed(row, "presence")?,
        at_ms: row.try_get("at_ms")?,
    })
}

/// What a press of a meeting noted, and whether that was taken back.
pub(super) async fn of_press(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    press: PressId,
) -> Result<Vec<(Note, bool)>> {
    let rows = sqlx::query(
        "SELECT press, person, name, presence, at_ms, undone_at_ms FROM attendance WHERE press = $1 AND meeting = $2",
    )
    .bind(press.to_string())
    .bind(meeting.to_string())
    .fetch_all(connection)
    .await?;
    let each = |row: &AnyRow| Ok((note(row)?, is_undone(row)?));
    rows.iter().map(each).collect()
}

/// How many notes a meeting has had, with those that were taken back.
pub(super) async fn ever(connection: &mut AnyConnection, meeting: MeetingId) -> Result<usize> {
    count(connection, "SELECT COUNT(*) AS many FROM attendance WHERE meeting = $1", meeting).await
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    note: &Note,
    faction: &str,
    account: AccountId,
    now_ms: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO attendance (press, meeting, person, name, faction, presence, at_ms, account, noted_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(note.press.to_string())
    .bind(meeting.to_string())
    .bind(note.person.to_string())
    .bind(note.name.as_str())
    .bind(faction)
    .bind(note.presence.name())
    .bind(note.at_ms)
    .bind(account.to_string())
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn undo(connection: &mut AnyConnection, press: PressId, undone_at_ms: Option<i64>) -> Result<()> {
    stamp(connection, "UPDATE attendance SET undone_at_ms = $1 WHERE press = $2", undone_at_ms, press).await
}

pub(super) async fn shift(connection: &mut AnyConnection, press: PressId, at_ms: i64) -> Result<()> {
    stamp(connection, "UPDATE attendance SET at_ms = $1 WHERE press = $2", Some(at_ms), press).await
}
