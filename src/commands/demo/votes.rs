//! The demonstration's clerk: who is there, what is voted on, and what is decided, as the speech of its council has it.

use std::time::Duration;

use anyhow::Context;
use council::{
    AgendaItemId, Council, MeetingId,
    agenda::Agenda,
    attendance::Presence,
    decision::NewDecision,
    permission::Clerk,
    vote::{Choice, Count, Kind, Majority, NewVote},
};
use tokio_util::sync::CancellationToken;

/// Who is away; from the council's invented members.
const AWAY: [&str; 3] = ["Αντώνης Χαλκιαδάκης", "Στυλιανή Πατεράκη", "Παντελής Τριπολιτάκης"];
/// How the items begin that are called by name, and who votes how in them: a faction or a name; all others are for.
const CALLED: [(&str, &[(&str, Choice)]); 4] = [
    (
        "Αντικατάσταση του δικτύου ύδρευσης",
        &[("Τόπος για Όλους", Choice::No), ("Άννα Κυριακάκη", Choice::Abstain), ("Μάρκος Γαλανάκης", Choice::Abstain)],
    ),
    ("Τρίτη αναμόρφωση", &[("Συμμαχία Πολιτών", Choice::No), ("Ηλίας Μουντάκης", Choice::No)]),
    ("Κανονισμός λειτουργίας", &[("Βαγγέλης Σπυριδάκης", Choice::Abstain), ("Κατερίνα Βουμβουλάκη", Choice::No)]),
    ("Ωράριο και τέλη", &[("Συμμαχία Πολιτών", Choice::No), ("Τόπος για Όλους", Choice::No)]),
];
/// How long the clerk of the live meeting waits between two presses, and between two names of a roll call.
const PACE: Duration = Duration::from_secs(12);
const CALL: Duration = Duration::from_millis(900);
/// The items of the live meeting that are dealt with before its clerk leaves the desk to whoever sits down at it.
const LIVE_ITEMS: usize = 3;

/// Notes who is there at the beginning.
pub(super) async fn seat(
    council: &Council,
    clerk: &Clerk,
    meeting: MeetingId,
    at_ms: Option<i64>,
) -> anyhow::Result<()> {
    let attendance = council.agenda(clerk.municipality(), meeting).await?.attendance;
    let there = attendance.members.iter().filter(|member| !AWAY.contains(&member.name.as_str()));
    let there: Vec<council::PersonId> = there.map(|member| member.person).collect();
    council.note_presence(clerk, meeting, &there, Presence::Present, at_ms).await?;
    Ok(())
}

/// Holds the vote on an item of a past meeting, and numbers its decision.
pub(super) async fn hold(
    council: &Council,
    clerk: &Clerk,
    meeting: MeetingId,
    item: AgendaItemId,
    at_ms: i64,
) -> anyhow::Result<()> {
    let agenda = council.agenda(clerk.municipality(), meeting).await?;
    let (kind, _) = how(&agenda, item);
    let new = NewVote { item, kind, majority: Majority::Present, motion: String::new() };
    let vote = council.open_vote(clerk, meeting, new, None, Some(at_ms)).await?;
    for (person, choice) in ballots(&agenda, item) {
        let there = agenda.attendance.is_present(person, at_ms);
        if there && choice != Choice::Yes {
            council.cast_ballot(clerk, meeting, vote.id, person, Some(choice)).await?;
        }
    }
    close(council, clerk, meeting, vote.id, kind).await?;
    decide(council, clerk, meeting, item, true).await
}

async fn close(
    council: &Council,
    clerk: &Clerk,
    meeting: MeetingId,
    vote: council::VoteId,
    kind: Kind,
) -> anyhow::Result<()> {
    let count = (kind != Kind::RollCall).then(Count::default);
    if kind == Kind::RollCall {
        council.cast_rest(clerk, meeting, vote, Choice::Yes).await?;
    }
    council.close_vote(clerk, meeting, vote, count, None).await?;
    Ok(())
}

/// How an item is voted on, and who is not for it.
fn how(agenda: &Agenda, item: AgendaItemId) -> (Kind, &'static [(&'static str, Choice)]) {
    let title = agenda.item(item).map_or("", |item| item.title.as_str());
    match CALLED.iter().find(|(begins, _)| title.starts_with(begins)) {
        Some((_, not)) => (Kind::RollCall, not),
        None => (Kind::ShowOfHands, &[]),
    }
}

/// What each member votes in a roll call on an item.
fn ballots(agenda: &Agenda, item: AgendaItemId) -> Vec<(council::PersonId, Choice)> {
    let (kind, not) = how(agenda, item);
    let choice = |member: &council::person::Member| {
        let of = not.iter().find(|(who, _)| *who == member.name || *who == member.faction);
        (member.person, of.map_or(Choice::Yes, |(_, choice)| *choice))
    };
    agenda.attendance.voters().filter(|_| kind == Kind::RollCall).map(choice).collect()
}

async fn decide(
    council: &Council,
    clerk: &Clerk,
    meeting: MeetingId,
    item: AgendaItemId,
    published: bool,
) -> anyhow::Result<()> {
    let found = council.meeting(clerk.municipality(), meeting).await?;
    let agenda = council.agenda(clerk.municipality(), meeting).await?;
    let item = agenda.item(item).context("an item of the demonstration is not there")?;
    let zone = jiff::tz::TimeZone::get("Europe/Athens")?;
    let began = jiff::Timestamp::from_millisecond(found.starts_at_ms)?.to_zoned(zone);
    let year = u16::try_from(began.year())?;
    // A council that has met since the winter has a few hundred behind it.
    let first = 100 + 5 * u32::from(began.day_of_year().unsigned_abs() / 7);
    let number = agenda.decisions.last().map_or(first, |decision| decision.number + 1);
    let letters = ['Α', 'Δ', 'Η', 'Κ', 'Ξ', 'Ρ', 'Φ', 'Ω'];
    let letter = |at: u32| letters[usize::try_from(at % 8).unwrap_or(0)];
    let ada = format!(
        "{}{}{}Ω1Ρ-{}{}{}",
        letter(number / 8),
        letter(number),
        number,
        letter(number * 3 + 1),
        number % 10,
        letter(number * 5)
    );
    let text = format!("Εγκρίνει το θέμα «{}», όπως εισηγήθηκε η αρμόδια υπηρεσία.", item.title);
    let ada = if published { ada } else { String::new() };
    let new = NewDecision { year, number, title: item.title.clone(), text, ada };
    council.record_decision(clerk, meeting, item.id, new).await?;
    Ok(())
}

/// Runs the first items of the live meeting until `stop`, or until somebody else presses.
pub(super) async fn preside(
    council: Council,
    clerk: Clerk,
    meeting: MeetingId,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let here = clerk.municipality();
    if council.agenda(here, meeting).await?.current().is_some() {
        return Ok(());
    }
    let run = async {
        seat(&council, &clerk, meeting, None).await?;
        let items: Vec<AgendaItemId> =
            council.agenda(here, meeting).await?.items.iter().map(|item| item.id).take(LIVE_ITEMS).collect();
        let mut before = None;
        for (at, item) in items.iter().enumerate() {
            tokio::time::sleep(PACE).await;
            let taken = council.take_up(&clerk, meeting, *item, Some(before), None).await?;
            before = Some(taken.id);
            if at + 1 < LIVE_ITEMS {
                tokio::time::sleep(PACE).await;
                call(&council, &clerk, meeting, *item).await?;
            }
        }
        Ok::<_, anyhow::Error>(())
    };
    tokio::select! {
        () = stop.cancelled() => {}
        done = run => if let Err(error) = done {
            // Whoever has sat down at the desk goes on with it.
            tracing::debug!(%error, "the demonstration's clerk has left the desk");
        }
    }
    Ok(())
}

/// Holds the vote on an item of the live meeting, name by name.
async fn call(council: &Council, clerk: &Clerk, meeting: MeetingId, item: AgendaItemId) -> anyhow::Result<()> {
    let agenda = council.agenda(clerk.municipality(), meeting).await?;
    let last = agenda.votes.last().map(|vote| vote.id);
    let (kind, _) = how(&agenda, item);
    let new = NewVote { item, kind, majority: Majority::Present, motion: String::new() };
    let vote = council.open_vote(clerk, meeting, new, Some(last), None).await?;
    for (person, choice) in ballots(&agenda, item) {
        if vote.ballots.iter().any(|ballot| ballot.person == person && ballot.choice.is_none()) {
            tokio::time::sleep(CALL).await;
            council.cast_ballot(clerk, meeting, vote.id, person, Some(choice)).await?;
        }
    }
    tokio::time::sleep(PACE / 2).await;
    close(council, clerk, meeting, vote.id, kind).await?;
    decide(council, clerk, meeting, item, false).await
}
