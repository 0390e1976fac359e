//! Transcripts in SQL.

use sqlx::{AnyConnection, AssertSqlSafe, Row as _, SqlSafeStr as _, any::AnyRow};

use super::{Revision, Transcript, Utterance};
use crate::{MeetingId, MunicipalityId, Result, db::parsed};

/// How many utterances go into one statement: SQLite takes 32,766 values.
const BATCH: usize = 500;

/// Waits for whoever changes this meeting now.
pub(super) async fn wait_for_others(connection: &mut AnyConnection, meeting: MeetingId) -> Result<()> {
    sqlx::query("UPDATE meeting SET title = title WHERE id = $1").bind(meeting.to_string()).execute(connection).await?;
    Ok(())
}

/// The revision that holds; 0 where there is none.
pub(super) async fn current(connection: &mut AnyConnection, meeting: MeetingId) -> Result<i64> {
    let row = sqlx::query(
        "SELECT COALESCE(MAX(revision), 0) AS revision FROM transcript WHERE meeting = $1 AND withdrawn_at_ms IS NULL",
    )
    .bind(meeting.to_string())
    .fetch_one(connection)
    .await?;
    Ok(row.try_get("revision")?)
}

/// The highest revision there has been; 0 where there was none.
pub(super) async fn highest(connection: &mut AnyConnection, meeting: MeetingId) -> Result<i64> {
    let row = sqlx::query("SELECT COALESCE(MAX(revision), 0) AS revision FROM transcript WHERE meeting = $1")
        .bind(meeting.to_string())
        .fetch_one(connection)
        .await?;
    Ok(row.try_get("revision")?)
}

pub(crate) async fn transcript(connection: &mut AnyConnection, meeting: MeetingId) -> Result<Transcript> {
    let revision = current(connection, meeting).await?;
    let rows = sqlx::query(
        "SELECT from_ms, until_ms, speaker, text FROM utterance WHERE meeting = $1 AND revision = $2 ORDER BY place",
    )
    .bind(meeting.to_string())
    .bind(revision)
    .fetch_all(connection)
    .await?;
    Ok(Transcript { revision, utterances: rows.iter().map(said).collect::<Result<_>>()? })
}

pub(super) async fn utterance(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    revision: i64,
    place: i64,
) -> Result<Option<Utterance>> {
    let row = sqlx::query(
        "SELECT from_ms, until_ms, speaker, text FROM utterance WHERE meeting = $1 AND revision = $2 AND place = $3",
    )
    .bind(meeting.to_string())
    .bind(revision)
    .bind(place)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(said).transpose()
}

fn said(row: &AnyRow) -> Result<Utterance> {
    Ok(Utterance {
        from_ms: row.try_get("from_ms")?,
        until_ms: row.try_get("until_ms")?,
        speaker: row.try_get("speaker")?,
        text: row.try_get("text")?,
    })
}

/// The newest first.
pub(super) async fn history(connection: &mut AnyConnection, meeting: MeetingId) -> Result<Vec<Revision>> {
    let rows = sqlx::query(
        "SELECT t.revision, t.origin, t.account, COALESCE(a.name, '') AS name, t.created_at_ms, t.withdrawn_at_ms,
                (SELECT COUNT(*) FROM utterance u WHERE u.meeting = t.meeting AND u.revision = t.revision) AS utterances
         FROM transcript t LEFT JOIN account a ON a.id = t.account
         WHERE t.meeting = $1 ORDER BY t.revision DESC",
    )
    .bind(meeting.to_string())
    .fetch_all(connection)
    .await?;
    let revision = |row: &sqlx::any::AnyRow| {
        Ok(Revision {
            revision: row.try_get("revision")?,
            origin: row.try_get("origin")?,
            account: parsed(row, "account")?,
            name: row.try_get("name")?,
            created_at_ms: row.try_get("created_at_ms")?,
            withdrawn_at_ms: row.try_get("withdrawn_at_ms")?,
            utterances: row.try_get("utterances")?,
        })
    };
    rows.iter().map(revision).collect()
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    municipality: MunicipalityId,
    meeting: MeetingId,
    given: &Revision,
    utterances: &[Utterance],
) -> Result<()> {
    sqlx::query(
        "INSERT INTO transcript (meeting, municipality, revision, origin, account, created_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(meeting.to_string())
    .bind(municipality.to_string())
    .bind(given.revision)
    .bind(given.origin.as_str())
    .bind(given.account.to_string())
    .bind(given.created_at_ms)
    .execute(&mut *connection)
    .await?;
    let mut place = 0_i64;
    for batch in utterances.chunks(BATCH) {
        // Only numbers of places are written into the text; every value is bound.
        let row = |at: usize| {
            let first = at * 5 + 3;
            format!("($1, $2, ${}, ${}, ${}, ${}, ${})", first, first + 1, first + 2, first + 3, first + 4)
        };
        let rows = (0..batch.len()).map(row).collect::<Vec<_>>().join(", ");
        let sql =
            format!("INSERT INTO utterance (meeting, revision, place, from_ms, until_ms, speaker, text) VALUES {rows}");
        let mut query = sqlx::query(AssertSqlSafe(sql).into_sql_str()).bind(meeting.to_string()).bind(given.revision);
        for utterance in batch {
            query = query.bind(place).bind(utterance.from_ms).bind(utterance.until_ms);
            query = query.bind(utterance.speaker.clone()).bind(utterance.text.clone());
            place += 1;
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

pub(super) async fn withdraw(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    revision: i64,
    withdrawn_at_ms: Option<i64>,
) -> Result<()> {
    sqlx::query("UPDATE transcript SET withdrawn_at_ms = $1 WHERE meeting = $2 AND revision = $3")
        .bind(withdrawn_at_ms)
        .bind(meeting.to_string())
        .bind(revision)
        .execute(connection)
        .await?;
    Ok(())
}
