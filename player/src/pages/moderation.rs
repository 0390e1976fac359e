//! The moderators' pages: the meetings whose chat they can run, and the table of its messages.

use ::chat::{
    AuthorId, Code, Message, MessageId,
    mode::{Hold, Who},
    room::{Filter, Table},
    words::REASON_MAX,
};
use askama::Template;
use axum::{
    extract::{Path, Query, State},
    response::Response,
};
use council::{
    MeetingId,
    meeting::{Listing, Meeting},
};
use serde::Deserialize;

use super::{
    Around, chat,
    form::Refused,
    frame::{Frame, Section},
    html,
    line::Line,
    words::Words,
};
use crate::{
    App,
    error::{Error, Result},
    floor::Moderator,
};

/// The slow modes to choose from, seconds.
const SLOW: [u32; 6] = [0, 10, 30, 60, 120, 300];
/// For how long somebody can be excluded, minutes.
const MINUTES: [u32; 4] = [10, 60, 24 * 60, 7 * 24 * 60];

/// The moderators' table.
#[derive(Template)]
#[template(path = "moderation.html")]
pub(super) struct ModerationPage {
    frame: Frame,
    line: Line,
    refused: Option<Refused>,
    /// What was done just now, and the message that it can be taken back for: act and message.
    done: Option<String>,
    undo: Option<(&'static str, String)>,
    /// The table that is shown: `held`, `shown`, `out`, or an author's id.
    show: String,
    /// The tables to choose from: value, label, whether it is this one.
    tables: Vec<(&'static str, String, bool)>,
    caption: String,
    empty: String,
    rows: Vec<DeskRow>,
    exclusions: Vec<Shut>,
    who: Vec<Choice>,
    hold: Vec<Choice>,
    slow: Vec<Choice>,
    codes: Vec<Choice>,
    minutes: Vec<Choice>,
    guarded: bool,
    reason_max: usize,
}

/// A message as moderators see it.
struct DeskRow {
    id: String,
    author: String,
    name: String,
    badge: Option<String>,
    text: String,
    time: String,
    machine: String,
    state: &'static str,
    state_word: String,
    /// Why it waits, or why it was taken away.
    why: String,
    /// What its author says against that.
    appeal: Option<String>,
    pinned: bool,
}

/// Who may not write.
struct Shut {
    id: String,
    name: String,
    until: String,
    why: String,
}

/// Something to choose: value, label, whether it is the one.
struct Choice {
    value: String,
    label: String,
    is: bool,
}

/// What the table's address says.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Looked {
    pub(super) show: String,
    pub(super) error: Option<String>,
    pub(super) undo: String,
    pub(super) done: String,
}

pub(super) async fn table(
    State(app): State<App>,
    Moderator { moderator, here }: Moderator,
    around: Around,
    Path(id): Path<String>,
    Query(looked): Query<Looked>,
) -> Result<Response> {
    let id: MeetingId = id.parse().map_err(|_| Error::NotFound)?;
    let (meeting, room) = (app.council.meeting(here.id, id).await?, app.floor.room(here.id, id).await?);
    let table = room.table(&moderator, &filter(&looked.show)?).await?;
    let frame = around.frame(Section::Moderation).with_script("studio.js");
    Ok(html(&moderation_page(frame, &meeting, &table, app.council.clock().now_ms(), &looked)))
}

fn filter(show: &str) -> Result<Filter> {
    Ok(match show {
        "" | "held" => Filter::Held,
        "appeals" => Filter::Appeals,
        "shown" => Filter::Shown,
        "out" => Filter::Out,
        author => Filter::Author(author.parse::<AuthorId>().map_err(|_| Error::NotFound)?),
    })
}

pub(super) fn moderation_page(
    frame: Frame,
    meeting: &Meeting,
    table: &Table,
    now_ms: i64,
    looked: &Looked,
) -> ModerationPage {
    let t = frame.t;
    let show = if looked.show.is_empty() { "held".to_owned() } else { looked.show.clone() };
    let known = ["held", "appeals", "shown", "out"];
    let tables = known.map(|name| {
        let label = match name {
            "held" => t.with("desk-chat-held", "count", table.held),
            "appeals" => t.with("desk-chat-appeals", "count", table.appeals),
            _ => t.get(&format!("desk-chat-{name}")),
        };
        (name, label, show == name)
    });
    let kind = if known.contains(&show.as_str()) { show.as_str() } else { "author" };
    let choice = |value: &str, label: String, is: bool| Choice { value: value.to_owned(), label, is };
    let (mode, undo) = (table.mode, &looked.undo);
    let undo_act = if looked.done == "refuse" { "approve" } else { "restore" };
    let desk_row = |message: &Message| DeskRow::of(&frame, message, table.pinned);
    ModerationPage {
        refused: Refused::read(t, looked.error.as_deref()),
        done: Some(format!("desk-done-{}", looked.done)).filter(|key| t.has(key)).map(|key| t.get(&key)),
        undo: undo.parse::<MessageId>().is_ok().then(|| (undo_act, undo.clone())),
        tables: tables.into(),
        caption: t.get(&format!("desk-caption-{kind}")),
        empty: t.get(&format!("desk-empty-{kind}")),
        rows: table.messages.iter().map(desk_row).collect(),
        exclusions: table
            .exclusions
            .iter()
            .map(|exclusion| Shut {
                id: exclusion.id.to_string(),
                name: exclusion.name.clone(),
                until: format!("{}, {}", frame.when.date(exclusion.until_ms), frame.when.time(exclusion.until_ms)),
                why: chat::why(t, &exclusion.reason),
            })
            .collect(),
        who: Who::ALL
            .iter()
            .map(|who| choice(who.name(), t.get(&format!("desk-who-{}", who.name())), *who == mode.who))
            .collect(),
        hold: Hold::ALL
            .iter()
            .map(|hold| choice(hold.name(), t.get(&format!("desk-hold-{}", hold.name())), *hold == mode.hold))
            .collect(),
        slow: slow_choices(t, mode.slow_ms / 1000),
        codes: Code::ALL.iter().map(|code| choice(code.name(), chat::code_word(t, *code), false)).collect(),
        minutes: MINUTES
            .iter()
            .map(|minutes| choice(&minutes.to_string(), frame.when.duration(i64::from(*minutes) * 60_000), false))
            .collect(),
        guarded: mode.guarded() == mode,
        reason_max: REASON_MAX,
        line: Line::of(&frame, meeting, now_ms),
        frame,
        show,
    }
}

fn slow_choices(t: Words, now_s: u32) -> Vec<Choice> {
    let mut seconds = SLOW.to_vec();
    if !seconds.contains(&now_s) {
        seconds.push(now_s);
        seconds.sort_unstable();
    }
    let label =
        |seconds: u32| if seconds == 0 { t.get("desk-slow-off") } else { t.with("desk-slow", "seconds", seconds) };
    seconds.into_iter().map(|each| Choice { value: each.to_string(), label: label(each), is: each == now_s }).collect()
}

impl DeskRow {
    fn of(frame: &Frame, message: &Message, pinned: Option<MessageId>) -> Self {
        let t = frame.t;
        let why = match (&message.state, message.state.reason()) {
            (::chat::State::Held { cause }, _) => t.get(&format!("desk-cause-{}", cause.name())),
            (_, Some(reason)) => chat::why(t, reason),
            _ => String::new(),
        };
        Self {
            id: message.id.to_string(),
            author: message.author.to_string(),
            name: message.name.clone(),
            badge: message.badge.map(|badge| chat::badge_word(t, badge)),
            text: message.text.clone(),
            time: frame.when.exact_time(message.at_ms),
            machine: frame.when.machine(message.at_ms),
            state: message.state.name(),
            state_word: t.get(&format!("desk-state-{}", message.state.name())),
            why,
            appeal: message
                .appeal
                .as_ref()
                .filter(|appeal| appeal.upheld_at_ms.is_none())
                .map(|appeal| appeal.text.clone()),
            pinned: pinned == Some(message.id),
        }
    }
}

/// The meetings whose chat can be moderated.
#[derive(Template)]
#[template(path = "moderators.html")]
pub(super) struct ModeratorsPage {
    frame: Frame,
    now: Vec<Line>,
    past: Vec<Line>,
    refused: Option<Refused>,
    done: Option<String>,
    /// The words that make a message wait, one a line.
    words: String,
}

pub(super) async fn moderators(
    State(app): State<App>,
    Moderator { moderator, here }: Moderator,
    around: Around,
    Query(looked): Query<Looked>,
) -> Result<Response> {
    let listing = app.council.listing(here.id, 0).await?;
    let frame = around.frame(Section::Moderation);
    let words = app.floor.words(&moderator).await?;
    Ok(html(&moderators_page(frame, &listing, app.council.clock().now_ms(), (&words, &looked))))
}

pub(super) fn moderators_page(
    frame: Frame,
    listing: &Listing,
    now_ms: i64,
    (words, looked): (&[String], &Looked),
) -> ModeratorsPage {
    let lines = |meetings: &[Meeting]| meetings.iter().map(|meeting| Line::of(&frame, meeting, now_ms)).collect();
    let (now, past) = (lines(&listing.now), lines(&listing.past));
    ModeratorsPage {
        now,
        past,
        refused: Refused::read(frame.t, looked.error.as_deref()),
        done: (looked.done == "words").then(|| frame.t.get("desk-done-words")),
        words: words.join("\n"),
        frame,
    }
}
