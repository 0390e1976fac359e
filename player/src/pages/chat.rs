//! The chat as the meeting's page shows it.

use chat::{
    Code, Message, MessageId, Mode, Reason,
    event::{Badge, Public},
    mode::{Hold, Who},
    room::View,
    words::{NAME_MAX, TEXT_MAX},
};
use council::meeting::Stage;
use serde::Deserialize;

use super::{Frame, words::Words};

/// What the meeting's page shows of its chat.
pub(super) struct Shown {
    /// Whether citizens may write.
    pub(super) open: bool,
    /// Whether it runs beside a recording.
    pub(super) replay: bool,
    /// How it is run, in words, one a line.
    pub(super) rules: Vec<String>,
    pub(super) pinned: Option<Row>,
    pub(super) rows: Vec<Row>,
    pub(super) own: Vec<OwnRow>,
    /// Until when the visitor may not write, and why.
    pub(super) excluded: Option<String>,
    /// For the form: the id of the message to come.
    pub(super) id: String,
    /// The name of the account; a guest chooses one.
    pub(super) account: Option<String>,
    /// Whether the visitor may moderate.
    pub(super) moderates: bool,
    /// What became of the message that was sent just now.
    pub(super) said: Option<String>,
    /// What was wrong with it, and what had been typed.
    pub(super) refused: Option<String>,
    pub(super) name: String,
    pub(super) text: String,
    pub(super) name_max: usize,
    pub(super) text_max: usize,
}

/// A message that everybody sees.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) badge: Option<String>,
    pub(super) text: String,
    /// What it answers: the name and the words, where they are shown.
    pub(super) reply: Option<(String, String)>,
    pub(super) at_ms: i64,
    pub(super) time: String,
    pub(super) machine: String,
    pub(super) seconds: Option<u64>,
}

/// A message of the visitor's own that not everybody sees.
pub(super) struct OwnRow {
    pub(super) id: String,
    pub(super) text: String,
    /// What became of it, and why.
    pub(super) state: String,
    /// Whether its author may say something against that.
    pub(super) appealable: bool,
    /// What became of what its author said, in words.
    pub(super) appeal: Option<String>,
}

/// What the page's address says about the chat.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    said: String,
    error: String,
    name: String,
    text: String,
}

#[cfg(test)]
impl Asked {
    /// After a message that was refused.
    pub(super) fn typed(error: &str, typed: &str) -> Self {
        Self { said: "held".into(), error: error.into(), name: typed.into(), text: typed.into() }
    }
}

impl Shown {
    /// As it is; none where there is nothing to show and nothing can be written.
    pub(super) fn of(
        frame: &Frame,
        stage: &Stage,
        view: &View,
        (account, moderates): (Option<String>, bool),
        began_ms: Option<i64>,
        asked: &Asked,
    ) -> Option<Self> {
        let open = chat::room::is_open(stage);
        let replay = matches!(stage, Stage::Ended { .. });
        if !open && (!replay || view.messages.is_empty()) {
            return None;
        }
        let t = frame.t;
        let row = |message: &Public| Row::of(frame, message, &view.messages, began_ms);
        let refused = Some(asked.error.as_str()).filter(|key| key.starts_with("error-chat-"));
        Some(Self {
            open,
            replay,
            rules: rules(t, view.mode),
            pinned: view.pinned.as_ref().map(row),
            rows: view.messages.iter().map(row).collect(),
            own: view.own.iter().map(|message| OwnRow::of(t, message)).collect(),
            excluded: view.excluded.as_ref().map(|(until_ms, reason)| {
                let until = format!("{}, {}", frame.when.date(*until_ms), frame.when.time(*until_ms));
                t.with_two("chat-excluded", ("time", until), ("value", why(t, reason)))
            }),
            id: MessageId::new().to_string(),
            account,
            moderates,
            said: (!asked.said.is_empty()).then(|| match asked.said.as_str() {
                "held" => t.get("floor-said-held"),
                "appealed" => t.get("chat-appealed"),
                _ => t.get("floor-said"),
            }),
            refused: refused.filter(|key| t.has(key)).map(|key| t.get(key)),
            name: clipped(&asked.name, NAME_MAX),
            text: clipped(&asked.text, TEXT_MAX),
            name_max: NAME_MAX,
            text_max: TEXT_MAX,
        })
    }
}

impl OwnRow {
    fn of(t: Words, message: &Message) -> Self {
        let key = |upheld: bool| if upheld { "chat-appeal-upheld" } else { "chat-appealed" };
        let appeal = message.appeal.as_ref().map(|appeal| t.get(key(appeal.upheld_at_ms.is_some())));
        Self {
            id: message.id.to_string(),
            text: message.text.clone(),
            state: fate(t, message),
            appealable: message.state.reason().is_some() && appeal.is_none(),
            appeal,
        }
    }
}

impl Row {
    fn of(frame: &Frame, message: &Public, all: &[Public], began_ms: Option<i64>) -> Self {
        let answered = message.reply.and_then(|id| all.iter().find(|other| other.id == id));
        Self {
            id: message.id.to_string(),
            name: message.name.clone(),
            badge: message.badge.map(|badge| badge_word(frame.t, badge)),
            text: message.text.clone(),
            reply: answered.map(|other| (other.name.clone(), other.text.clone())),
            at_ms: message.at_ms,
            time: frame.when.time(message.at_ms),
            machine: frame.when.machine(message.at_ms),
            seconds: began_ms.map(|began_ms| u64::try_from(message.at_ms - began_ms).unwrap_or(0) / 1000),
        }
    }
}

/// How a chat is run, for those who may write.
fn rules(t: Words, mode: Mode) -> Vec<String> {
    let mut rules = vec![t.get(&format!("chat-who-{}", mode.who.name()))];
    if mode.who != Who::Nobody {
        if mode.hold != Hold::Nothing {
            rules.push(t.get(&format!("chat-hold-{}", mode.hold.name())));
        }
        if mode.slow_ms > 0 {
            rules.push(t.with("chat-slow", "seconds", mode.slow_ms / 1000));
        }
    }
    rules
}

/// What became of a message, in words.
fn fate(t: Words, message: &Message) -> String {
    let state = t.get(&format!("chat-own-{}", message.state.name()));
    message.state.reason().map_or_else(|| state.clone(), |reason| format!("{state} {}", why(t, reason)))
}

/// A reason in words.
pub(super) fn why(t: Words, reason: &Reason) -> String {
    let code = code_word(t, reason.code);
    if reason.words.is_empty() { code } else { format!("{code} – {}", reason.words) }
}

pub(super) fn badge_word(t: Words, badge: Badge) -> String {
    t.get(&format!("chat-badge-{}", badge.name()))
}

pub(super) fn code_word(t: Words, code: Code) -> String {
    t.get(&format!("chat-code-{}", code.name().replace('_', "-")))
}

fn clipped(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
