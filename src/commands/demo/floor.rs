//! The demonstration's citizens: what they write beside the council in session, and wrote beside past ones.

use std::{path::Path, time::Duration};

use anyhow::Context;
use chat::{
    Floor, MessageId,
    command::{Asker, Say},
    room::Elsewhere,
};
use council::{AccountId, MeetingId, MunicipalityId, permission::Moderator};
use tokio_util::sync::CancellationToken;

use super::FIXTURES;

/// How long a citizen thinks before writing: from this long to three times as long.
const PAUSE: Duration = Duration::from_secs(7);
/// Messages after which the citizens of the demonstration fall silent until its next start.
const MOST: usize = 400;

/// A line of the script.
struct Line {
    name: String,
    text: String,
    answers: bool,
}

fn script() -> anyhow::Result<Vec<Line>> {
    let file = Path::new(FIXTURES).join("chat.txt");
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let line = |line: &str| {
        let (name, text) = line.split_once(": ")?;
        let (answers, name) = name.strip_prefix("> ").map_or((false, name), |name| (true, name));
        Some(Line { name: name.to_owned(), text: text.to_owned(), answers })
    };
    Ok(lines.filter_map(line).collect())
}

/// Writes beside the meeting until `stop`.
pub(super) async fn talk(
    floor: Floor,
    here: MunicipalityId,
    meeting: MeetingId,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let script = script()?;
    let mut before: Option<MessageId> = None;
    for line in script.iter().cycle().take(MOST) {
        let bytes = council::random::bytes::<1>();
        let pause = PAUSE + PAUSE * u32::from(bytes[0]) / 128;
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
        let asker = Asker {
            account: None,
            badge: None,
            name: None,
            device: Some(format!("demonstration {}", line.name)),
            network: String::new(),
        };
        let (id, reply) = (MessageId::new(), before.filter(|_| line.answers));
        let say = Say { id, name: line.name.clone(), text: line.text.clone(), reply };
        // A chat that a moderator has closed, or a meeting that is over, is as it should be.
        match floor.room(here, meeting).await?.say(&asker, say).await {
            Ok(_) => before = Some(id),
            Err(error) => tracing::debug!(%error, "a citizen of the demonstration was not heard"),
        }
    }
    Ok(())
}

/// What was written beside a past meeting, spread over its length.
pub(super) async fn recall(
    floor: &Floor,
    here: MunicipalityId,
    meeting: MeetingId,
    (began_at_ms, length_s): (i64, u32),
) -> anyhow::Result<()> {
    let script = script()?;
    let moderator = Moderator::console(here, AccountId::new(), "");
    let step_ms = i64::from(length_s) * 1000 / (i64::try_from(script.len())? + 1);
    let said = (1..).zip(script).map(|(place, line)| Elsewhere {
        name: line.name,
        text: line.text,
        at_ms: began_at_ms + place * step_ms,
    });
    floor.room(here, meeting).await?.take_over(&moderator, said.collect()).await?;
    Ok(())
}
