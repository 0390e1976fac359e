//! Sources and their keys in SQL.

use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Camera, Kind, Rank, Source};
use crate::{
    MeetingId, MunicipalityId, Result, SourceId,
    db::{parsed, undecodable},
    digest,
    stream_key::{KeyHash, StreamKey},
};

pub(super) async fn of_municipality(connection: &mut AnyConnection, of: MunicipalityId) -> Result<Vec<Source>> {
    let rows = sqlx::query(
        "SELECT id, municipality, name, kind, key_hint, url FROM source
         WHERE municipality = $1 AND removed_at_ms IS NULL",
    )
    .bind(of.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(source).collect()
}

pub(super) async fn of_meeting(connection: &mut AnyConnection, meeting: MeetingId) -> Result<Vec<(Source, Rank)>> {
    let rows = sqlx::query(
        "SELECT s.id, s.municipality, s.name, s.kind, s.key_hint, s.url, a.rank, a.language
         FROM meeting_source a JOIN source s ON s.id = a.source WHERE a.meeting = $1
         ORDER BY CASE a.rank WHEN 'primary' THEN 0 WHEN 'backup' THEN 1 ELSE 2 END, a.assigned_at_ms, s.id",
    )
    .bind(meeting.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((source(row)?, rank(row)?))).collect()
}

pub(super) async fn keys(connection: &mut AnyConnection) -> Result<Vec<(SourceId, KeyHash)>> {
    let rows = sqlx::query("SELECT id, key_hash FROM source WHERE kind = 'push' AND removed_at_ms IS NULL ORDER BY id")
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let hash: String = row.try_get("key_hash")?;
            let hash = digest::from_hex(&hash).ok_or_else(|| undecodable("key_hash", "not 64 hex digits"))?;
            Ok((parsed(row, "id")?, KeyHash(hash)))
        })
        .collect()
}

pub(super) async fn cameras(connection: &mut AnyConnection) -> Result<Vec<(SourceId, Camera)>> {
    let rows = sqlx::query("SELECT id, url FROM source WHERE kind = 'pull' AND removed_at_ms IS NULL ORDER BY id")
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok((parsed(row, "id")?, Camera(row.try_get("url")?)))).collect()
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    source: &Source,
    hash: Option<KeyHash>,
    now_ms: i64,
) -> Result<()> {
    let (key_hint, url) = match &source.kind {
        Kind::Push { key_hint } => (Some(key_hint.clone()), None),
        Kind::Pull { camera } => (None, Some(camera.expose().to_owned())),
    };
    sqlx::query(
        "INSERT INTO source (id, municipality, name, kind, key_hash, key_hint, url, created_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(source.id.to_string())
    .bind(source.municipality.to_string())
    .bind(source.name.as_str())
    .bind(source.kind.name())
    .bind(hash.map(|hash| digest::hex(&hash.0)))
    .bind(key_hint)
    .bind(url)
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Replaces the key; answers whether the municipality has such a source with a key.
pub(super) async fn set_key(
    connection: &mut AnyConnection,
    municipality: MunicipalityId,
    source: SourceId,
    key: &StreamKey,
    now_ms: i64,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE source SET key_hash = $1, key_hint = $2, rotated_at_ms = $3
         WHERE id = $4 AND municipality = $5 AND kind = 'push' AND removed_at_ms IS NULL",
    )
    .bind(digest::hex(&KeyHash::of(key.expose()).0))
    .bind(key.hint())
    .bind(now_ms)
    .bind(source.to_string())
    .bind(municipality.to_string())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Replaces the address; answers whether the municipality has such a camera.
pub(super) async fn set_camera(
    connection: &mut AnyConnection,
    municipality: MunicipalityId,
    source: SourceId,
    camera: &Camera,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE source SET url = $1
         WHERE id = $2 AND municipality = $3 AND kind = 'pull' AND removed_at_ms IS NULL",
    )
    .bind(camera.expose())
    .bind(source.to_string())
    .bind(municipality.to_string())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether a meeting in session has a source.
pub(super) async fn in_session(connection: &mut AnyConnection, source: SourceId) -> Result<bool> {
    let row = sqlx::query(
        "SELECT a.meeting FROM meeting_source a JOIN meeting m ON m.id = a.meeting
         WHERE a.source = $1 AND m.stage IN ('live', 'paused') LIMIT 1",
    )
    .bind(source.to_string())
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// Marks a source as removed, and takes it from meetings that have not begun.
pub(super) async fn remove(connection: &mut AnyConnection, source: SourceId, now_ms: i64) -> Result<()> {
    sqlx::query("UPDATE source SET removed_at_ms = $1 WHERE id = $2")
        .bind(now_ms)
        .bind(source.to_string())
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "DELETE FROM meeting_source
         WHERE source = $1 AND meeting IN (SELECT id FROM meeting WHERE stage = 'scheduled')",
    )
    .bind(source.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn assign(
    connection: &mut AnyConnection,
    municipality: MunicipalityId,
    meeting: MeetingId,
    source: SourceId,
    rank: Rank,
    now_ms: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO meeting_source (meeting, source, municipality, rank, language, assigned_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (meeting, source) DO UPDATE SET rank = excluded.rank, language = excluded.language",
    )
    .bind(meeting.to_string())
    .bind(source.to_string())
    .bind(municipality.to_string())
    .bind(rank.name())
    .bind(rank.language().map(String::from))
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Answers whether the municipality's meeting had it.
pub(super) async fn unassign(
    connection: &mut AnyConnection,
    municipality: MunicipalityId,
    meeting: MeetingId,
    source: SourceId,
) -> Result<bool> {
    let done = sqlx::query("DELETE FROM meeting_source WHERE meeting = $1 AND source = $2 AND municipality = $3")
        .bind(meeting.to_string())
        .bind(source.to_string())
        .bind(municipality.to_string())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn source(row: &AnyRow) -> Result<Source> {
    let (kind, key_hint, url): (String, Option<String>, Option<String>) =
        (row.try_get("kind")?, row.try_get("key_hint")?, row.try_get("url")?);
    let kind = match (kind.as_str(), key_hint, url) {
        ("push", Some(key_hint), None) => Kind::Push { key_hint },
        ("pull", None, Some(url)) => Kind::Pull { camera: Camera(url) },
        _ => return Err(undecodable("kind", "unknown")),
    };
    Ok(Source { id: parsed(row, "id")?, municipality: parsed(row, "municipality")?, name: row.try_get("name")?, kind })
}

fn rank(row: &AnyRow) -> Result<Rank> {
    let (name, language): (String, Option<String>) = (row.try_get("rank")?, row.try_get("language")?);
    match (name.as_str(), language) {
        ("primary", None) => Ok(Rank::Primary),
        ("backup", None) => Ok(Rank::Backup),
        ("interpreter", Some(language)) => {
            let language = language.parse().map_err(|_| undecodable("language", "unknown"))?;
            Ok(Rank::Interpreter { language })
        }
        _ => Err(undecodable("rank", "unknown")),
    }
}
