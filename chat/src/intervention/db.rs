//! Interventions, their moves and who supports them, in SQL.

use council::{
    AccountId, MeetingId, MunicipalityId,
    db::{Write, parsed, undecodable},
};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{
    Asked, Intake, Intervention, Kind, Policy, State,
    asked::{Change, decided},
};
use crate::{AuthorId, InterventionId, Result, mode::Who};

macro_rules! select_intervention {
    ($rest:literal) => {
        concat!(
            "SELECT id, meeting, item, author, kind, name, body, sent_at_ms, detail, revision, decided_at_ms
             FROM intervention ",
            $rest
        )
    };
}

/// Everything of a meeting.
pub(crate) async fn load(connection: &mut AnyConnection, meeting: MeetingId) -> Result<Asked> {
    let mut asked = Asked::default();
    asked.intake = intake(connection, meeting).await?;
    let rows = sqlx::query(select_intervention!("WHERE meeting = $1"))
        .bind(meeting.to_string())
        .fetch_all(&mut *connection)
        .await?;
    for row in &rows {
        asked.add(intervention_of(row)?);
    }
    let rows = sqlx::query(
        "SELECT s.intervention, s.author FROM intervention_support s JOIN intervention i ON i.id = s.intervention
         WHERE i.meeting = $1",
    )
    .bind(meeting.to_string())
    .fetch_all(connection)
    .await?;
    for row in &rows {
        asked.support(parsed(row, "intervention")?, parsed(row, "author")?, true);
    }
    asked.index();
    Ok(asked)
}

async fn intake(connection: &mut AnyConnection, meeting: MeetingId) -> Result<Intake> {
    let row = sqlx::query("SELECT who, policy, policy_reason FROM intervention_floor WHERE meeting = $1")
        .bind(meeting.to_string())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(Intake::default()) };
    let (who, policy): (String, String) = (row.try_get("who")?, row.try_get("policy")?);
    Ok(Intake {
        who: Who::named(&who).ok_or_else(|| undecodable("who", "no such name"))?,
        policy: Policy::named(&policy).ok_or_else(|| undecodable("policy", "no such name"))?,
        reason: row.try_get("policy_reason")?,
    })
}

pub(crate) async fn set_intake(
    write: &mut Write,
    (municipality, meeting): (MunicipalityId, MeetingId),
    intake: &Intake,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO intervention_floor (meeting, municipality, who, policy, policy_reason) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (meeting) DO UPDATE SET who = excluded.who, policy = excluded.policy,
                                             policy_reason = excluded.policy_reason",
    )
    .bind(meeting.to_string())
    .bind(municipality.to_string())
    .bind(intake.who.name())
    .bind(intake.policy.name())
    .bind(intake.reason.as_str())
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// Whether an id is in use, in whatever meeting.
pub(crate) async fn is_used(connection: &mut AnyConnection, id: InterventionId) -> Result<bool> {
    let sql = "SELECT id FROM intervention WHERE id = $1";
    Ok(sqlx::query(sql).bind(id.to_string()).fetch_optional(connection).await?.is_some())
}

/// Keeps a new one, and that it was sent.
pub(crate) async fn insert(
    write: &mut Write,
    (municipality, meeting): (MunicipalityId, MeetingId),
    one: &Intervention,
) -> Result<()> {
    let detail = detail(&one.state);
    sqlx::query(
        "INSERT INTO intervention (id, municipality, meeting, item, author, kind, name, body, sent_at_ms, state, detail,
                                   revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(one.id.to_string())
    .bind(municipality.to_string())
    .bind(meeting.to_string())
    .bind(one.item.map(|item| item.to_string()))
    .bind(one.author.to_string())
    .bind(one.kind.name())
    .bind(one.name.as_str())
    .bind(one.text.as_str())
    .bind(one.at_ms)
    .bind(one.state.name())
    .bind(detail.as_str())
    .bind(one.revision)
    .execute(&mut **write)
    .await?;
    note(write, (one.id, one.revision), ("ask", None, &one.state), (None, one.at_ms)).await
}

/// Makes a change from the revision that was read, and notes the move; false where another was quicker.
pub(crate) async fn step(
    write: &mut Write,
    change: &Change,
    before_ms: Option<i64>,
    (account, now_ms): (Option<AccountId>, i64),
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE intervention SET state = $1, detail = $2, revision = revision + 1, decided_at_ms = $3
         WHERE id = $4 AND revision = $5",
    )
    .bind(change.to.name())
    .bind(detail(&change.to))
    .bind(decided(before_ms, change, now_ms))
    .bind(change.id.to_string())
    .bind(change.revision)
    .execute(&mut **write)
    .await?;
    if done.rows_affected() != 1 {
        return Ok(false);
    }
    let what = (change.act, Some(&change.from), &change.to);
    note(write, (change.id, change.revision + 1), what, (account, now_ms)).await?;
    Ok(true)
}

async fn note(
    write: &mut Write,
    (id, revision): (InterventionId, i64),
    (act, from, to): (&str, Option<&State>, &State),
    (account, now_ms): (Option<AccountId>, i64),
) -> Result<()> {
    sqlx::query(
        "INSERT INTO intervention_move (intervention, revision, at_ms, actor, account, act, from_state, to_state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id.to_string())
    .bind(revision)
    .bind(now_ms)
    .bind(if account.is_some() { "moderator" } else { "author" })
    .bind(account.map(|account| account.to_string()))
    .bind(act)
    .bind(from.map(detail))
    .bind(detail(to))
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// Notes that somebody supports one; supported twice, it is once.
pub(crate) async fn support(write: &mut Write, id: InterventionId, author: AuthorId, now_ms: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO intervention_support (intervention, author, at_ms) VALUES ($1, $2, $3)
         ON CONFLICT (intervention, author) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(author.to_string())
    .bind(now_ms)
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// Notes that somebody supports one, or any of its parts, no more.
pub(crate) async fn unsupport(write: &mut Write, id: InterventionId, author: AuthorId) -> Result<()> {
    sqlx::query("DELETE FROM intervention_support WHERE intervention = $1 AND author = $2")
        .bind(id.to_string())
        .bind(author.to_string())
        .execute(&mut **write)
        .await?;
    Ok(())
}

fn detail(state: &State) -> String {
    serde_json::to_string(state).unwrap_or_default()
}

fn intervention_of(row: &AnyRow) -> Result<Intervention> {
    let (kind, detail): (String, String) = (row.try_get("kind")?, row.try_get("detail")?);
    let item: Option<String> = row.try_get("item")?;
    Ok(Intervention {
        id: parsed(row, "id")?,
        item: item.map(|item| item.parse().map_err(|error| undecodable("item", error))).transpose()?,
        author: parsed(row, "author")?,
        kind: Kind::named(&kind).ok_or_else(|| undecodable("kind", "no such name"))?,
        name: row.try_get("name")?,
        text: row.try_get("body")?,
        at_ms: row.try_get("sent_at_ms")?,
        state: serde_json::from_str(&detail).map_err(|error| undecodable("detail", error))?,
        revision: row.try_get("revision")?,
        decided_at_ms: row.try_get("decided_at_ms")?,
    })
}
