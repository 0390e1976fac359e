//! The audit log in SQL.

use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Entry, INSTALLATION, Line, seal};
use crate::{
    MunicipalityId, Result,
    clock::Clock,
    db::{parsed, undecodable},
};

/// How many entries are followed at a time.
const BATCH: i64 = 500;

/// The end of a chain.
pub(super) struct Head {
    pub(super) municipality: MunicipalityId,
    number: i64,
    hash: String,
}

/// Begins the chain of a new municipality.
pub(crate) async fn begin_chain(connection: &mut AnyConnection, municipality: MunicipalityId) -> Result<()> {
    sqlx::query("INSERT INTO audit_head (municipality, number, hash) VALUES ($1, 0, '')")
        .bind(municipality.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Appends to a municipality's chain within the caller's transaction.
///
/// Taking the number locks the head's row on both engines until the transaction ends, so entries have one order.
///
/// # Errors
/// [`crate::Error::NotFound`] for a municipality without a log; else when the database fails.
pub async fn append(
    connection: &mut AnyConnection,
    clock: &Clock,
    municipality: MunicipalityId,
    line: Line<'_>,
) -> Result<()> {
    let head = sqlx::query("UPDATE audit_head SET number = number + 1 WHERE municipality = $1 RETURNING number, hash")
        .bind(municipality.to_string())
        .fetch_optional(&mut *connection)
        .await?
        .ok_or(crate::Error::NotFound("municipality"))?;
    let before: String = head.try_get("hash")?;
    let entry = Entry {
        number: head.try_get("number")?,
        at_ms: clock.now_ms(),
        account: line.account,
        act: line.act.to_owned(),
        subject: line.subject.to_owned(),
        detail: line.detail.to_string(),
    };
    let hash = seal(&before, municipality, &entry);
    sqlx::query(
        "INSERT INTO audit_entry (municipality, number, at_ms, account, act, subject, detail, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(municipality.to_string())
    .bind(entry.number)
    .bind(entry.at_ms)
    .bind(entry.account.map(|account| account.to_string()))
    .bind(entry.act)
    .bind(entry.subject)
    .bind(entry.detail)
    .bind(hash.clone())
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE audit_head SET hash = $1 WHERE municipality = $2")
        .bind(hash)
        .bind(municipality.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn newest(
    connection: &mut AnyConnection,
    municipality: MunicipalityId,
    before: i64,
    limit: u32,
) -> Result<Vec<Entry>> {
    let rows = sqlx::query(
        "SELECT number, at_ms, account, act, subject, detail FROM audit_entry
         WHERE municipality = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
    )
    .bind(municipality.to_string())
    .bind(before)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.iter().map(entry).collect()
}

/// How far each municipality's chain has come.
pub(super) async fn numbers(connection: &mut AnyConnection) -> Result<Vec<(MunicipalityId, i64)>> {
    let rows = sqlx::query("SELECT municipality, number FROM audit_head").fetch_all(connection).await?;
    let numbers = rows.iter().map(|row| Ok((parsed(row, "municipality")?, row.try_get("number")?)));
    let numbers = numbers.collect::<Result<Vec<_>>>()?;
    Ok(numbers.into_iter().filter(|(municipality, _)| *municipality != INSTALLATION).collect())
}

/// What acts on meetings, on their agendas, decisions and words were done on.
pub(super) async fn subjects(
    connection: &mut AnyConnection,
    municipality: MunicipalityId,
    after: i64,
    until: i64,
) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "SELECT DISTINCT subject FROM audit_entry
         WHERE municipality = $1 AND number > $2 AND number <= $3
           AND (act LIKE 'meeting.%' OR act LIKE 'agenda.%' OR act LIKE 'transcript.%' OR act LIKE 'decision.%')",
    )
    .bind(municipality.to_string())
    .bind(after)
    .bind(until)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(row.try_get("subject")?)).collect()
}

/// Every chain's end.
pub(super) async fn heads(connection: &mut AnyConnection) -> Result<Vec<Head>> {
    let rows = sqlx::query("SELECT municipality, number, hash FROM audit_head ORDER BY municipality")
        .fetch_all(connection)
        .await?;
    let heads: Vec<Head> = rows
        .iter()
        .map(|row| {
            Ok(Head {
                municipality: parsed(row, "municipality")?,
                number: row.try_get("number")?,
                hash: row.try_get("hash")?,
            })
        })
        .collect::<Result<_>>()?;
    if heads.iter().any(|head| head.municipality == INSTALLATION) {
        Ok(heads)
    } else {
        Err(undecodable("municipality", "the installation's audit log has no end"))
    }
}

/// The first entry up to the head that is not what it was, or is missing.
pub(super) async fn first_broken(connection: &mut AnyConnection, head: &Head) -> Result<Option<i64>> {
    let mut number = 0;
    let mut hash = String::new();
    while number < head.number {
        let rows = sqlx::query(
            "SELECT number, at_ms, account, act, subject, detail, hash FROM audit_entry
             WHERE municipality = $1 AND number > $2 AND number <= $3 ORDER BY number LIMIT $4",
        )
        .bind(head.municipality.to_string())
        .bind(number)
        .bind(head.number)
        .bind(BATCH)
        .fetch_all(&mut *connection)
        .await?;
        if rows.is_empty() {
            return Ok(Some(number + 1));
        }
        for row in &rows {
            let kept: String = row.try_get("hash")?;
            let intact = entry(row)
                .is_ok_and(|entry| entry.number == number + 1 && seal(&hash, head.municipality, &entry) == kept);
            number += 1;
            if !intact {
                return Ok(Some(number));
            }
            hash = kept;
        }
    }
    Ok((hash != head.hash).then_some(number))
}

fn entry(row: &AnyRow) -> Result<Entry> {
    let account: Option<String> = row.try_get("account")?;
    Ok(Entry {
        number: row.try_get("number")?,
        at_ms: row.try_get("at_ms")?,
        account: account.map(|id| id.parse().map_err(|error| undecodable("account", error))).transpose()?,
        act: row.try_get("act")?,
        subject: row.try_get("subject")?,
        detail: row.try_get("detail")?,
    })
}
