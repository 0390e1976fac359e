//! The demonstration's citizens ask the council: beside the meeting in session, and beside past ones.

use std::{path::Path, time::Duration};

use anyhow::Context;
use chat::{
    Code, Error, Floor, InterventionId, Reason, Room,
    command::Asker,
    intervention::{Act, Answer, Ask, Elsewhere, Fate, Kind, Move, State},
};
use council::{AccountId, Council, MeetingId, MunicipalityId, agenda::Agenda, permission::Moderator};
use tokio_util::sync::CancellationToken;

use super::{FIXTURES, Parts};

/// How long after each other those come that the moderators of the demonstration are to decide about.
const PAUSE: Duration = Duration::from_secs(40);
/// Until when what is put off is to be answered.
const DUE_MS: i64 = 30 * 86_400_000;

/// A line of the script.
struct Line {
    fate: String,
    kind: Kind,
    item: String,
    supports: usize,
    name: String,
    text: String,
    words: String,
}

fn script() -> anyhow::Result<Vec<Line>> {
    let file = Path::new(FIXTURES).join("interventions.txt");
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let line = |line: &str| {
        let mut fields = line.split('|').map(str::to_owned);
        let mut next = || fields.next().unwrap_or_default();
        let (fate, kind, item, supports) = (next(), next(), next(), next());
        let (name, text, words) = (next(), next(), next());
        let kind = Kind::named(&kind).with_context(|| format!("a kind: {line}"))?;
        anyhow::Ok(Line { fate, kind, item, supports: supports.parse()?, name, text, words })
    };
    text.lines().filter(|line| !line.starts_with('#')).map(line).collect()
}

fn citizen(key: &str) -> Asker {
    Asker { account: None, badge: None, name: None, device: Some(format!("demonstration {key}")), network: key.into() }
}

/// Asks beside the meeting: first what a moderator of the script has decided already, then what waits, until `stop`.
pub(super) async fn ask(
    council: Council,
    floor: Floor,
    here: MunicipalityId,
    meeting: MeetingId,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let (agenda, room) = (council.agenda(here, meeting).await?, floor.room(here, meeting).await?);
    if !room.interventions(&citizen("onlooker")).await?.shown.is_empty() {
        return Ok(());
    }
    let moderator = Moderator::console(here, AccountId::new(), "Συντονισμός");
    let mut ids = Vec::new();
    for line in script()? {
        if line.fate == "pending" && !ids.is_empty() {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        let id = InterventionId::new();
        match bring(&room, &moderator, &agenda, (&line, id, &ids), council.clock().now_ms()).await {
            // A meeting that is over, or moderators who take no more, are as they should be.
            Err(Error::Closed | Error::Registered | Error::Overtaken) => return Ok(()),
            done => done?,
        }
        ids.push(id);
    }
    Ok(())
}

/// Brings one as its citizen, supports it as others, and decides as the script's moderator.
async fn bring(
    room: &Room,
    by: &Moderator,
    agenda: &Agenda,
    (line, id, before): (&Line, InterventionId, &[InterventionId]),
    now_ms: i64,
) -> chat::Result<()> {
    let item = agenda.items.iter().find(|item| item.number == line.item).map(|item| item.id);
    let (name, text) = (line.name.clone(), line.text.clone());
    let ask = Ask { id, kind: line.kind, item, name, anonymous: false, text };
    room.ask(&citizen(&id.to_string()), ask).await?;
    let with = line.fate.strip_prefix("with ").and_then(|at| at.parse::<usize>().ok()?.checked_sub(1));
    let mut moves = match line.fate.as_str() {
        "pending" => return Ok(()),
        "rejected" => vec![Move::Reject { reason: Reason { code: Code::Advertising, words: line.words.clone() } }],
        _ => vec![Move::Approve],
    };
    match line.fate.as_str() {
        "spoken" => moves.push(Move::Answer { answer: Answer::Spoken { answered_at_ms: now_ms } }),
        "written" => moves.push(Move::Answer { answer: Answer::Written { words: line.words.clone() } }),
        "deferred" => moves.push(Move::Defer { due_at_ms: now_ms + DUE_MS }),
        "queue" => moves.push(Move::Queue { place: 0 }),
        "screen" => moves.extend([Move::Queue { place: 0 }, Move::Show { since_ms: now_ms }]),
        _ => {}
    }
    if let Some(into) = with.and_then(|at| before.get(at)) {
        moves = vec![Move::Approve, Move::Merge { into: *into }];
    }
    for (revision, a) in (1..).zip(moves) {
        // Whoever supports it does so before it is answered.
        if revision == 2 {
            support(room, line, id).await?;
        }
        room.settle(by, Act::Decide { intervention: id, revision, a }).await?;
    }
    if line.fate == "approved" { support(room, line, id).await } else { Ok(()) }
}

async fn support(room: &Room, line: &Line, id: InterventionId) -> chat::Result<()> {
    for supporter in 0..line.supports {
        match room.support(&citizen(&format!("supporter {supporter} of item {}", line.item)), id, true).await {
            // One who supports too much at once, or what nobody sees yet, is left out.
            Ok(_) | Err(Error::Slow { .. } | Error::NoIntervention) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What was asked beside a past meeting, spread over its length.
pub(super) async fn recall(
    parts: &Parts,
    here: MunicipalityId,
    meeting: MeetingId,
    (began_at_ms, length_s): (i64, u32),
) -> anyhow::Result<()> {
    let (agenda, script) = (parts.council.agenda(here, meeting).await?, script()?);
    let moderator = Moderator::console(here, AccountId::new(), "Συντονισμός");
    let step_ms = i64::from(length_s) * 1000 / (i64::try_from(script.len())? + 2);
    let one = |(place, line): (i64, Line)| {
        let (at_ms, decided_at_ms) = (began_at_ms + place * step_ms, began_at_ms + (place + 1) * step_ms);
        let item = agenda.items.iter().find(|item| item.number == line.item).map(|item| item.id);
        let with = line.fate.strip_prefix("with ").and_then(|at| at.parse::<usize>().ok()?.checked_sub(1));
        let fate = match line.fate.as_str() {
            _ if with.is_some() => Fate::With(with.unwrap_or(0)),
            "written" => Fate::Is(State::Answered { answer: Answer::Written { words: line.words } }),
            "deferred" => Fate::Is(State::Deferred { due_at_ms: began_at_ms + DUE_MS }),
            "rejected" => Fate::Is(State::Rejected { reason: Reason { code: Code::Advertising, words: line.words } }),
            "pending" => Fate::Is(State::Expired),
            _ => Fate::Is(State::Answered { answer: Answer::Spoken { answered_at_ms: decided_at_ms } }),
        };
        let (kind, name, text, supports) = (line.kind, line.name, line.text, line.supports);
        Elsewhere { kind, item, name, text, at_ms, supports, fate, decided_at_ms }
    };
    let all = (1..).zip(script).map(one).collect();
    parts.floor.room(here, meeting).await?.take_over_interventions(&moderator, all).await?;
    Ok(())
}
