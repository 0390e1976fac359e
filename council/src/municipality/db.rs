//! Municipalities and bodies in SQL.

use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Bilingual, Body, Municipality};
use crate::{
    MunicipalityId, Result,
    db::{parsed, unless_taken},
};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT m.id, m.slug, m.name_el, m.name_en, m.default_language, m.time_zone, m.accent ", $rest)
    };
}

pub(super) async fn by_host(connection: &mut AnyConnection, host: &str) -> Result<Option<Municipality>> {
    sqlx::query(select!("FROM municipality m JOIN municipality_host h ON h.municipality = m.id WHERE h.host = $1"))
        .bind(host)
        .fetch_optional(connection)
        .await?
        .as_ref()
        .map(municipality)
        .transpose()
}

pub(super) async fn hosts(connection: &mut AnyConnection, of: MunicipalityId) -> Result<Vec<String>> {
    let rows = sqlx::query("SELECT host FROM municipality_host WHERE municipality = $1 ORDER BY host")
        .bind(of.to_string())
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(|row| row.try_get("host")).collect::<Result<_, sqlx::Error>>()?)
}

/// The installation's municipality where it has exactly one.
pub(super) async fn only_one(connection: &mut AnyConnection) -> Result<Option<Municipality>> {
    let rows = sqlx::query(select!("FROM municipality m ORDER BY m.id LIMIT 2")).fetch_all(connection).await?;
    match rows.as_slice() {
        [one] => municipality(one).map(Some),
        _ => Ok(None),
    }
}

pub(super) async fn all(connection: &mut AnyConnection) -> Result<Vec<Municipality>> {
    let rows = sqlx::query(select!("FROM municipality m")).fetch_all(connection).await?;
    rows.iter().map(municipality).collect()
}

pub(crate) async fn by_slug(connection: &mut AnyConnection, slug: &str) -> Result<Option<Municipality>> {
    sqlx::query(select!("FROM municipality m WHERE m.slug = $1"))
        .bind(slug)
        .fetch_optional(connection)
        .await?
        .as_ref()
        .map(municipality)
        .transpose()
}

pub(crate) async fn is_there(connection: &mut AnyConnection, municipality: MunicipalityId) -> Result<bool> {
    let row = sqlx::query("SELECT id FROM municipality WHERE id = $1")
        .bind(municipality.to_string())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    municipality: &Municipality,
    hosts: &[String],
    now_ms: i64,
) -> Result<()> {
    let inserted = sqlx::query(
        "INSERT INTO municipality (id, slug, name_el, name_en, default_language, time_zone, accent, created_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(municipality.id.to_string())
    .bind(municipality.slug.as_str())
    .bind(municipality.name.el.as_str())
    .bind(municipality.name.en.as_str())
    .bind(municipality.default_language.as_str())
    .bind(municipality.time_zone.as_str())
    .bind(municipality.accent.as_str())
    .bind(now_ms)
    .execute(&mut *connection)
    .await;
    unless_taken(inserted, "slug")?;
    for host in hosts {
        let inserted = sqlx::query("INSERT INTO municipality_host (host, municipality) VALUES ($1, $2)")
            .bind(host.as_str())
            .bind(municipality.id.to_string())
            .execute(&mut *connection)
            .await;
        unless_taken(inserted, "host")?;
    }
    Ok(())
}

pub(crate) async fn bodies(connection: &mut AnyConnection, municipality: MunicipalityId) -> Result<Vec<Body>> {
    let rows = sqlx::query(
        "SELECT id AS body, municipality, slug AS body_slug, name_el AS body_el, name_en AS body_en
         FROM body WHERE municipality = $1",
    )
    .bind(municipality.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(body).collect()
}

pub(super) async fn insert_body(connection: &mut AnyConnection, body: &Body, now_ms: i64) -> Result<()> {
    let inserted = sqlx::query(
        "INSERT INTO body (id, municipality, slug, name_el, name_en, created_at_ms) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(body.id.to_string())
    .bind(body.municipality.to_string())
    .bind(body.slug.as_str())
    .bind(body.name.el.as_str())
    .bind(body.name.en.as_str())
    .bind(now_ms)
    .execute(connection)
    .await;
    unless_taken(inserted, "slug").map(drop)
}

/// A body from the columns `body`, `municipality`, `body_slug`, `body_el` and `body_en`.
pub(crate) fn body(row: &AnyRow) -> Result<Body> {
    Ok(Body {
        id: parsed(row, "body")?,
        municipality: parsed(row, "municipality")?,
        slug: row.try_get("body_slug")?,
        name: Bilingual { el: row.try_get("body_el")?, en: row.try_get("body_en")? },
    })
}

fn municipality(row: &AnyRow) -> Result<Municipality> {
    Ok(Municipality {
        id: parsed(row, "id")?,
        slug: row.try_get("slug")?,
        name: Bilingual { el: row.try_get("name_el")?, en: row.try_get("name_en")? },
        default_language: row.try_get("default_language")?,
        time_zone: row.try_get("time_zone")?,
        accent: row.try_get("accent")?,
    })
}
