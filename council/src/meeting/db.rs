//! Meetings in SQL.

use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Announced, Meeting, PAGE, Stage};
use crate::{
    BodyId, MeetingId, MunicipalityId, Result,
    db::{parsed, undecodable},
    municipality::db::body,
};

/// The most meetings in session, and the most scheduled ones, that a listing holds.
const LISTED_MAX: i64 = 200;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.municipality, m.title, m.place, m.starts_at_ms, m.stage, m.started_at_ms, m.paused_at_ms,
                    m.in_camera_at_ms, m.ended_at_ms, m.cancel_reason, m.changes, m.created_at_ms, m.changed_at_ms, m.body,
                    b.slug AS body_slug, b.name_el AS body_el, b.name_en AS body_en
             FROM meeting m JOIN body b ON b.id = m.body ",
            $rest
        )
    };
}

pub(crate) async fn find(
    connection: &mut AnyConnection,
    municipality: MunicipalityId,
    id: MeetingId,
) -> Result<Option<Meeting>> {
    sqlx::query(select!("WHERE m.id = $1 AND m.municipality = $2"))
        .bind(id.to_string())
        .bind(municipality.to_string())
        .fetch_optional(connection)
        .await?
        .as_ref()
        .map(meeting)
        .transpose()
}

/// Whether any municipality has this meeting.
pub(crate) async fn is_there(connection: &mut AnyConnection, id: MeetingId) -> Result<bool> {
    let row =
        sqlx::query("SELECT id FROM meeting WHERE id = $1").bind(id.to_string()).fetch_optional(connection).await?;
    Ok(row.is_some())
}

pub(super) async fn in_session(connection: &mut AnyConnection, of: MunicipalityId) -> Result<Vec<Meeting>> {
    let rows = sqlx::query(select!(
        "WHERE m.municipality = $1 AND m.stage IN ('live', 'paused') ORDER BY m.started_at_ms, m.id LIMIT $2"
    ))
    .bind(of.to_string())
    .bind(LISTED_MAX)
    .fetch_all(connection)
    .await?;
    rows.iter().map(meeting).collect()
}

pub(super) async fn in_session_everywhere(connection: &mut AnyConnection) -> Result<Vec<Meeting>> {
    let rows = sqlx::query(select!("WHERE m.stage IN ('live', 'paused') ORDER BY m.started_at_ms, m.id"))
        .fetch_all(connection)
        .await?;
    rows.iter().map(meeting).collect()
}

pub(super) async fn scheduled(connection: &mut AnyConnection, of: MunicipalityId) -> Result<Vec<Meeting>> {
    let rows = sqlx::query(select!(
        "WHERE m.municipality = $1 AND m.stage = 'scheduled' ORDER BY m.starts_at_ms, m.id LIMIT $2"
    ))
    .bind(of.to_string())
    .bind(LISTED_MAX)
    .fetch_all(connection)
    .await?;
    rows.iter().map(meeting).collect()
}

/// A page of the past, and one more where there is more. A meeting's place is when it began, or was to begin.
pub(super) async fn past(connection: &mut AnyConnection, of: MunicipalityId, page: u32) -> Result<Vec<Meeting>> {
    let rows = sqlx::query(select!(
        "WHERE m.id IN (SELECT id FROM meeting WHERE municipality = $1 AND stage IN ('ended', 'cancelled')
                        ORDER BY COALESCE(started_at_ms, starts_at_ms) DESC, id DESC LIMIT $2 OFFSET $3)
         ORDER BY COALESCE(m.started_at_ms, m.starts_at_ms) DESC, m.id DESC"
    ))
    .bind(of.to_string())
    .bind(i64::from(PAGE) + 1)
    .bind(i64::from(PAGE) * i64::from(page))
    .fetch_all(connection)
    .await?;
    rows.iter().map(meeting).collect()
}

/// Called for `from_ms` or later, the latest first.
pub(super) async fn announced(
    connection: &mut AnyConnection,
    of: MunicipalityId,
    body: Option<BodyId>,
    from_ms: i64,
    most: u32,
) -> Result<Vec<Announced>> {
    let rows = sqlx::query(select!(
        "WHERE m.municipality = $1 AND m.starts_at_ms >= $2 AND ($3 = '' OR m.body = $3)
         ORDER BY m.starts_at_ms DESC, m.id DESC LIMIT $4"
    ))
    .bind(of.to_string())
    .bind(from_ms)
    .bind(body.map(|body| body.to_string()).unwrap_or_default())
    .bind(i64::from(most))
    .fetch_all(connection)
    .await?;
    let announced = |row| {
        let called_at_ms: i64 = AnyRow::try_get(row, "created_at_ms")?;
        let changed_at_ms: Option<i64> = row.try_get("changed_at_ms")?;
        let changes = row.try_get("changes")?;
        let changed_at_ms = changed_at_ms.unwrap_or(called_at_ms);
        Ok(Announced { meeting: meeting(row)?, changes, called_at_ms, changed_at_ms })
    };
    rows.iter().map(announced).collect()
}

pub(crate) async fn insert(connection: &mut AnyConnection, meeting: &Meeting, now_ms: i64) -> Result<()> {
    let columns = Columns::of(&meeting.stage);
    sqlx::query(
        "INSERT INTO meeting (id, municipality, body, title, place, starts_at_ms, stage, started_at_ms, paused_at_ms,
                              ended_at_ms, cancel_reason, created_at_ms, in_camera_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(meeting.id.to_string())
    .bind(meeting.municipality.to_string())
    .bind(meeting.body.id.to_string())
    .bind(meeting.title.as_str())
    .bind(meeting.place.as_str())
    .bind(meeting.starts_at_ms)
    .bind(kept(&meeting.stage))
    .bind(columns.started_at_ms)
    .bind(columns.paused_at_ms)
    .bind(columns.ended_at_ms)
    .bind(columns.cancel_reason)
    .bind(now_ms)
    .bind(columns.in_camera_at_ms)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the stage `next` where the meeting is still in stage `old`; answers whether it was.
pub(super) async fn swap_stage(
    connection: &mut AnyConnection,
    id: MeetingId,
    old: &Stage,
    next: &Stage,
    now_ms: i64,
) -> Result<bool> {
    let columns = Columns::of(next);
    let done = sqlx::query(
        "UPDATE meeting SET stage = $1, started_at_ms = $2, paused_at_ms = $3, ended_at_ms = $4, cancel_reason = $5,
                            in_camera_at_ms = $6, changes = changes + 1, changed_at_ms = $7
         WHERE id = $8 AND stage = $9 AND COALESCE(in_camera_at_ms, -1) = $10",
    )
    .bind(kept(next))
    .bind(columns.started_at_ms)
    .bind(columns.paused_at_ms)
    .bind(columns.ended_at_ms)
    .bind(columns.cancel_reason)
    .bind(columns.in_camera_at_ms)
    .bind(now_ms)
    .bind(id.to_string())
    .bind(kept(old))
    .bind(Columns::of(old).in_camera_at_ms.unwrap_or(-1))
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A stage's name in SQL: a meeting in camera is a pause with a column of its own.
fn kept(stage: &Stage) -> &'static str {
    match stage {
        Stage::InCamera { .. } => "paused",
        stage => stage.name(),
    }
}

/// What a stage carries, as the columns that may be null.
#[derive(Default)]
struct Columns {
    started_at_ms: Option<i64>,
    paused_at_ms: Option<i64>,
    in_camera_at_ms: Option<i64>,
    ended_at_ms: Option<i64>,
    cancel_reason: Option<String>,
}

impl Columns {
    fn of(stage: &Stage) -> Self {
        let none = Self::default();
        match *stage {
            Stage::Scheduled => none,
            Stage::Live { started_at_ms } => Self { started_at_ms: Some(started_at_ms), ..none },
            Stage::Paused { started_at_ms, paused_at_ms } => {
                Self { started_at_ms: Some(started_at_ms), paused_at_ms: Some(paused_at_ms), ..none }
            }
            Stage::InCamera { started_at_ms, since_ms } => Self {
                started_at_ms: Some(started_at_ms),
                paused_at_ms: Some(since_ms),
                in_camera_at_ms: Some(since_ms),
                ..none
            },
            Stage::Ended { started_at_ms, ended_at_ms } => {
                Self { started_at_ms: Some(started_at_ms), ended_at_ms: Some(ended_at_ms), ..none }
            }
            Stage::Cancelled { ref reason } => Self { cancel_reason: Some(reason.clone()), ..none },
        }
    }
}

fn stage(row: &AnyRow) -> Result<Stage> {
    let name: String = row.try_get("stage")?;
    let columns = Columns {
        started_at_ms: row.try_get("started_at_ms")?,
        paused_at_ms: row.try_get("paused_at_ms")?,
        in_camera_at_ms: row.try_get("in_camera_at_ms")?,
        ended_at_ms: row.try_get("ended_at_ms")?,
        cancel_reason: row.try_get("cancel_reason")?,
    };
    match (name.as_str(), columns) {
        ("scheduled", _) => Ok(Stage::Scheduled),
        ("live", Columns { started_at_ms: Some(started_at_ms), .. }) => Ok(Stage::Live { started_at_ms }),
        ("paused", Columns { started_at_ms: Some(started_at_ms), in_camera_at_ms: Some(since_ms), .. }) => {
            Ok(Stage::InCamera { started_at_ms, since_ms })
        }
        ("paused", Columns { started_at_ms: Some(started_at_ms), paused_at_ms: Some(paused_at_ms), .. }) => {
            Ok(Stage::Paused { started_at_ms, paused_at_ms })
        }
        ("ended", Columns { started_at_ms: Some(started_at_ms), ended_at_ms: Some(ended_at_ms), .. }) => {
            Ok(Stage::Ended { started_at_ms, ended_at_ms })
        }
        ("cancelled", Columns { cancel_reason: Some(reason), .. }) => Ok(Stage::Cancelled { reason }),
        _ => Err(undecodable("stage", "a stage without what belongs to it")),
    }
}

fn meeting(row: &AnyRow) -> Result<Meeting> {
    Ok(Meeting {
        id: parsed(row, "id")?,
        municipality: parsed(row, "municipality")?,
        body: body(row)?,
        title: row.try_get("title")?,
        place: row.try_get("place")?,
        starts_at_ms: row.try_get("starts_at_ms")?,
        stage: stage(row)?,
    })
}
