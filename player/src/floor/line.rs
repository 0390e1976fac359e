//! The lines of the protocol `bema.v1`: JSON, one a line. `docs/PROTOCOL.md` describes them.

use chat::{channel::Position, command::Say, event::State};
use council::MeetingId;
use serde::{Deserialize, Serialize};

/// What a client asks.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Ask {
    /// To be told of a channel.
    Subscribe {
        channel: String,
        #[serde(default)]
        after: Option<Position>,
    },
    /// To be told no more.
    Unsubscribe { channel: String },
    /// To write.
    Say {
        channel: String,
        #[serde(flatten)]
        say: Say,
    },
}

/// What a client is told that is no event of a channel.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Tell<'a> {
    /// First of all.
    Hello { protocol: &'a str, heartbeat_ms: u64 },
    /// A channel is followed from here on.
    Subscribed {
        channel: &'a str,
        #[serde(flatten)]
        position: Position,
    },
    /// A channel is followed no more.
    Unsubscribed { channel: &'a str },
    /// A message was taken.
    Taken {
        id: chat::MessageId,
        #[serde(flatten)]
        state: State,
    },
    /// What was asked is refused.
    Refused {
        code: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<chat::MessageId>,
        #[serde(skip_serializing_if = "Option::is_none")]
        channel: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        wait_ms: Option<u64>,
    },
    /// The server goes away: come back after so long.
    Bye { code: &'a str, after_ms: u64 },
}

impl Tell<'_> {
    pub(super) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A channel's name, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    /// What everybody sees of a meeting's floor.
    Public(MeetingId),
    /// What moderators look at.
    Desk(MeetingId),
    /// What becomes of one's own messages and interventions.
    Own(MeetingId),
    /// What everybody sees of a meeting's interventions.
    Interventions(MeetingId),
}

impl Channel {
    pub(super) fn named(name: &str) -> Option<Self> {
        let rest = name.strip_prefix("meeting/")?;
        let (id, kind) = rest.split_once('/').map_or((rest, None), |(id, kind)| (id, Some(kind)));
        let id: MeetingId = id.parse().ok()?;
        match kind {
            None => Some(Self::Public(id)),
            Some("moderation") => Some(Self::Desk(id)),
            Some("me") => Some(Self::Own(id)),
            Some("interventions") => Some(Self::Interventions(id)),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_have_their_names() {
        let id = MeetingId::new();
        assert_eq!(Channel::named(&format!("meeting/{id}")), Some(Channel::Public(id)));
        assert_eq!(Channel::named(&format!("meeting/{id}/moderation")), Some(Channel::Desk(id)));
        assert_eq!(Channel::named(&format!("meeting/{id}/me")), Some(Channel::Own(id)));
        assert_eq!(Channel::named(&format!("meeting/{id}/interventions")), Some(Channel::Interventions(id)));
        for wrong in ["", "meeting/", "meeting/x", "me", &format!("meeting/{id}/"), &format!("meeting/{id}/me/x")] {
            assert_eq!(Channel::named(wrong), None, "{wrong}");
        }
    }

    /// The examples of the document are what the program speaks.
    #[test]
    fn the_document_says_what_is_spoken() {
        let document = include_str!("../../../docs/PROTOCOL.md");
        let lines = |after: &str| {
            let block =
                document.split(after).nth(1).expect("the block is there").split("```").next().unwrap_or_default();
            block.lines().filter(|line| line.starts_with('{')).map(str::to_owned).collect::<Vec<_>>()
        };
        let asked = lines("```json client\n");
        assert!(asked.len() >= 4, "{asked:?}");
        for line in asked {
            let ask: Result<Ask, _> = serde_json::from_str(&line);
            assert!(ask.is_ok(), "{line}: {ask:?}");
        }
        let id: chat::MessageId = "01976d1e-8a50-7c11-9f00-2b8f6a1c0d11".parse().unwrap();
        let position = Position { epoch: "q1w2e3r4t5y6".into(), offset: 41 };
        let channel = "meeting/01976d1a-0000-7000-8000-000000000001";
        let told = [
            Tell::Hello { protocol: "bema.v1", heartbeat_ms: 25_000 },
            Tell::Subscribed { channel, position },
            Tell::Taken { id, state: State::Held { cause: chat::mode::Cause::Links } },
            Tell::Refused { code: "slow", id: Some(id), channel: None, wait_ms: Some(12_000) },
            Tell::Bye { code: "restart", after_ms: 1830 },
        ];
        // What a channel of interventions tells, as the program writes it.
        for line in lines("```json interventions\n") {
            assert!(line.contains("/interventions\"") && serde_json::from_str::<serde_json::Value>(&line).is_ok());
        }
        let events = [
            chat::intervention::Event::Supported {
                intervention: "01976d1e-8a50-7c11-9f00-2b8f6a1c0d11".parse().unwrap(),
                supports: 4,
            },
            chat::intervention::Event::Dropped {
                intervention: "01976d1e-8a50-7c11-9f00-2b8f6a1c0d11".parse().unwrap(),
            },
        ];
        for event in events {
            let told = serde_json::to_string(&event).unwrap();
            assert!(document.contains(told.trim_start_matches('{')), "{told} is not in the document");
        }
        let written = lines("```json server\n");
        for tell in told {
            assert!(written.contains(&tell.text()), "{} is not in the document", tell.text());
        }
    }
}
