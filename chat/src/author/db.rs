//! Who writes, and who may not, in SQL.

use council::{
    AccountId, Council, MeetingId, MunicipalityId,
    db::{Write, parsed},
};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Author, Exclusion};
use crate::{AuthorId, ExclusionId, Reason, Result, db::reason};

/// The author known by `key`, made where new, and what they may.
pub(crate) async fn author(
    write: &mut Write,
    (municipality, meeting): (MunicipalityId, MeetingId),
    key: &str,
    network: &str,
    now_ms: i64,
) -> Result<Author> {
    let row = sqlx::query(
        "INSERT INTO chat_author (id, municipality, key, network, made_at_ms) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (municipality, key) DO UPDATE SET network = excluded.network RETURNING id",
    )
    .bind(AuthorId::new().to_string())
    .bind(municipality.to_string())
    .bind(key)
    .bind(network)
    .bind(now_ms)
    .fetch_one(&mut **write)
    .await?;
    let id: AuthorId = parsed(&row, "id")?;
    let excluded = excluded(write, municipality, id, now_ms).await?;
    let shut = sqlx::query(
        "SELECT id FROM chat_exclusion
         WHERE municipality = $1 AND network = $2 AND until_ms > $3 AND lifted_at_ms IS NULL LIMIT 1",
    )
    .bind(municipality.to_string())
    .bind(network)
    .bind(now_ms)
    .fetch_optional(&mut **write)
    .await?;
    let shown =
        sqlx::query("SELECT id FROM chat_message WHERE author = $1 AND meeting = $2 AND state = 'shown' LIMIT 1")
            .bind(id.to_string())
            .bind(meeting.to_string())
            .fetch_optional(&mut **write)
            .await?;
    Ok(Author { id, excluded, network_excluded: shut.is_some(), is_new: shown.is_none() })
}

/// Until when an author may not write, and why.
pub(crate) async fn excluded(
    connection: &mut AnyConnection,
    municipality: MunicipalityId,
    author: AuthorId,
    now_ms: i64,
) -> Result<Option<(i64, Reason)>> {
    let row = sqlx::query(
        "SELECT until_ms, code, reason FROM chat_exclusion
         WHERE author = $1 AND municipality = $2 AND until_ms > $3 AND lifted_at_ms IS NULL
         ORDER BY until_ms DESC LIMIT 1",
    )
    .bind(author.to_string())
    .bind(municipality.to_string())
    .bind(now_ms)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((row.try_get("until_ms")?, reason(&row)?.unwrap_or_default())))
}

/// The author known by `key`, if they ever wrote here.
pub(crate) async fn known(
    connection: &mut AnyConnection,
    municipality: MunicipalityId,
    key: &str,
) -> Result<Option<AuthorId>> {
    let row = sqlx::query("SELECT id FROM chat_author WHERE municipality = $1 AND key = $2")
        .bind(municipality.to_string())
        .bind(key)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| parsed(&row, "id")).transpose()?)
}

pub(crate) async fn exclude(
    write: &mut Write,
    (municipality, meeting): (MunicipalityId, MeetingId),
    (id, author): (ExclusionId, AuthorId),
    reason: &Reason,
    (account, now_ms, until_ms): (AccountId, i64, i64),
) -> Result<()> {
    sqlx::query(
        "INSERT INTO chat_exclusion (id, municipality, meeting, author, network, code, reason, account, made_at_ms, until_ms)
         SELECT $1, $2, $3, id, network, $4, $5, $6, $7, $8 FROM chat_author WHERE id = $9",
    )
    .bind(id.to_string())
    .bind(municipality.to_string())
    .bind(meeting.to_string())
    .bind(reason.code.name())
    .bind(reason.words.as_str())
    .bind(account.to_string())
    .bind(now_ms)
    .bind(until_ms)
    .bind(author.to_string())
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// Whether the author ever wrote in this meeting.
pub(crate) async fn wrote(connection: &mut AnyConnection, meeting: MeetingId, author: AuthorId) -> Result<bool> {
    let row = sqlx::query("SELECT id FROM chat_message WHERE meeting = $1 AND author = $2 LIMIT 1")
        .bind(meeting.to_string())
        .bind(author.to_string())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Ends an exclusion; answers whose it was.
pub(crate) async fn admit(
    write: &mut Write,
    municipality: MunicipalityId,
    id: ExclusionId,
    now_ms: i64,
) -> Result<Option<AuthorId>> {
    let row = sqlx::query(
        "UPDATE chat_exclusion SET lifted_at_ms = $1
         WHERE id = $2 AND municipality = $3 AND lifted_at_ms IS NULL RETURNING author",
    )
    .bind(now_ms)
    .bind(id.to_string())
    .bind(municipality.to_string())
    .fetch_optional(&mut **write)
    .await?;
    Ok(row.map(|row| parsed(&row, "author")).transpose()?)
}

/// Who may not write now, with the name that they bore last.
pub(crate) async fn exclusions(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    now_ms: i64,
) -> Result<Vec<Exclusion>> {
    let rows = sqlx::query(
        "SELECT x.id, x.author, x.code, x.reason, x.until_ms,
                (SELECT m.name FROM chat_message m WHERE m.author = x.author AND m.meeting = x.meeting
                 ORDER BY m.sent_at_ms DESC LIMIT 1) AS name
         FROM chat_exclusion x
         WHERE x.meeting = $1 AND x.until_ms > $2 AND x.lifted_at_ms IS NULL ORDER BY x.until_ms, x.id LIMIT 200",
    )
    .bind(meeting.to_string())
    .bind(now_ms)
    .fetch_all(connection)
    .await?;
    let one = |row: &AnyRow| {
        let name: Option<String> = row.try_get("name")?;
        Ok(Exclusion {
            id: parsed(row, "id")?,
            author: parsed(row, "author")?,
            name: name.unwrap_or_default(),
            reason: reason(row)?.unwrap_or_default(),
            until_ms: row.try_get("until_ms")?,
        })
    };
    rows.iter().map(one).collect()
}

/// The key of a day for the hashes of networks, made where there is none; those of other days are thrown away.
pub(crate) async fn day_key(council: &Council, day: i64) -> Result<String> {
    let sql = "SELECT secret FROM chat_day_key WHERE day = $1";
    if let Some(row) = sqlx::query(sql).bind(day).fetch_optional(&mut *council.read().await?).await? {
        return Ok(row.try_get("secret")?);
    }
    let mut write = council.write().await?;
    sqlx::query("DELETE FROM chat_day_key WHERE day <> $1").bind(day).execute(&mut *write).await?;
    let row = sqlx::query(
        "INSERT INTO chat_day_key (day, secret) VALUES ($1, $2)
         ON CONFLICT (day) DO UPDATE SET day = excluded.day RETURNING secret",
    )
    .bind(day)
    .bind(council::random::base64_of_256_bits())
    .fetch_one(&mut *write)
    .await?;
    write.commit().await?;
    Ok(row.try_get("secret")?)
}
