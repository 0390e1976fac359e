//! Rooms, their messages and their events in SQL.

use council::{
    AccountId, MeetingId, MunicipalityId,
    db::{Write, parsed, undecodable},
};
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use crate::{
    AuthorId, MessageId, Reason, Result,
    event::{Appeal, Badge, Code, Message, Public, State},
    mode::{Cause, Hold, Mode, Who},
    room::Filter,
};

/// How a meeting's chat is run, and where its events stand.
pub(crate) struct Run {
    pub(crate) epoch: String,
    pub(crate) mode: Mode,
    pub(crate) pinned: Option<MessageId>,
    pub(crate) number: i64,
}

/// An event of the past.
pub(crate) struct Past {
    pub(crate) number: i64,
    pub(crate) kind: String,
    pub(crate) message: Option<MessageId>,
    /// The message as it is now, where everybody may see it.
    pub(crate) shown: Option<Public>,
    pub(crate) detail: Option<String>,
}

macro_rules! select_message {
    ($rest:literal) => {
        concat!(
            "SELECT id, meeting, author, name, badge, body, reply, sent_at_ms, state, cause, code, reason, number,
                    appeal, upheld_at_ms
             FROM chat_message ",
            $rest
        )
    };
}

/// Begins a meeting's chat where nobody has written in it or run it yet.
pub(crate) async fn begin(
    write: &mut Write,
    (municipality, meeting): (MunicipalityId, MeetingId),
    epoch: &str,
) -> Result<()> {
    let mode = Mode::default();
    sqlx::query(
        "INSERT INTO chat_room (meeting, municipality, epoch, who, hold, slow_ms, number)
         VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (meeting) DO NOTHING",
    )
    .bind(meeting.to_string())
    .bind(municipality.to_string())
    .bind(epoch)
    .bind(mode.who.name())
    .bind(mode.hold.name())
    .bind(i64::from(mode.slow_ms))
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// How a chat is run; none where it has not begun.
pub(crate) async fn run(connection: &mut AnyConnection, meeting: MeetingId) -> Result<Option<Run>> {
    let row = sqlx::query("SELECT epoch, who, hold, slow_ms, pinned, number FROM chat_room WHERE meeting = $1")
        .bind(meeting.to_string())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let slow_ms: i64 = row.try_get("slow_ms")?;
    let mode = Mode {
        who: named(&row, "who", Who::named)?,
        hold: named(&row, "hold", Hold::named)?,
        slow_ms: u32::try_from(slow_ms).map_err(|error| undecodable("slow_ms", error))?,
    };
    Ok(Some(Run { epoch: row.try_get("epoch")?, mode, pinned: maybe(&row, "pinned")?, number: row.try_get("number")? }))
}

/// The number of the next event. Whoever has it holds the room's row until the transaction ends.
pub(crate) async fn next_number(write: &mut Write, meeting: MeetingId) -> Result<i64> {
    let row = sqlx::query("UPDATE chat_room SET number = number + 1 WHERE meeting = $1 RETURNING number")
        .bind(meeting.to_string())
        .fetch_one(&mut **write)
        .await?;
    Ok(row.try_get("number")?)
}

/// Notes an event under its number.
pub(crate) async fn note(
    write: &mut Write,
    meeting: MeetingId,
    number: i64,
    at_ms: i64,
    (kind, message, detail): (&str, Option<MessageId>, Option<String>),
) -> Result<()> {
    sqlx::query(
        "INSERT INTO chat_event (meeting, number, at_ms, kind, message, detail) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(meeting.to_string())
    .bind(number)
    .bind(at_ms)
    .bind(kind)
    .bind(message.map(|message| message.to_string()))
    .bind(detail)
    .execute(&mut **write)
    .await?;
    Ok(())
}

pub(crate) async fn set_mode(write: &mut Write, meeting: MeetingId, mode: Mode) -> Result<()> {
    sqlx::query("UPDATE chat_room SET who = $1, hold = $2, slow_ms = $3 WHERE meeting = $4")
        .bind(mode.who.name())
        .bind(mode.hold.name())
        .bind(i64::from(mode.slow_ms))
        .bind(meeting.to_string())
        .execute(&mut **write)
        .await?;
    Ok(())
}

pub(crate) async fn set_pinned(write: &mut Write, meeting: MeetingId, message: Option<MessageId>) -> Result<()> {
    sqlx::query("UPDATE chat_room SET pinned = $1 WHERE meeting = $2")
        .bind(message.map(|message| message.to_string()))
        .bind(meeting.to_string())
        .execute(&mut **write)
        .await?;
    Ok(())
}

pub(crate) async fn insert(
    write: &mut Write,
    meeting: MeetingId,
    message: &Message,
    number: Option<i64>,
) -> Result<()> {
    let cause = match &message.state {
        State::Held { cause } => Some(cause.name()),
        _ => None,
    };
    sqlx::query(
        "INSERT INTO chat_message (id, meeting, author, name, badge, body, reply, sent_at_ms, state, cause, number)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(message.id.to_string())
    .bind(meeting.to_string())
    .bind(message.author.to_string())
    .bind(message.name.as_str())
    .bind(message.badge.map(Badge::name))
    .bind(message.text.as_str())
    .bind(message.reply.map(|reply| reply.to_string()))
    .bind(message.at_ms)
    .bind(message.state.name())
    .bind(cause)
    .bind(number)
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// A message of any meeting, with the meeting and its place among those that were shown.
pub(crate) async fn message(
    connection: &mut AnyConnection,
    id: MessageId,
) -> Result<Option<(MeetingId, Message, Option<i64>)>> {
    let row = sqlx::query(select_message!("WHERE id = $1")).bind(id.to_string()).fetch_optional(connection).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((parsed(&row, "meeting")?, message_of(&row)?, row.try_get("number")?)))
}

/// Moves a message from the state that was read to another; `number` where it is shown for the first time.
pub(crate) async fn decide(
    write: &mut Write,
    (message, before): (MessageId, &State),
    after: &State,
    number: Option<i64>,
    (account, now_ms): (AccountId, i64),
) -> Result<bool> {
    let reason = after.reason();
    let done = sqlx::query(
        "UPDATE chat_message SET state = $1, code = $2, reason = $3, account = $4, decided_at_ms = $5,
                                 number = COALESCE(number, $6)
         WHERE id = $7 AND state = $8",
    )
    .bind(after.name())
    .bind(reason.map(|reason| reason.code.name()))
    .bind(reason.map(|reason| reason.words.as_str()))
    .bind(account.to_string())
    .bind(now_ms)
    .bind(number)
    .bind(message.to_string())
    .bind(before.name())
    .execute(&mut **write)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The last messages that everybody may see, oldest first, with their places.
pub(crate) async fn shown(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    limit: i64,
) -> Result<Vec<(i64, Public)>> {
    let rows = sqlx::query(select_message!("WHERE meeting = $1 AND state = 'shown' ORDER BY number DESC LIMIT $2"))
        .bind(meeting.to_string())
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.iter().rev().filter_map(|row| placed(row).transpose()).collect()
}

/// Messages that everybody may see, sent from one instant on until before another, in the order of their places.
pub(crate) async fn between(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    (from_ms, until_ms): (i64, i64),
    limit: i64,
) -> Result<Vec<Public>> {
    let rows = sqlx::query(select_message!(
        "WHERE meeting = $1 AND state = 'shown' AND sent_at_ms >= $2 AND sent_at_ms < $3
         ORDER BY sent_at_ms, number LIMIT $4"
    ))
    .bind(meeting.to_string())
    .bind(from_ms)
    .bind(until_ms)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().filter_map(|row| placed(row).map(|placed| placed.map(|(_, public)| public)).transpose()).collect()
}

fn placed(row: &AnyRow) -> Result<Option<(i64, Public)>> {
    let number: Option<i64> = row.try_get("number")?;
    Ok(message_of(row)?.public().zip(number).map(|(public, number)| (number, public)))
}

/// The last events, newest first.
pub(crate) async fn events(connection: &mut AnyConnection, meeting: MeetingId, limit: i64) -> Result<Vec<Past>> {
    let rows = sqlx::query(
        "SELECT e.number AS event, e.kind, e.message, e.detail, m.id, m.meeting, m.author, m.name, m.badge, m.body,
                m.reply, m.sent_at_ms, m.state, m.cause, m.code, m.reason, m.number, m.appeal, m.upheld_at_ms
         FROM chat_event e LEFT JOIN chat_message m ON m.id = e.message
         WHERE e.meeting = $1 ORDER BY e.number DESC LIMIT $2",
    )
    .bind(meeting.to_string())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let past = |row: &AnyRow| {
        let message = maybe(row, "message")?;
        let shown = if message.is_some() { message_of(row)?.public() } else { None };
        let (number, kind, detail) = (row.try_get("event")?, row.try_get("kind")?, row.try_get("detail")?);
        Ok(Past { number, kind, message, shown, detail })
    };
    rows.iter().map(past).collect()
}

/// The messages of a meeting that a filter lets through, newest first.
pub(crate) async fn table(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    filter: &Filter,
    limit: i64,
) -> Result<Vec<Message>> {
    let meeting = meeting.to_string();
    let rows = match filter {
        Filter::Held => {
            // Who waits longest comes first.
            let sql = select_message!("WHERE meeting = $1 AND state = 'held' ORDER BY sent_at_ms, id LIMIT $2");
            sqlx::query(sql).bind(meeting).bind(limit).fetch_all(connection).await?
        }
        Filter::Shown => {
            let sql = select_message!("WHERE meeting = $1 AND state = 'shown' ORDER BY number DESC LIMIT $2");
            sqlx::query(sql).bind(meeting).bind(limit).fetch_all(connection).await?
        }
        Filter::Out => {
            let sql = select_message!(
                "WHERE meeting = $1 AND state IN ('refused', 'removed') ORDER BY decided_at_ms DESC, id LIMIT $2"
            );
            sqlx::query(sql).bind(meeting).bind(limit).fetch_all(connection).await?
        }
        Filter::Appeals => {
            let sql = select_message!(
                "WHERE meeting = $1 AND state IN ('refused', 'removed') AND appealed_at_ms IS NOT NULL
                 AND upheld_at_ms IS NULL ORDER BY appealed_at_ms, id LIMIT $2"
            );
            sqlx::query(sql).bind(meeting).bind(limit).fetch_all(connection).await?
        }
        Filter::Author(author) => {
            let sql = select_message!("WHERE meeting = $1 AND author = $3 ORDER BY sent_at_ms DESC, id LIMIT $2");
            sqlx::query(sql).bind(meeting).bind(limit).bind(author.to_string()).fetch_all(connection).await?
        }
    };
    rows.iter().map(message_of).collect()
}

/// Notes what an author says against a decision; false where that was said already, or there is none.
pub(crate) async fn appeal(
    write: &mut Write,
    (id, author): (MessageId, AuthorId),
    text: &str,
    now_ms: i64,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE chat_message SET appeal = $1, appealed_at_ms = $2
         WHERE id = $3 AND author = $4 AND state IN ('refused', 'removed') AND appealed_at_ms IS NULL",
    )
    .bind(text)
    .bind(now_ms)
    .bind(id.to_string())
    .bind(author.to_string())
    .execute(&mut **write)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that a moderator stands by a decision; false where nobody appealed, or that was said already.
pub(crate) async fn uphold(write: &mut Write, id: MessageId, now_ms: i64) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE chat_message SET upheld_at_ms = $1
         WHERE id = $2 AND state IN ('refused', 'removed') AND appealed_at_ms IS NOT NULL AND upheld_at_ms IS NULL",
    )
    .bind(now_ms)
    .bind(id.to_string())
    .execute(&mut **write)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many messages wait, and how many appeals.
pub(crate) async fn waiting(connection: &mut AnyConnection, meeting: MeetingId) -> Result<(i64, i64)> {
    let sql = "SELECT COUNT(*) AS appeals FROM chat_message WHERE meeting = $1 AND state IN ('refused', 'removed')
               AND appealed_at_ms IS NOT NULL AND upheld_at_ms IS NULL";
    let row = sqlx::query(sql).bind(meeting.to_string()).fetch_one(&mut *connection).await?;
    Ok((held(connection, meeting).await?, row.try_get("appeals")?))
}

/// The words of a municipality that make a message wait.
pub(crate) async fn words(connection: &mut AnyConnection, municipality: MunicipalityId) -> Result<Vec<String>> {
    let sql = "SELECT word FROM chat_word WHERE municipality = $1 ORDER BY word";
    let rows = sqlx::query(sql).bind(municipality.to_string()).fetch_all(connection).await?;
    Ok(rows.iter().map(|row| row.try_get("word")).collect::<Result<_, sqlx::Error>>()?)
}

pub(crate) async fn set_words(write: &mut Write, municipality: MunicipalityId, words: &[String]) -> Result<()> {
    let sql = "DELETE FROM chat_word WHERE municipality = $1";
    sqlx::query(sql).bind(municipality.to_string()).execute(&mut **write).await?;
    for word in words {
        sqlx::query("INSERT INTO chat_word (municipality, word) VALUES ($1, $2)")
            .bind(municipality.to_string())
            .bind(word.as_str())
            .execute(&mut **write)
            .await?;
    }
    Ok(())
}

/// How many wait.
pub(crate) async fn held(connection: &mut AnyConnection, meeting: MeetingId) -> Result<i64> {
    let row = sqlx::query("SELECT COUNT(*) AS held FROM chat_message WHERE meeting = $1 AND state = 'held'")
        .bind(meeting.to_string())
        .fetch_one(connection)
        .await?;
    Ok(row.try_get("held")?)
}

fn message_of(row: &AnyRow) -> Result<Message> {
    let state: String = row.try_get("state")?;
    let why = || Ok::<_, crate::Error>(reason(row)?.unwrap_or_default());
    let state = match state.as_str() {
        "held" => State::Held { cause: named(row, "cause", Cause::named)? },
        "refused" => State::Refused { reason: why()? },
        "removed" => State::Removed { reason: why()? },
        _ => State::Shown,
    };
    let (badge, appeal): (Option<String>, Option<String>) = (row.try_get("badge")?, row.try_get("appeal")?);
    let upheld_at_ms = row.try_get("upheld_at_ms")?;
    Ok(Message {
        id: parsed(row, "id")?,
        author: parsed(row, "author")?,
        name: row.try_get("name")?,
        badge: badge.as_deref().and_then(Badge::named),
        text: row.try_get("body")?,
        reply: maybe(row, "reply")?,
        at_ms: row.try_get("sent_at_ms")?,
        state,
        appeal: appeal.map(|text| Appeal { text, upheld_at_ms }),
    })
}

pub(crate) fn reason(row: &AnyRow) -> Result<Option<Reason>> {
    let code: Option<String> = row.try_get("code")?;
    let words: Option<String> = row.try_get("reason")?;
    let Some(code) = code else { return Ok(None) };
    let code = Code::named(&code).ok_or_else(|| undecodable("code", "no reason's code"))?;
    Ok(Some(Reason { code, words: words.unwrap_or_default() }))
}

fn maybe<T>(row: &AnyRow, column: &str) -> Result<Option<T>>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let text: Option<String> = row.try_get(column)?;
    Ok(text.map(|text| text.parse().map_err(|error| undecodable(column, error))).transpose()?)
}

fn named<T>(row: &AnyRow, column: &str, named: impl Fn(&str) -> Option<T>) -> Result<T> {
    let text: String = row.try_get(column)?;
    Ok(named(&text).ok_or_else(|| undecodable(column, "no such name"))?)
}
