//! What is told: messages as each side may see them, and the events of a chat.

use serde::{Deserialize, Serialize};

use crate::{
    AuthorId, InterventionId, MessageId, intervention,
    mode::{Cause, Mode, names},
};

/// Whose office a message bears. It comes from the account's role and cannot be typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Badge {
    /// Fields the chat.
    Moderator,
    /// Runs the meeting.
    Clerk,
}

/// Why a moderator refused, removed or excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// It is about something else.
    #[default]
    OffTopic,
    /// It insults or threatens.
    Abuse,
    /// It tells what is private of somebody.
    PersonalData,
    /// It advertises.
    Advertising,
    /// It was said already.
    Repeated,
    /// Something else; the words say what.
    Other,
}

/// A reason: a code, and words where a code does not say it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The kind.
    pub code: Code,
    /// In the moderator's own words; may be empty but for [`Code::Other`].
    #[serde(default)]
    pub words: String,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// It waits for a moderator.
    Held {
        /// Why.
        cause: Cause,
    },
    /// Everybody sees it.
    Shown,
    /// A moderator did not show it.
    Refused {
        /// Why.
        reason: Reason,
    },
    /// It was shown, and a moderator took it away.
    Removed {
        /// Why.
        reason: Reason,
    },
}

/// A message as its author and moderators know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it; never told to the public.
    pub author: AuthorId,
    /// The name that it bears.
    pub name: String,
    /// The office that it bears.
    pub badge: Option<Badge>,
    /// What it says.
    pub text: String,
    /// What it answers.
    pub reply: Option<MessageId>,
    /// When it was sent, milliseconds UTC.
    pub at_ms: i64,
    /// What became of it.
    pub state: State,
    /// What its author says against that.
    pub appeal: Option<Appeal>,
}

/// What an author says against a refusal or a removal, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appeal {
    /// In the author's words.
    pub text: String,
    /// When a moderator stood by the decision, milliseconds UTC; none: not yet.
    pub upheld_at_ms: Option<i64>,
}

/// A message as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Public {
    /// Its id.
    pub id: MessageId,
    /// The name that it bears.
    pub name: String,
    /// The office that it bears.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub badge: Option<Badge>,
    /// What it says.
    pub text: String,
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<MessageId>,
    /// When it was sent, milliseconds UTC.
    pub at_ms: i64,
}

impl Message {
    /// As everybody may see it; none unless it is shown.
    #[must_use]
    pub fn public(&self) -> Option<Public> {
        (self.state == State::Shown).then(|| Public {
            id: self.id,
            name: self.name.clone(),
            badge: self.badge,
            text: self.text.clone(),
            reply: self.reply,
            at_ms: self.at_ms,
        })
    }
}

/// An event of a meeting's public channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A message is shown.
    Said {
        /// It.
        message: Public,
    },
    /// A message is no longer shown.
    Removed {
        /// Which.
        message: MessageId,
    },
    /// A message is shown again, at its old place.
    Restored {
        /// It.
        message: Public,
    },
    /// A message stands above the others; none does.
    Pinned {
        /// Which.
        message: Option<MessageId>,
    },
    /// The chat is run otherwise from now on.
    Mode {
        /// How.
        mode: Mode,
    },
    /// Here stood what has been taken away since.
    Gone,
}

/// An event for one author: what became of a message of theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Own {
    /// A message has a new state.
    Decided {
        /// Which.
        message: MessageId,
        /// What it is now.
        #[serde(flatten)]
        state: State,
    },
    /// A moderator stands by what was decided, after the author's appeal.
    Upheld {
        /// Which.
        message: MessageId,
    },
    /// Something became of an intervention of the author's, or of one that they support.
    Became {
        /// Which: the author's own, also where it was merged into another; or the one that they support.
        intervention: InterventionId,
        /// Whether it is one that they support, and not their own.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        supported: bool,
        /// What; of what was merged, what became of the one that stands for it.
        #[serde(flatten)]
        state: intervention::State,
    },
    /// The author may not write for a while, or may again.
    Excluded {
        /// Until when, milliseconds UTC; none: no longer.
        until_ms: Option<i64>,
        /// Why.
        reason: Option<Reason>,
    },
}

/// An event for moderators: something is to be looked at anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Desk {
    /// The table has changed.
    Changed {
        /// How many messages wait.
        held: u64,
    },
    /// The interventions have changed.
    Interventions {
        /// How many wait.
        pending: usize,
    },
    /// A moderator has an intervention in hand, or has let it go.
    Claimed {
        /// Which.
        intervention: InterventionId,
        /// Who, for the others to see; none: nobody any more.
        by: Option<String>,
        /// Until when, milliseconds UTC.
        until_ms: i64,
    },
}

names!(Badge { "moderator" => Self::Moderator, "clerk" => Self::Clerk });
names!(Code {
    "off_topic" => Self::OffTopic,
    "abuse" => Self::Abuse,
    "personal_data" => Self::PersonalData,
    "advertising" => Self::Advertising,
    "repeated" => Self::Repeated,
    "other" => Self::Other,
});

impl State {
    /// The name in SQL and in locale keys.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Held { .. } => "held",
            Self::Shown => "shown",
            Self::Refused { .. } => "refused",
            Self::Removed { .. } => "removed",
        }
    }

    /// Why a moderator took it away or did not show it.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Refused { reason } | Self::Removed { reason } => Some(reason),
            Self::Held { .. } | Self::Shown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_never_learns_who_wrote_or_what_is_not_shown() {
        let message = |state| Message {
            id: MessageId::new(),
            author: AuthorId::new(),
            name: "Μαρία".into(),
            badge: None,
            text: "Καλησπέρα".into(),
            reply: None,
            at_ms: 5,
            state,
            appeal: None,
        };
        let reason = Reason::default();
        for state in
            [State::Held { cause: Cause::Links }, State::Refused { reason: reason.clone() }, State::Removed { reason }]
        {
            assert_eq!(message(state).public(), None);
        }
        let shown = message(State::Shown);
        let told = serde_json::to_string(&Event::Said { message: shown.public().unwrap() }).unwrap();
        assert!(!told.contains(&shown.author.to_string()), "{told}");
        assert!(told.starts_with(r#"{"type":"said","message":{"id":""#), "{told}");
    }
}
