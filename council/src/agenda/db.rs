//! Agendas in SQL.

use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Agenda, Item, Moment, NewItem};
use crate::{
    AccountId, AgendaItemId, AgendaMomentId, MeetingId, Result,
    attendance::{self, Attendance},
    db::{count, is_undone, parsed, stamp, undecodable},
    decision,
    meeting::Meeting,
    person, speech, vote,
};

pub(crate) async fn agenda(connection: &mut AnyConnection, meeting: MeetingId) -> Result<Agenda> {
    let of_meeting = sqlx::query("SELECT agenda_revision, body, ended_at_ms FROM meeting WHERE id = $1")
        .bind(meeting.to_string())
        .fetch_one(&mut *connection)
        .await?;
    let items = items(connection, meeting).await?;
    let rows = sqlx::query(
        "SELECT id, item, at_ms FROM agenda_moment WHERE meeting = $1 AND undone_at_ms IS NULL ORDER BY at_ms, id",
    )
    .bind(meeting.to_string())
    .fetch_all(&mut *connection)
    .await?;
    let moments = rows.iter().map(moment_of).collect::<Result<_>>()?;
    let speeches = speech::db::speeches(connection, meeting).await?;
    let until_ms = of_meeting.try_get("ended_at_ms")?;
    let members = person::db::sitting(connection, parsed(&of_meeting, "body")?, until_ms).await?;
    Ok(Agenda {
        revision: of_meeting.try_get("agenda_revision")?,
        items,
        moments,
        speeches,
        attendance: Attendance { members, notes: attendance::db::notes(connection, meeting).await? },
        votes: vote::db::votes(connection, meeting).await?,
        decisions: decision::db::decisions(connection, meeting).await?,
    })
}

pub(super) async fn items(connection: &mut AnyConnection, meeting: MeetingId) -> Result<Vec<Item>> {
    let rows = sqlx::query(
        "SELECT id, level, number, title, rapporteur, urgent_at_ms, withdrawn_at_ms
         FROM agenda_item WHERE meeting = $1 ORDER BY place, id",
    )
    .bind(meeting.to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(item).collect()
}

fn item(row: &AnyRow) -> Result<Item> {
    let level: i64 = row.try_get("level")?;
    Ok(Item {
        id: parsed(row, "id")?,
        level: u8::try_from(level).map_err(|error| undecodable("level", error))?,
        number: row.try_get("number")?,
        title: row.try_get("title")?,
        rapporteur: row.try_get("rapporteur")?,
        urgent_at_ms: row.try_get("urgent_at_ms")?,
        withdrawn_at_ms: row.try_get("withdrawn_at_ms")?,
    })
}

fn moment_of(row: &AnyRow) -> Result<Moment> {
    Ok(Moment { id: parsed(row, "id")?, item: parsed(row, "item")?, at_ms: row.try_get("at_ms")? })
}

/// Makes the revision one more, and thereby waits for whoever changes the agenda now.
pub(super) async fn touch(connection: &mut AnyConnection, meeting: MeetingId) -> Result<()> {
    sqlx::query("UPDATE meeting SET agenda_revision = agenda_revision + 1 WHERE id = $1")
        .bind(meeting.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    meeting: &Meeting,
    place: usize,
    item: &Item,
    now_ms: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO agenda_item (id, municipality, meeting, place, level, number, title, rapporteur, urgent_at_ms,
                                  withdrawn_at_ms, created_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(item.id.to_string())
    .bind(meeting.municipality.to_string())
    .bind(meeting.id.to_string())
    .bind(i64::try_from(place).unwrap_or(i64::MAX))
    .bind(i64::from(item.level))
    .bind(item.number.as_str())
    .bind(item.title.as_str())
    .bind(item.rapporteur.as_str())
    .bind(item.urgent_at_ms)
    .bind(item.withdrawn_at_ms)
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn change(connection: &mut AnyConnection, item: AgendaItemId, new: &NewItem) -> Result<()> {
    sqlx::query("UPDATE agenda_item SET level = $1, number = $2, title = $3, rapporteur = $4 WHERE id = $5")
        .bind(i64::from(new.level))
        .bind(new.number.as_str())
        .bind(new.title.as_str())
        .bind(new.rapporteur.as_str())
        .bind(item.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives the items their places anew.
pub(super) async fn order(connection: &mut AnyConnection, items: &[AgendaItemId]) -> Result<()> {
    for (place, item) in (0_i64..).zip(items) {
        sqlx::query("UPDATE agenda_item SET place = $1 WHERE id = $2 AND place <> $1")
            .bind(place)
            .bind(item.to_string())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn withdraw(
    connection: &mut AnyConnection,
    item: AgendaItemId,
    withdrawn_at_ms: Option<i64>,
) -> Result<()> {
    sqlx::query("UPDATE agenda_item SET withdrawn_at_ms = $1 WHERE id = $2")
        .bind(withdrawn_at_ms)
        .bind(item.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn remove(connection: &mut AnyConnection, item: AgendaItemId) -> Result<()> {
    sqlx::query("DELETE FROM agenda_item WHERE id = $1").bind(item.to_string()).execute(connection).await?;
    Ok(())
}

/// How many moments a meeting has had, with those that were taken back.
pub(super) async fn moments_ever(connection: &mut AnyConnection, meeting: MeetingId) -> Result<usize> {
    count(connection, "SELECT COUNT(*) AS many FROM agenda_moment WHERE meeting = $1", meeting).await
}

/// A moment of a meeting, and whether it was taken back.
pub(super) async fn moment(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    moment: AgendaMomentId,
) -> Result<Option<(Moment, bool)>> {
    let row = sqlx::query("SELECT id, item, at_ms, undone_at_ms FROM agenda_moment WHERE id = $1 AND meeting = $2")
        .bind(moment.to_string())
        .bind(meeting.to_string())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((moment_of(&row)?, is_undone(&row)?)))
}

pub(super) async fn insert_moment(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    moment: &Moment,
    account: AccountId,
    now_ms: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO agenda_moment (id, meeting, item, at_ms, account, noted_at_ms) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(moment.id.to_string())
    .bind(meeting.to_string())
    .bind(moment.item.to_string())
    .bind(moment.at_ms)
    .bind(account.to_string())
    .bind(now_ms)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn undo(
    connection: &mut AnyConnection,
    moment: AgendaMomentId,
    undone_at_ms: Option<i64>,
) -> Result<()> {
    stamp(connection, "UPDATE agenda_moment SET undone_at_ms = $1 WHERE id = $2", undone_at_ms, moment).await
}

pub(super) async fn move_moment(connection: &mut AnyConnection, moment: AgendaMomentId, at_ms: i64) -> Result<()> {
    stamp(connection, "UPDATE agenda_moment SET at_ms = $1 WHERE id = $2", Some(at_ms), moment).await
}

/// Makes items of the agendas that an older version kept as JSON arrays of texts. Done twice it does nothing anew.
pub(crate) async fn move_texts(connection: &mut AnyConnection) -> Result<()> {
    let rows = sqlx::query(
        "SELECT id, municipality, agenda, created_at_ms FROM meeting
         WHERE agenda <> '[]' AND NOT EXISTS (SELECT 1 FROM agenda_item WHERE agenda_item.meeting = meeting.id)",
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in rows {
        let (meeting, municipality): (String, String) = (row.try_get("id")?, row.try_get("municipality")?);
        let (texts, created_at_ms): (String, i64) = (row.try_get("agenda")?, row.try_get("created_at_ms")?);
        let texts: Vec<String> = serde_json::from_str(&texts).map_err(|error| undecodable("agenda", error))?;
        let mut transaction = sqlx::Connection::begin(&mut *connection).await?;
        for (place, text) in (1_i64..).zip(texts) {
            sqlx::query(
                "INSERT INTO agenda_item (id, municipality, meeting, place, level, number, title, rapporteur, created_at_ms)
                 VALUES ($1, $2, $3, $4, 0, $5, $6, '', $7)",
            )
            .bind(AgendaItemId::new().to_string())
            .bind(municipality.as_str())
            .bind(meeting.as_str())
            .bind(place - 1)
            .bind(place.to_string())
            .bind(text)
            .bind(created_at_ms)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
    }
    Ok(())
}
