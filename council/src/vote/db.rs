//! Votes in SQL.

use std::collections::HashMap;

use serde_json::json;
use sqlx::{AnyConnection, Row as _, any::AnyRow};

use super::{Ballot, Choice, Counted, Majority, Mend, Stand, Tally, Vote};
use crate::{
    AccountId, MeetingId, PersonId, Result, VoteId,
    db::{count, is_undone, parsed, stamp, undecodable},
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, item, kind, majority, motion, members, chair, opened_at_ms, closed_at_ms, broken_at_ms, yes, no,
                    abstain, casting, undone_at_ms FROM vote_event ",
            $rest
        )
    };
}

/// The votes of a meeting in the order of time, without those that were taken back.
pub(crate) async fn votes(connection: &mut AnyConnection, meeting: MeetingId) -> Result<Vec<Vote>> {
    let rows = sqlx::query(select!("WHERE meeting = $1 AND undone_at_ms IS NULL ORDER BY opened_at_ms, id"))
        .bind(meeting.to_string())
        .fetch_all(&mut *connection)
        .await?;
    let mut votes = rows.iter().map(vote).collect::<Result<Vec<_>>>()?;
    if votes.is_empty() {
        return Ok(votes);
    }
    let mut ballots = of_votes(
        connection,
        meeting,
        "SELECT vote, person, name, faction, choice FROM ballot
         WHERE vote IN (SELECT id FROM vote_event WHERE meeting = $1) ORDER BY vote, place",
        ballot,
    )
    .await?;
    let mut mends = of_votes(
        connection,
        meeting,
        "SELECT vote, at_ms, reason, before FROM vote_mend
         WHERE vote IN (SELECT id FROM vote_event WHERE meeting = $1) ORDER BY vote, at_ms",
        mend,
    )
    .await?;
    for vote in &mut votes {
        vote.ballots = ballots.remove(&vote.id).unwrap_or_default();
        vote.mends = mends.remove(&vote.id).unwrap_or_default();
    }
    Ok(votes)
}

/// What belongs to the votes of a meeting, by vote.
async fn of_votes<T>(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    select: &'static str,
    read: fn(&AnyRow) -> Result<T>,
) -> Result<HashMap<VoteId, Vec<T>>> {
    let mut found: HashMap<VoteId, Vec<T>> = HashMap::new();
    for row in sqlx::query(select).bind(meeting.to_string()).fetch_all(connection).await? {
        found.entry(parsed(&row, "vote")?).or_default().push(read(&row)?);
    }
    Ok(found)
}

/// A vote of a meeting without its ballots, and whether it was taken back.
pub(super) async fn find(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    id: VoteId,
) -> Result<Option<(Vote, bool)>> {
    let row = sqlx::query(select!("WHERE id = $1 AND meeting = $2"))
        .bind(id.to_string())
        .bind(meeting.to_string())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((vote(&row)?, is_undone(&row)?)))
}

fn vote(row: &AnyRow) -> Result<Vote> {
    let number = |column: &str| -> Result<Option<u32>> {
        let value: Option<i64> = row.try_get(column)?;
        value.map(|value| u32::try_from(value).map_err(|error| undecodable(column, error))).transpose()
    };
    let maybe = |column: &str| -> Result<Option<String>> { Ok(row.try_get(column)?) };
    let stand = match (row.try_get("closed_at_ms")?, row.try_get("broken_at_ms")?) {
        (Some(closed_at_ms), _) => Stand::Closed { closed_at_ms },
        (None, Some(broken_at_ms)) => Stand::Broken { broken_at_ms },
        (None, None) => Stand::Open,
    };
    let counted = match (number("yes")?, number("no")?, number("abstain")?) {
        (Some(yes), Some(no), Some(abstain)) => {
            let casting = maybe("casting")?.map(|_| parsed(row, "casting")).transpose()?;
            Some(Counted { yes, no, abstain, casting })
        }
        _ => None,
    };
    Ok(Vote {
        id: parsed(row, "id")?,
        item: parsed(row, "item")?,
        kind: parsed(row, "kind")?,
        majority: parsed(row, "majority")?,
        motion: row.try_get("motion")?,
        members: number("members")?.unwrap_or(0),
        chair: maybe("chair")?.map(|_| parsed(row, "chair")).transpose()?,
        opened_at_ms: row.try_get("opened_at_ms")?,
        stand,
        counted,
        ballots: Vec::new(),
        mends: Vec::new(),
    })
}

fn ballot(row: &AnyRow) -> Result<Ballot> {
    let choice: Option<String> = row.try_get("choice")?;
    Ok(Ballot {
        person: parsed(row, "person")?,
        name: row.try_get("name")?,
        faction: row.try_get("faction")?,
        choice: choice.map(|_| parsed(row, "choice")).transpose()?,
    })
}

fn mend(row: &AnyRow) -> Result<Mend> {
    let before: serde_json::Value = parsed(row, "before")?;
    let number = |name: &str| before[name].as_u64().and_then(|value| u32::try_from(value).ok()).unwrap_or(0);
    let before = Tally { yes: number("yes"), no: number("no"), abstain: number("abstain"), absent: number("absent") };
    Ok(Mend { at_ms: row.try_get("at_ms")?, reason: row.try_get("reason")?, before })
}

/// How many votes a meeting has had, with those that were taken back.
pub(super) async fn ever(connection: &mut AnyConnection, meeting: MeetingId) -> Result<usize> {
    count(connection, "SELECT COUNT(*) AS many FROM vote_event WHERE meeting = $1", meeting).await
}

pub(super) async fn insert(
    connection: &mut AnyConnection,
    meeting: MeetingId,
    vote: &Vote,
    account: AccountId,
    now_ms: i64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO vote_event (id, meeting, item, kind, majority, motion, members, chair, opened_at_ms, account,
                                 noted_at_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(vote.id.to_string())
    .bind(meeting.to_string())
    .bind(vote.item.to_string())
    .bind(vote.kind.name())
    .bind(vote.majority.name())
    .bind(vote.motion.as_str())
    .bind(i64::from(vote.members))
    .bind(vote.chair.map(|chair| chair.to_string()))
    .bind(vote.opened_at_ms)
    .bind(account.to_string())
    .bind(now_ms)
    .execute(&mut *connection)
    .await?;
    for (place, ballot) in (0_i64..).zip(&vote.ballots) {
        sqlx::query("INSERT INTO ballot (vote, person, place, name, faction, choice) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(vote.id.to_string())
            .bind(ballot.person.to_string())
            .bind(place)
            .bind(ballot.name.as_str())
            .bind(ballot.faction.as_str())
            .bind(ballot.choice.map(Choice::name))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn cast(
    connection: &mut AnyConnection,
    vote: VoteId,
    person: PersonId,
    choice: Option<Choice>,
) -> Result<()> {
    sqlx::query("UPDATE ballot SET choice = $1 WHERE vote = $2 AND person = $3")
        .bind(choice.map(Choice::name))
        .bind(vote.to_string())
        .bind(person.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn cast_rest(connection: &mut AnyConnection, vote: VoteId, choice: Choice) -> Result<()> {
    sqlx::query("UPDATE ballot SET choice = $1 WHERE vote = $2 AND choice IS NULL")
        .bind(choice.name())
        .bind(vote.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Who comes is waited for, who leaves before voting is not; a vote that was cast stays.
pub(crate) async fn follow_presence(
    connection: &mut AnyConnection,
    vote: VoteId,
    person: PersonId,
    present: bool,
) -> Result<()> {
    let follow = if present {
        "UPDATE ballot SET choice = NULL WHERE vote = $1 AND person = $2 AND choice = 'absent'"
    } else {
        "UPDATE ballot SET choice = 'absent' WHERE vote = $1 AND person = $2 AND choice IS NULL"
    };
    sqlx::query(follow).bind(vote.to_string()).bind(person.to_string()).execute(connection).await?;
    Ok(())
}

/// Notes where a vote stands, and its numbers.
pub(super) async fn settle(
    connection: &mut AnyConnection,
    vote: VoteId,
    stand: Stand,
    counted: Option<Counted>,
) -> Result<()> {
    let (closed_at_ms, broken_at_ms) = match stand {
        Stand::Open => (None, None),
        Stand::Closed { closed_at_ms } => (Some(closed_at_ms), None),
        Stand::Broken { broken_at_ms } => (None, Some(broken_at_ms)),
    };
    let number = |of: fn(&Counted) -> u32| counted.as_ref().map(|counted| i64::from(of(counted)));
    sqlx::query(
        "UPDATE vote_event SET closed_at_ms = $1, broken_at_ms = $2, yes = $3, no = $4, abstain = $5, casting = $6
         WHERE id = $7",
    )
    .bind(closed_at_ms)
    .bind(broken_at_ms)
    .bind(number(|counted| counted.yes))
    .bind(number(|counted| counted.no))
    .bind(number(|counted| counted.abstain))
    .bind(counted.and_then(|counted| counted.casting).map(Choice::name))
    .bind(vote.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn need(connection: &mut AnyConnection, vote: VoteId, majority: Majority) -> Result<()> {
    sqlx::query("UPDATE vote_event SET majority = $1 WHERE id = $2")
        .bind(majority.name())
        .bind(vote.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Breaks off the vote that is open.
pub(crate) async fn break_off(connection: &mut AnyConnection, meeting: MeetingId, at_ms: i64) -> Result<()> {
    sqlx::query(
        "UPDATE vote_event SET broken_at_ms = $1
         WHERE meeting = $2 AND closed_at_ms IS NULL AND broken_at_ms IS NULL AND undone_at_ms IS NULL",
    )
    .bind(at_ms)
    .bind(meeting.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn undo(connection: &mut AnyConnection, vote: VoteId, undone_at_ms: Option<i64>) -> Result<()> {
    stamp(connection, "UPDATE vote_event SET undone_at_ms = $1 WHERE id = $2", undone_at_ms, vote).await
}

pub(super) async fn insert_mend(
    connection: &mut AnyConnection,
    old: &Vote,
    reason: &str,
    account: AccountId,
    now_ms: i64,
) -> Result<()> {
    let tally = old.tally();
    let before = json!({ "yes": tally.yes, "no": tally.no, "abstain": tally.abstain, "absent": tally.absent });
    sqlx::query("INSERT INTO vote_mend (vote, at_ms, account, reason, before) VALUES ($1, $2, $3, $4, $5)")
        .bind(old.id.to_string())
        .bind(now_ms)
        .bind(account.to_string())
        .bind(reason)
        .bind(before.to_string())
        .execute(connection)
        .await?;
    Ok(())
}
