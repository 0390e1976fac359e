//! What is new in a meeting, its stage and its agenda: read once for all who follow it, however many they are.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use council::{Council, MeetingId, MunicipalityId, agenda::Agenda, speech::Speech, vote::Vote};
use serde::Serialize;
use tokio::{sync::watch, time::Instant};

use crate::{
    error::{Error, Result},
    pages::letter,
};

/// What no press here has told, by another process, is found so late.
pub(crate) const READ_EVERY: Duration = Duration::from_secs(2);

/// A meeting as it stands.
pub(crate) struct News {
    /// Whose meeting it is.
    here: MunicipalityId,
    /// The stage's name.
    pub(crate) stage: &'static str,
    pub(crate) agenda: Agenda,
    /// The moments for pages that show the agenda: the data of the event `agenda`.
    pub(crate) event: String,
}

/// What pages are told of an agenda.
#[derive(Serialize)]
struct Told {
    /// Another one: the list itself has changed.
    outline: String,
    now: Option<String>,
    moments: Vec<At>,
    /// Who has the floor, in one line.
    speaker: Option<String>,
    /// The speeches of the current item; those of the others are of the outline.
    speeches: Vec<Said>,
    /// The vote that goes on.
    vote: Option<Call>,
    /// How many members are there, once that was noted.
    presence: Option<Count>,
}

/// A vote as it comes in.
#[derive(Serialize)]
struct Call {
    id: String,
    item: String,
    /// A letter for each ballot, in the order of the list.
    ballots: String,
    yes: u32,
    no: u32,
    abstain: u32,
    absent: u32,
    waiting: usize,
}

#[derive(Serialize)]
struct Count {
    present: usize,
    members: usize,
    needed: usize,
}

#[derive(Serialize)]
struct Said {
    at_ms: i64,
    line: String,
}

#[derive(Serialize)]
struct At {
    item: String,
    at_ms: i64,
}

/// Where the news of meetings hang while somebody follows them.
#[derive(Default)]
pub(crate) struct Board(Mutex<HashMap<MeetingId, Weak<Followed>>>);

/// A meeting that somebody follows.
pub(crate) struct Followed {
    meeting: MeetingId,
    /// Counts the presses of clerks here.
    presses: watch::Sender<u64>,
    read: tokio::sync::Mutex<Option<(u64, Instant, Arc<News>)>>,
}

impl Board {
    /// Follows a meeting; its news are forgotten when nobody does.
    pub(crate) fn follow(&self, meeting: MeetingId) -> Arc<Followed> {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(followed) = board.get(&meeting).and_then(Weak::upgrade) {
            return followed;
        }
        board.retain(|_, followed| followed.strong_count() > 0);
        let (presses, read) = (watch::Sender::default(), tokio::sync::Mutex::default());
        let followed = Arc::new(Followed { meeting, presses, read });
        board.insert(meeting, Arc::downgrade(&followed));
        followed
    }

    /// A clerk has changed the meeting: whoever follows it reads it anew.
    pub(crate) fn pressed(&self, meeting: MeetingId) {
        let board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(followed) = board.get(&meeting).and_then(Weak::upgrade) {
            followed.presses.send_modify(|presses| *presses += 1);
        }
    }
}

impl Followed {
    /// Hears of presses.
    pub(crate) fn presses(&self) -> watch::Receiver<u64> {
        self.presses.subscribe()
    }

    /// The news: of after the last press, and never much older than [`READ_EVERY`]. One reads, the others wait for it.
    /// What one municipality's viewers have read is not found by another's.
    pub(crate) async fn news(&self, council: &Council, here: MunicipalityId) -> Result<Arc<News>> {
        let mut read = self.read.lock().await;
        let press = *self.presses.borrow();
        if let Some((of, at, news)) = read.as_ref()
            && *of == press
            && at.elapsed() < READ_EVERY
        {
            return if news.here == here { Ok(news.clone()) } else { Err(Error::NotFound) };
        }
        let stage = council.meeting(here, self.meeting).await?.stage.name();
        let agenda = council.agenda(here, self.meeting).await?;
        let news = Arc::new(News { here, stage, event: event(&agenda), agenda });
        *read = Some((press, Instant::now(), news.clone()));
        Ok(news)
    }
}

fn event(agenda: &Agenda) -> String {
    let moments = agenda.moments.iter().map(|moment| At { item: moment.item.to_string(), at_ms: moment.at_ms });
    let now = agenda.current().map(|moment| moment.item);
    let said = agenda.speeches.iter().filter(|speech| Some(speech.item) == now);
    let told = Told {
        outline: outline(agenda),
        now: now.map(|item| item.to_string()),
        moments: moments.collect(),
        speaker: agenda.speaking().filter(|speech| Some(speech.item) == now).map(Speech::line),
        speeches: said.map(|speech| Said { at_ms: speech.at_ms, line: speech.line() }).collect(),
        vote: agenda.open_vote().map(call),
        presence: agenda.attendance.quorum(i64::MAX).map(|quorum| Count {
            present: quorum.present,
            members: quorum.members,
            needed: quorum.needed(),
        }),
    };
    serde_json::to_string(&told).unwrap_or_default()
}

fn call(vote: &Vote) -> Call {
    let tally = vote.tally();
    Call {
        id: vote.id.to_string(),
        item: vote.item.to_string(),
        ballots: vote.ballots.iter().map(|ballot| letter(ballot.choice)).collect(),
        yes: tally.yes,
        no: tally.no,
        abstain: tally.abstain,
        absent: tally.absent,
        waiting: vote.waiting(),
    }
}

/// A name for the list of items as it is, without its moments, without the speeches of the current item and without the
/// ballots of the vote that goes on, which pages hear of by themselves.
pub(crate) fn outline(agenda: &Agenda) -> String {
    let mut hasher = DefaultHasher::new();
    for item in &agenda.items {
        let signs = (item.level, item.urgent_at_ms.is_some(), item.withdrawn_at_ms.is_some());
        (item.id, &item.number, &item.title, &item.rapporteur, signs).hash(&mut hasher);
    }
    let now = agenda.current().map(|moment| moment.item);
    for speech in agenda.speeches.iter().filter(|speech| Some(speech.item) != now) {
        (speech.id, speech.item, &speech.name, &speech.faction, speech.at_ms).hash(&mut hasher);
    }
    for vote in &agenda.votes {
        (vote.id, vote.is_open()).hash(&mut hasher);
        if !vote.is_open() {
            (format!("{:?}", vote.stand), format!("{:?}", vote.tally()), vote.majority.name()).hash(&mut hasher);
            let ballots: String = vote.ballots.iter().map(|ballot| letter(ballot.choice)).collect();
            (ballots, vote.mends.len(), format!("{:?}", vote.casting())).hash(&mut hasher);
        }
    }
    for decision in &agenda.decisions {
        let ada = decision.ada.as_ref().map(council::decision::Ada::as_str);
        (decision.id, decision.name(), &decision.title, &decision.text, ada).hash(&mut hasher);
    }
    for note in &agenda.attendance.notes {
        (note.press, note.person, note.presence.name(), note.at_ms).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
